"""Networks that are quick to compile, drawn by chance."""

import dataclasses

import jax
import jax.numpy as jnp
import ml_collections
import numpy as np

from configs import default
from maskgan_jax.networks import build, loaded
from maskgan_jax.networks import config as config_lib
from maskgan_jax.training import settings
from maskgan_jax.training import state as state_lib

SIZE = 64
_ROUGH_SIZE = 32


def config() -> ml_collections.ConfigDict:
  c = default.get_config()
  c.image_size = SIZE
  c.segmenter.features = (8, 8)
  c.completion.features = (8, 16)
  c.completion.num_blocks = (1, 1)
  c.completion.attention_level = 1
  c.completion.scale = 2
  return c


def drawing_config() -> ml_collections.ConfigDict:
  """Of networks that draw along landmarks, and past the mask."""
  c = config()
  c.completion.scale = 1
  c.completion.structure = True
  c.hidden_reach = 0.06
  c.mirrored_at_test = True
  return c


def load(config: ml_collections.ConfigDict) -> loaded.LoadedNetworks:
  """Returns networks that find a mask here and there."""
  state = jax.jit(lambda key: settings.initial_state(config, key))(
    jax.random.key(0)
  )
  noise = iter(range(10_000))

  def shake(x):
    rng = np.random.default_rng(next(noise))
    return np.asarray(x) + 0.05 * rng.standard_normal(x.shape, np.float32)

  return loaded.LoadedNetworks(
    model=config_lib.of_training(config),
    variables={
      name: jax.tree.map(shake, state_lib.inference_variables(network))
      for name, network in state.networks.items()
      if name != "discriminator"
    },
    step=0,
    weights_sha256="abc",
  )


def with_landmarker(networks: loaded.LoadedNetworks) -> loaded.LoadedNetworks:
  """Returns the networks with a landmarker, which finds what chance says."""
  model = dataclasses.replace(
    networks.model,
    landmarker={
      "image_size": _ROUGH_SIZE,
      "features": (8, 8),
      "num_blocks": (1, 1),
    },
  )
  own = jax.jit(build.modules(model)["landmarker"].init)(
    jax.random.key(0), jnp.zeros((1, _ROUGH_SIZE, _ROUGH_SIZE, 3))
  )
  return dataclasses.replace(
    networks,
    model=model,
    variables={**networks.variables, "landmarker": own},
  )


def landmarks(count: int) -> np.ndarray:
  """Returns landmarks here and there in pictures, float32 [count, 468, 3]."""
  rng = np.random.default_rng(count)
  return rng.uniform(0, SIZE, (count, 468, 3)).astype(np.float32)


def pictures(count: int) -> np.ndarray:
  rng = np.random.default_rng(count)
  return rng.integers(0, 256, (count, SIZE, SIZE, 3), dtype=np.uint8)
