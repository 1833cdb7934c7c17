import os
import subprocess
import sys

import jax
import numpy as np
import pytest
from flax import traverse_util

from maskgan_jax.common import errors
from maskgan_jax.networks import blocks, build, runs
from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import state as state_lib
from tests import one_device


def _equal(first, second):
  assert jax.tree.structure(first) == jax.tree.structure(second)
  for a, b in zip(*map(jax.tree.leaves, (first, second)), strict=True):
    np.testing.assert_array_equal(a, b)


def _at(state, step):
  return state._replace(step=jax.numpy.asarray(step, jax.numpy.int32))


@pytest.mark.parametrize("ema_decay", [0.999, 0.0])
def test_restores_what_was_saved(tiny_config, tmp_path, ema_decay):
  tiny_config.ema_decay = ema_decay
  tiny_config.generator.name = "pix2pix"  # Has batch statistics.
  tiny_config.pix2pix.base_features = 8
  tiny_config.pix2pix.num_levels = 2
  state = _at(one_device.fresh(tiny_config), 3)
  checkpoints = checkpoints_lib.Checkpoints(tmp_path, keep=1)
  assert checkpoints.restore(state) is None
  checkpoints.save(state, {"psnr_in_mask": 1.0})
  checkpoints.close()
  checkpoints = checkpoints_lib.Checkpoints(tmp_path, keep=1)
  _equal(checkpoints.restore(one_device.fresh(tiny_config)), state)
  step, variables = runs.load_inference(tmp_path, "latest")
  assert step == 3
  _equal(
    variables,
    {
      name: state_lib.inference_variables(state.networks[name])
      for name in ("segmenter", "generator")
    },
  )
  checkpoints.close()


def test_keeps_the_latest_and_the_best(tiny_config, tmp_path):
  tiny_config.networks = ("segmenter",)
  state = one_device.fresh(tiny_config)
  checkpoints = checkpoints_lib.Checkpoints(tmp_path, keep=1)
  for step, score in enumerate((20.0, 30.0, 10.0, 15.0), 1):
    checkpoints.save(_at(state, step), {"psnr_in_mask": score})
  checkpoints.close()
  kept = {p.name for p in (tmp_path / "checkpoints").iterdir()}
  assert kept == {"2", "4"}
  assert runs.load_inference(tmp_path, "best")[0] == 2
  assert runs.load_inference(tmp_path, "latest")[0] == 4


def test_devices_need_not_be_those_that_saved(tmp_path):
  """A run trained on other devices can be used and resumed here."""
  script = f"""
import jax
from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import state as train_state
mesh = jax.sharding.Mesh(jax.devices(), ("devices",))
place = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
params = jax.device_put({{"w": jax.numpy.arange(3.0)}}, place)
network = train_state.NetworkState(params, {{}}, (), params)
state = train_state.TrainState(jax.numpy.asarray(5), {{"segmenter": network}})
checkpoints = checkpoints_lib.Checkpoints({str(tmp_path)!r}, keep=1)
checkpoints.save(state, {{"psnr_in_mask": 1.0}})
checkpoints.close()
"""
  flags = "--xla_force_host_platform_device_count=16"
  subprocess.run(
    [sys.executable, "-c", script],
    env=os.environ | {"XLA_FLAGS": flags},
    check=True,
  )
  step, variables = runs.load_inference(tmp_path, "latest")
  assert step == 5
  expected = {"w": np.arange(3.0)}
  _equal(variables, {"segmenter": {"params": expected, "batch_stats": {}}})
  network = state_lib.NetworkState(expected, {}, (), expected)
  state = state_lib.TrainState(np.asarray(0), {"segmenter": network})
  checkpoints = checkpoints_lib.Checkpoints(tmp_path, keep=1)
  restored = checkpoints.restore(state)
  _equal(restored.networks["segmenter"].ema_params, expected)
  checkpoints.close()


