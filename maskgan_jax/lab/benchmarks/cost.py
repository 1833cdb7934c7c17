"""How large the networks of a config are, and how much they compute."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import ml_collections

from maskgan_jax.networks import build
from maskgan_jax.networks.cpu_kernels import lowering
from maskgan_jax.training import settings
from maskgan_jax.training import state as state_lib


class Cost(NamedTuple):
  """Of segmenter and generator."""

  parameters: int
  multiply_adds: int  # To complete one picture.


def inference(config: ml_collections.ConfigDict) -> Cost:
  """Returns what completing a picture costs, without computing anything.

  Multiply-adds are half the operations that XLA counts, which are a few
  percent more, since they hold activations too.
  """
  size = config.image_size
  key = jax.eval_shape(lambda: jax.random.key(0))
  state = jax.eval_shape(lambda k: settings.initial_state(config, k), key)
  variables = {
    name: state_lib.inference_variables(network)
    for name, network in state.networks.items()
    if name in build.INFERENCE
  }
  image = jax.ShapeDtypeStruct((1, size, size, 3), jnp.float32)
  operations = flops(settings.predict_step(config), variables, image, key)
  parameters = sum(
    x.size for v in variables.values() for x in jax.tree.leaves(v["params"])
  )
  return Cost(parameters, round(operations / 2))


def flops(function: Callable, *arguments) -> float:
  """Returns how many operations XLA counts in a function, of loops one turn.

  Before it compiles: of what is compiled it does not count what it calls of
  cuDNN. Counted for the host's processor, since for others XLA cannot.

  Args:
    function: of arrays; those it holds itself must not be on another device.
    *arguments: its arrays or their shapes.
  """
  shapes = jax.tree.map(
    lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), arguments
  )
  host = jax.local_devices(backend="cpu")[0]
  with lowering.plain(), jax.default_device(host):
    return jax.jit(function).lower(*shapes).cost_analysis()["flops"]
