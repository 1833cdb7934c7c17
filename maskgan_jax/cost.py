"""How large the networks of a config are, and how much they compute."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import ml_collections

from maskgan_jax import factory, train_state
from maskgan_jax.models import lowering


class Cost(NamedTuple):
  """Of segmenter and generator."""

  parameters: int
  multiply_adds: int  # To complete one picture.


def inference(config: ml_collections.ConfigDict) -> Cost:
  """Returns what completing a picture costs, without computing anything.

  Multiply-adds are half the operations that XLA counts, which are a few
  percent more, since they hold activations too.
  """
  size = factory.run_settings(config).image_size
  key = jax.eval_shape(lambda: jax.random.key(0))
  state = jax.eval_shape(lambda k: factory.initial_state(config, k), key)
  variables = {
    name: train_state.inference_variables(network)
    for name, network in state.networks.items()
    if name in train_state.INFERENCE
  }
  image = jax.ShapeDtypeStruct((1, size, size, 3), jnp.float32)
  with lowering.plain():
    lowered = factory.predict_step(config).lower(variables, image, key)
  parameters = sum(
    x.size for v in variables.values() for x in jax.tree.leaves(v["params"])
  )
  return Cost(parameters, round(lowered.cost_analysis()["flops"] / 2))
