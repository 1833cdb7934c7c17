import os
import subprocess
import sys

import jax
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.networks import runs
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
