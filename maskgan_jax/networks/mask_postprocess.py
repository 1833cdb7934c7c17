"""From the segmenter's probability to the mask that is completed.

Written against the array API (https://data-apis.org/array-api), so that NumPy
and JAX, compiled or not, run the same lines.
"""

import functools
from typing import TypeVar

import numpy as np

# How far completion reaches past the mask, of the picture's height: 3 px at
# 256. A hard edge leaves a rim of the mask's colour and shadow.
BLEND_REACH = 3 / 256
# Probability from which a pixel is completed. Under one half: a bit of mask
# that stays in a face is worse than a bit of face drawn anew.
COMPLETED_FROM = 0.2
# What of a mask is narrower than twice this and a pixel is a strap.
_STRAP_RADIUS = 4 / 256

Array = TypeVar("Array")  # np.ndarray or jax.Array, traced ones too.


def completed_mask(probability: Array) -> Array:
  """Returns the mask to complete, 0 or 1, where a segmenter found one."""
  return (probability > COMPLETED_FROM).astype(probability.dtype)


def pixels(share: float, height: int) -> int:
  """Returns how many pixels a share of a picture's height is, at least one."""
  return max(1, round(share * height))


def dilate(mask: Array, radius: int) -> Array:
  """Returns the largest value within `radius` pixels, in a square.

  Args:
    mask: [B, H, W, 1].
    radius: in pixels.
  """
  # A square is separable.
  return _largest_along(_largest_along(mask, radius, 1), radius, 2)


def _largest_along(x: Array, radius: int, axis: int) -> Array:
  """The largest of 2 * radius + 1 neighbours along an axis."""
  xp = x.__array_namespace__()
  # Every window that reaches beyond the edge holds it: it may be repeated.
  places = np.arange(-radius, x.shape[axis] + radius)
  places = xp.asarray(places.clip(0, x.shape[axis] - 1))
  x = xp.take(x, places, axis=axis)
  window, known = 2 * radius + 1, 1

  def larger_of_both(x, distance):
    size = x.shape[axis]
    before = (slice(None),) * axis
    return xp.maximum(
      x[(*before, slice(size - distance))], x[(*before, slice(distance, size))]
    )

  # Windows of 1, 2, 4, ...; the last two overlap.
  while 2 * known <= window:
    x, known = larger_of_both(x, known), 2 * known
  return larger_of_both(x, window - known) if known < window else x


def thin_parts(mask: Array) -> Array:
  """Returns what of a mask is narrower than 9 px at 256: its straps.

  The mask less its opening, which takes its corners too.

  Args:
    mask: [B, H, W, 1] in [0, 1].
  """
  xp = mask.__array_namespace__()
  radius = pixels(_STRAP_RADIUS, mask.shape[1])
  opened = dilate(-dilate(-mask, radius), radius)
  return xp.maximum(mask - opened, 0.0)


def hidden_mask(mask: Array, reach: float) -> Array:
  """Grows a mask to what the generator is not shown.

  Args:
    mask: [B, H, W, 1] in [0, 1].
    reach: in shares of the picture's height, 0 for the mask itself.
  """
  return dilate(mask, pixels(reach, mask.shape[1])) if reach else mask


def blend_mask(mask: Array) -> Array:
  """Grows a mask by 3 px at 256 and feathers its outer edge as far again.

  Args:
    mask: float32 [B, H, W, 1] in [0, 1].

  Returns:
    Same shape: 1 on the mask and next to it, falling to 0 outside.
  """
  xp = mask.__array_namespace__()
  height, width = mask.shape[1:3]
  reach = pixels(BLEND_REACH, height)
  soft = dilate(mask, 2 * reach)[..., 0]
  rows, columns = (
    xp.asarray(box_matrix(size, reach)) for size in (height, width)
  )
  return xp.maximum((rows @ soft @ columns.T)[..., None], mask)


def complete(predicted_image: Array, masked_image: Array, mask: Array) -> Array:
  """Puts the prediction under the mask into the masked image.

  Args:
    predicted_image: [B, H, W, 3].
    masked_image: same shape.
    mask: [B, H, W, 1] in [0, 1].
  """
  blend = blend_mask(mask)
  return blend * predicted_image + (1.0 - blend) * masked_image


@functools.lru_cache
def box_matrix(size: int, reach: int) -> np.ndarray:
  """[size, size]: the mean of 2 * reach + 1 places, of those that exist."""
  places = np.arange(size)
  matrix = np.abs(places[:, None] - places) <= reach
  return (matrix / matrix.sum(axis=1, keepdims=True)).astype(np.float32)