def test_starts_from_the_best_networks_of_another_run(tiny_config, tmp_path):
  state = one_device.fresh(tiny_config)
  better = state._replace(
    networks=jax.tree.map(lambda x: x + 1, state.networks)
  )
  checkpoints = checkpoints_lib.Checkpoints(tmp_path, keep=1)
  checkpoints.save(_at(better, 1), {"psnr_in_mask": 2.0})
  checkpoints.save(_at(state, 2), {"psnr_in_mask": 1.0})
  checkpoints.close()
  checkpoints_lib.claim_workdir(tmp_path, tiny_config)
  _, found = runs.load_inference(str(tmp_path), "best")
  started = checkpoints_lib.start_from(state, found, str(tmp_path))
  assert int(started.step) == 0
  for name in ("segmenter", "generator"):
    expected = better.networks[name].ema_params
    _equal(started.networks[name].params, expected)
    _equal(started.networks[name].ema_params, expected)
    _equal(started.networks[name].opt_state, state.networks[name].opt_state)
  name = "discriminator"
  _equal(started.networks[name], state.networks[name])


def test_does_not_start_from_other_shapes(tiny_config):
  state = one_device.fresh(tiny_config)
  found = {
    name: state_lib.inference_variables(state.networks[name])
    for name in ("segmenter", "generator")
  }
  tiny_config.completion.features = (8, 16)
  other = one_device.fresh(tiny_config)
  with pytest.raises(errors.UserError, match="its generator has other shapes"):
    checkpoints_lib.start_from(other, found, "run")


def test_a_latent_code_is_added_to_networks_without(tiny_config):
  plain = one_device.fresh(tiny_config)
  found = {
    name: state_lib.inference_variables(network)
    for name, network in plain.networks.items()
    if name in build.INFERENCE
  }
  found = jax.tree.map(lambda x: x + 1, found)
  tiny_config.latent.size = 3
  state = one_device.fresh(tiny_config)
  started = checkpoints_lib.start_from(state, found, "run")
  before, after, other = (
    traverse_util.flatten_dict(x, sep="/")
    for x in (
      state.networks["generator"].params,
      started.networks["generator"].params,
      found["generator"]["params"],
    )
  )
  added = after.keys() - other.keys()
  assert added and all(blocks.LATENT in name for name in added)
  for name, x in after.items():
    source = before if name in added else other
    np.testing.assert_array_equal(x, source[name])
  # What has one already keeps it.
  again = {
    name: state_lib.inference_variables(network)
    for name, network in jax.tree.map(lambda x: x + 2, started.networks).items()
    if name in build.INFERENCE
  }
  kept = checkpoints_lib.start_from(state, again, "run").networks["generator"]
  _equal(kept.params, again["generator"]["params"])
  # And networks without one leave it out.
  without = checkpoints_lib.start_from(plain, again, "run").networks[
    "generator"
  ]
  flat = traverse_util.flatten_dict(without.params, sep="/")
  assert flat.keys() == other.keys()
  for name, x in traverse_util.flatten_dict(kept.params, sep="/").items():
    if name not in added:
      np.testing.assert_array_equal(flat[name], x)


def test_no_checkpoint_yet(tmp_path):
  (tmp_path / "checkpoints").mkdir()
  with pytest.raises(errors.UserError, match="no checkpoint yet. Train first"):
    runs.load_inference(tmp_path, "latest")


def test_workdir_of_another_config(tiny_config, tmp_path):
  checkpoints_lib.claim_workdir(tmp_path, tiny_config)
  tiny_config.num_train_steps = 99  # May change between two starts.
  tiny_config.dataset_on_device = True
  checkpoints_lib.claim_workdir(tmp_path, tiny_config)
  tiny_config.loss.adversarial = "hinge"
  checkpoints_lib.claim_workdir(
    tmp_path, tiny_config
  )  # Nothing trained is lost.
  (tmp_path / "checkpoints" / "2").mkdir(parents=True)
  tiny_config.loss.adversarial = "bce"
  with pytest.raises(
    errors.UserError,
    match="loss.adversarial was hinge, now bce. Use another --workdir",
  ):
    checkpoints_lib.claim_workdir(tmp_path, tiny_config)


def test_config_survives(tiny_config, tmp_path):
  checkpoints_lib.claim_workdir(tmp_path, tiny_config)
  config = checkpoints_lib.read_config(tmp_path)
  assert config.image_size == 64
  assert tuple(config.segmenter.features) == (8,)


def test_not_a_workdir(tmp_path):
  with pytest.raises(errors.UserError, match="no run here"):
    checkpoints_lib.read_config(tmp_path)
