"""The landmarker as a function that is exported, in a file of its own."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.networks import build, loaded
from maskgan_jax.networks.cpu_kernels import lowering

Arrays = np.ndarray | jax.Array
# Rough crops uint8 [N, size, size, 3] -> points float32 [N, 468, 3] in pixels
# of the crop, confidence float32 [N] in [0, 1].
Landmarking = Callable[[Arrays], tuple[Arrays, Arrays]]


def landmarking(
  networks: loaded.LoadedNetworks, dtype: str = "float32"
) -> Landmarking:
  """Returns the pure function that is exported.

  Args:
    networks: with a landmarker and its weights.
    dtype: in which the weights are kept; they are computed with in float32.
  """
  step = build.landmark_step(networks.model)
  kept = jax.tree.map(
    lambda x: np.asarray(x, jnp.dtype(dtype)),
    {"landmarker": networks.variables["landmarker"]},
  )

  def find(crops):
    variables = jax.tree.map(lambda x: jnp.asarray(x).astype(jnp.float32), kept)
    with lowering.plain():
      return step(variables, crops)

  return find


def inputs(networks: loaded.LoadedNetworks) -> list[jax.ShapeDtypeStruct]:
  """Returns what goes in: any number of rough crops."""
  [number] = jax.export.symbolic_shape("N")
  size = networks.model.landmark_size
  return [jax.ShapeDtypeStruct((number, size, size, 3), jnp.uint8)]
