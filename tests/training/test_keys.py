import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

from maskgan_jax.training import keys as keys_lib
from maskgan_jax.training import parallel
from maskgan_jax.training import state as state_lib
from tests import one_device


class Drawn(nn.Module):
  """Has its keys for parameters."""

  @nn.compact
  def __call__(self, x, *, train):
    # As flax hands them out, before it folds in the names of layers.
    for name in ("params", "dropout"):
      key = self.scope.rngs[name].rng
      self.param(name, lambda _, key=key: jax.random.key_data(key))
    return x


def _initialisation(key):
  names = ("segmenter", "generator", "discriminator")
  state = state_lib.create(
    dict.fromkeys(names, Drawn()),
    dict.fromkeys(names, optax.identity()),
    dict.fromkeys(names, (jnp.zeros(()),)),
    key,
    ema=False,
  )
  return [x for name in names for x in state.networks[name].params.values()]


def test_all_keys_of_a_run_differ():
  run = keys_lib.of_run(3)
  found = [*_initialisation(run.initialisation)]
  found.append(jax.random.key_data(run.validation))
  for step in range(8):
    keys = keys_lib.of_step(run.steps, step)
    for name, key in keys._asdict().items():
      if name == "dropout":
        devices = jax.vmap(
          lambda _, key=key: parallel.device_key(key, "d"), axis_name="d"
        )(jnp.arange(4))
        found += [jax.random.key_data(k) for k in devices]
      else:
        examples = parallel.example_keys(key, 4, None)
        found += [jax.random.key_data(k) for k in examples]
  assert len(found) == 6 + 1 + 8 * len(keys_lib.StepKeys._fields) * 4
  assert len({np.asarray(x).tobytes() for x in found}) == len(found)


def test_a_run_draws_by_its_seed():
  def data(seed):
    return np.stack([jax.random.key_data(k) for k in keys_lib.of_run(seed)])

  np.testing.assert_array_equal(data(1), data(1))
  assert (data(1) != data(2)).any(axis=1).all()


def test_a_network_starts_alike_without_those_that_follow(tiny_config):
  whole = one_device.fresh(tiny_config)
  tiny_config.networks = ("segmenter", "generator")
  fewer = one_device.fresh(tiny_config)
  assert set(fewer.networks) == {"segmenter", "generator"}
  for name, network in fewer.networks.items():
    for a, b in zip(
      *map(jax.tree.leaves, (network.params, whole.networks[name].params)),
      strict=True,
    ):
      np.testing.assert_array_equal(a, b)


@pytest.fixture
def drawing_config(tiny_config):
  """Draws whatever can be drawn."""
  c = tiny_config
  c.shown_mask.true_until_step = 0
  c.shown_mask.predicted_share = c.shown_mask.jittered_share = 0.3
  c.shown_mask.borrowed_share = c.shown_mask.mixed_share = 0.5
  c.shown_mask.hidden_reach = (0.02, 0.05)
  c.completion.structure = True
  c.loss.perceptual_weight = 1.0
  c.augment.scale = (0.9, 1.1)
  for name in ("brightness", "contrast", "saturation", "bare_share", "shift"):
    c.augment[name] = 0.1
  return c


def test_no_key_is_used_twice(drawing_config):
  with jax.debug_key_reuse(True):
    keys = keys_lib.of_run(0)
    state = one_device.fresh(drawing_config, keys.initialisation)
    # The discriminator draws nothing.
    step = one_device.compiled(drawing_config, adversarial=False)
    for _ in range(2):
      state, metrics = step(state, one_device.make_batch(), keys.steps)
  assert np.isfinite(metrics["g_loss"])


@pytest.mark.parametrize(
  ("name", "count"),
  [*((name, 1) for name in keys_lib.StepKeys._fields), ("landmarks", 2)],
)
def test_a_key_used_twice_is_found(drawing_config, monkeypatch, name, count):
  """So the test above can fail."""
  of_step = keys_lib.of_step

  def used(key, step):
    keys = of_step(key, step)
    jax.random.bits(getattr(keys, name))
    return keys

  monkeypatch.setattr(keys_lib, "of_step", used)
  step = one_device.compiled(drawing_config, count)
  state = one_device.blank(drawing_config)
  with (
    jax.debug_key_reuse(True),
    pytest.raises(jax.errors.KeyReuseError, match="already consumed"),
  ):
    step(state, one_device.make_batch(), jax.random.key(0))
