import contextlib

import jax
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.networks import build, runs
from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import settings, starting
from maskgan_jax.training import state as state_lib
from tests import one_device


def _equal(first, second):
  assert jax.tree.structure(first) == jax.tree.structure(second)
  for a, b in zip(*map(jax.tree.leaves, (first, second)), strict=True):
    np.testing.assert_array_equal(a, b)


def _found(config):
  """Networks that have learned: nothing in them is zero any more."""
  state = one_device.fresh(config)
  rng = np.random.default_rng(0)
  return jax.tree.map(
    lambda x: x + np.float32(0.1 * rng.standard_normal(x.shape)),
    {
      name: state_lib.inference_variables(network)
      for name, network in state.networks.items()
      if name in build.INFERENCE
    },
  )


def test_starts_from_the_best_networks_of_another_run(tiny_config, tmp_path):
  state = one_device.fresh(tiny_config)
  better = state._replace(
    networks=jax.tree.map(lambda x: x + 1, state.networks)
  )
  with contextlib.closing(checkpoints_lib.Checkpoints(tmp_path)) as saved:
    for step, (one, score) in enumerate(((better, 2.0), (state, 1.0)), 1):
      saved.save(one._replace(step=np.int32(step)), {"psnr_in_mask": score})
  checkpoints_lib.claim_workdir(tmp_path, tiny_config)
  _, found = runs.load_inference(str(tmp_path), "best")
  started = starting.start_from(state, found, str(tmp_path))
  assert int(started.step) == 0
  for name in ("segmenter", "generator"):
    expected = better.networks[name].ema_params
    _equal(started.networks[name].params, expected)
    _equal(started.networks[name].ema_params, expected)
    _equal(started.networks[name].opt_state, state.networks[name].opt_state)
  name = "discriminator"
  _equal(started.networks[name], state.networks[name])


def test_a_larger_network_draws_the_same_at_first(tiny_config):
  tiny_config.completion.num_blocks = (1, 1)
  found = _found(tiny_config)
  inputs = [
    jax.random.uniform(jax.random.key(i), (2, 64, 64, channels))
    for i, channels in enumerate((3, 1))
  ]
  before = {
    name: jax.jit(module.apply)(
      found[name], *inputs[: 1 + (name == "generator")]
    )
    for name, module in settings.modules(tiny_config).items()
    if name in found
  }
  tiny_config.segmenter.features = (12,)
  tiny_config.completion.features = (12, 8)
  tiny_config.completion.num_blocks = (2, 1)
  tiny_config.completion.structure = True
  state = one_device.fresh(tiny_config)
  started = starting.start_from(state, found, "run").networks
  landmarks = jax.random.uniform(jax.random.key(2), (2, 468, 3)) * 64
  more = {"segmenter": inputs[:1], "generator": [*inputs, landmarks]}
  for name, module in settings.modules(tiny_config).items():
    if name in found:
      variables = {"params": started[name].params}
      after = jax.jit(module.apply)(variables, *more[name])
      np.testing.assert_allclose(after, before[name], atol=1e-4)
      _equal(started[name].params, started[name].ema_params)
  params = started["generator"].params
  assert params["lines"]["kernel"].shape[-1] == 12
  assert not np.any(params["lines"]["kernel"])
  # What is new can learn: it is not all zero.
  assert np.any(params["Conv_0"]["kernel"][..., 8:])


@pytest.mark.parametrize(
  ("changes", "message"),
  [
    ({"features": (8, 16)}, "SelfAttention_0/.*which cannot grow to"),
    ({"features": (4, 8)}, r"\(.*8.*\), this config's is \(.*4.*\)"),
    ({"attention_level": None}, "SelfAttention_0/.*this config's has not"),
  ],
)
def test_what_does_not_fit_is_named(tiny_config, changes, message):
  found = _found(tiny_config)
  tiny_config.completion.update(changes)
  state = one_device.blank(tiny_config)
  with pytest.raises(
    errors.UserError,
    match=f"config.init_from run: its generator has .*{message}",
  ):
    starting.start_from(state, found, "run")


@pytest.mark.parametrize(
  ("name", "before", "now"),
  [
    ("Position_0/position", (1, 32, 32, 8), (1, 64, 64, 8)),
    ("Position_0/position", (1, 32, 32, 8), (1, 32, 64, 8)),
    ("Conv_1/kernel", (1, 1, 8, 8), (3, 3, 8, 8)),
    ("Conv_0/kernel", (3, 3, 48, 8), (3, 3, 64, 8)),
    ("ConvTranspose_0/kernel", (4, 4, 16, 8), (4, 4, 32, 8)),
    ("Dense_0/kernel", (8, 8), (8, 16)),
  ],
)
def test_what_lies_elsewhere_does_not_grow(name, before, now):
  with pytest.raises(starting._Misfit, match=f"{name}.*cannot grow"):
    starting._array(name, np.ones(before), np.ones(now))


@pytest.mark.parametrize(
  ("name", "before", "now"),
  [
    ("Position_0/position", (1, 8, 8, 8), (1, 8, 8, 12)),
    ("Conv_0/kernel", (3, 3, 48, 8), (3, 3, 48, 12)),
    ("ResidualBlock_0/Conv_0/kernel", (3, 3, 8, 8), (3, 3, 12, 12)),
    ("Conv_0/bias", (8,), (12,)),
  ],
)
def test_what_has_more_features_grows(name, before, now):
  own = jax.numpy.zeros(now)
  grown = np.asarray(starting._array(name, np.ones(before), own))
  assert grown.shape == now and grown.sum() == np.prod(before)
