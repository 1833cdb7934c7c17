"""Batches, states and steps, for several test files."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from maskgan_jax.training import batch as batch_lib
from maskgan_jax.training import settings
from maskgan_jax.training.step import step_settings, train_step


def make_batch(size: int = 4, side: int = 64) -> batch_lib.Batch:
  rng = np.random.default_rng(0)
  image = rng.integers(0, 256, (size, side, side, 3), dtype=np.uint8)
  mask = np.zeros((size, side, side, 1), np.uint8)
  mask[:-1, side // 2 :, side // 4 : -side // 4] = 1  # The last is bare.
  masked = np.where(mask > 0, np.uint8(200), image)
  landmarks = rng.uniform(0, side, (size, 468, 3)).astype(np.float32)
  landmarks[-1] = np.nan
  distractor = np.arange(size) == 1
  return batch_lib.Batch(
    image, masked, mask, np.ones_like(mask), landmarks, distractor
  )


def fresh(config, key=None):
  key = jax.random.key(0) if key is None else key
  return jax.jit(lambda key: settings.initial_state(config, key))(key)


def blank(config):
  """A state of zeros, for what does not depend on it."""
  shapes = jax.eval_shape(
    lambda key: settings.initial_state(config, key), jax.random.key(0)
  )
  return jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)


def copy(tree):
  return jax.tree.map(jnp.array, tree)


def compiled(config, count=1, *, adversarial=True):
  """The train step on so many devices."""
  return settings.compiled_train_step(
    config, adversarial=adversarial, devices=jax.devices()[:count]
  )


def run(config, *, adversarial=True, state=None):
  """Takes one step; returns the state and the metrics."""
  step = compiled(config, adversarial=adversarial)
  state = fresh(config) if state is None else copy(state)
  return step(state, make_batch(), jax.random.key(1))


def sgd_step(config, axis_name, learning_rate=1e-2):
  """The train step under SGD: Adam turns rounding into whole steps."""
  return train_step.make_train_step(
    modules=settings.modules(config, axis_name),
    txs={name: optax.sgd(learning_rate) for name in settings.networks(config)},
    settings=step_settings.read(config),
    axis_name=axis_name,
  )


def sgd_state(config):
  state = fresh(config)
  networks = {
    name: network._replace(opt_state=optax.sgd(1e-2).init(network.params))
    for name, network in state.networks.items()
  }
  return state._replace(networks=networks)
