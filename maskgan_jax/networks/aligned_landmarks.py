"""The landmarks of a face in its aligned crop, as the landmarker finds them.

Whole photos are searched from rough crops (`unmasking.landmarked_faces`); where
only the aligned crop is at hand, every face lies in nearly the same place.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

# The rough crop that holds an aligned face as in use, in shares of the aligned
# crop's side: middle and side. Of 517 faces the landmarks' longer extent is .69
# of it (standard deviation .014), and a rough crop 1.5 times as large.
_MIDDLE = (0.5, 0.528)
_SIDE = 1.035

# From rough crops, float [B, size, size, 3] in [-1, 1], to landmarks in shares
# of these, [B, 468, 3].
Find = Callable[[jax.Array], jax.Array]


def find(look: Find, image: jax.Array, size: int) -> jax.Array:
  """Returns the landmarks, float32 [B, 468, 3] in pixels of the image.

  Args:
    look: the landmarker.
    image: aligned crops, [B, H, H, 3] in [-1, 1].
    size: side of the rough crops in pixels.
  """
  count, side = image.shape[:2]
  scale = size / (_SIDE * side)
  middle = side * jnp.array(_MIDDLE)
  # What lies outside is black, as beside a photo. Height comes first here.
  rough = jax.image.scale_and_translate(
    image + 1.0,
    (count, size, size, 3),
    (1, 2),
    jnp.full(2, scale),
    size / 2 - scale * middle[::-1],
    "linear",
  )
  points = size * look(rough - 1.0)
  # Pixel centres are whole.
  places = (points[..., :2] + 0.5 - size / 2) / scale
  places += middle[None, None] - 0.5
  return jnp.concatenate([places, points[..., 2:] / scale], axis=-1)
