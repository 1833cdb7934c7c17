"""The function that is exported: aligned faces to completed ones, in uint8.

Ranges, threshold and blending are inside, and so are the weights. The number of
faces is free.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.faces import anatomy
from maskgan_jax.networks import (
  build,
  images,
  loaded,
  mask_postprocess,
  predict,
)
from maskgan_jax.networks.cpu_kernels import lowering

DTYPES = ("float32", "float16")

Faces = np.ndarray | jax.Array
# masked_image [N, H, W, 3], and given_mask [N, H, W, 1] and landmarks [N, 468,
# 3] where there are some -> completed_image [N, H, W, 3], mask [N, H, W, 1],
# predicted_image [N, H, W, 3].
Completion = Callable[..., tuple[Faces, Faces, Faces]]


def completion(
  networks: loaded.LoadedNetworks, dtype: str = "float32"
) -> Completion:
  """Returns the pure function that is exported.

  Args:
    networks: with their weights.
    dtype: in which the weights are kept; they are computed with in float32.

  Returns:
    A function of uint8 [N, H, W, 3], the faces, and, if masks made by hand are
    to be completed, uint8 [N, H, W, 1], over 127 there; of a face whose mask is
    empty the one that is found is completed; and, for a generator that draws
    along them, the landmarks, float32 [N, 468, 3] in pixels, not finite where
    they are not known. It returns the completed faces,
    uint8 [N, H, W, 3]; the probability of mask in 255ths, uint8 [N, H, W, 1];
    and the generator's whole picture, uint8 [N, H, W, 3].

  Raises:
    errors.UserError: the run keeps its noise at test.
  """
  model = networks.model
  if model.train_mode_at_test:
    raise errors.UserError(
      "config.train_mode_at_test keeps dropout and the batch's statistics: one"
      " face would depend on the others beside it. Export a run without it."
    )
  predict_step = predict.make_predict_step(
    modules=build.modules(model),
    mirrored=model.mirrored_at_test,
    hidden_reach=model.hidden_reach,
  )
  kept = jax.tree.map(
    lambda x: np.asarray(x, jnp.dtype(dtype)), networks.variables
  )

  def complete(masked_image, given_mask=None, landmarks=None):
    def chosen(probability):
      found = mask_postprocess.completed_mask(probability)
      if given_mask is None:
        return found
      given = (given_mask > 127).astype(found.dtype)
      is_given = given.max(axis=(1, 2, 3), keepdims=True)
      return given + (1.0 - is_given) * found

    variables = jax.tree.map(lambda x: jnp.asarray(x).astype(jnp.float32), kept)
    with lowering.plain():
      # The key is not read: at test there is no noise.
      found = predict_step(
        variables,
        images.to_float(masked_image),
        jax.random.key(0),
        chosen,
        landmarks,
      )
    return (
      images.to_uint8(found.completed_image),
      jnp.round(255.0 * found.probability).astype(jnp.uint8),
      images.to_uint8(found.predicted_image),
    )

  return complete


def inputs(networks: loaded.LoadedNetworks) -> list[jax.ShapeDtypeStruct]:
  """Returns what goes in: faces, their masks, and the landmarks if read."""
  [number] = jax.export.symbolic_shape("N")
  size = networks.model.image_size
  shapes = [
    jax.ShapeDtypeStruct((number, size, size, channels), jnp.uint8)
    for channels in (3, 1)
  ]
  if networks.model.structure:
    landmarks = (number, anatomy.NUM_LANDMARKS, 3)
    shapes.append(jax.ShapeDtypeStruct(landmarks, jnp.float32))
  return shapes
