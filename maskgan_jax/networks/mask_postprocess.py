"""Where a face is completed: what the evaluation and the use of networks share.

Thresholds and margins of masks, on the host; `images` has what is compiled.
"""

import functools
from typing import TypeVar

import cv2
import numpy as np

# How far completion reaches past the mask, of the picture's height: 3 px at
# 256. A hard edge leaves a rim of the mask's colour and shadow.
BLEND_REACH = 3 / 256
# Probability from which a pixel is completed. Under one half: a bit of mask
# that stays in a face is worse than a bit of face drawn anew.
COMPLETED_FROM = 0.2
# A mask is reported on more than this share of the frame, and only if its
# pixels are as likely as this on average: of what is found on beards and
# collars most is doubtful (on the validation people at most 0.933), of masks
# hardly any.
MIN_MASK_AREA = 0.01
MIN_CONFIDENCE = 0.94

Array = TypeVar("Array")  # np.ndarray or jax.Array, traced ones too.


def completed_mask(probability: Array) -> Array:
  """Returns the mask to complete, 0 or 1, where a segmenter found one."""
  return (probability > COMPLETED_FROM).astype(probability.dtype)


def confidence(probability: Array) -> Array:
  """Returns the mean probability over what is found to be mask, 0 of nothing.

  Args:
    probability: [B, H, W, 1] in [0, 1].

  Returns:
    [B], in [0, 1].
  """
  found = (probability > 0.5).astype(np.float32)
  # No less than a pixel: guards 0 / 0 only.
  count = found.sum(axis=(1, 2, 3)).clip(1.0)
  return (found * probability).sum(axis=(1, 2, 3)) / count


def has_mask(probability: Array) -> Array:
  """Whether a mask is reported: large and likely enough.

  Args:
    probability: [B, H, W, 1] in [0, 1].

  Returns:
    [B], bool.
  """
  area = (probability > 0.5).astype(np.float32).mean(axis=(1, 2, 3))
  return (area > MIN_MASK_AREA) & (confidence(probability) > MIN_CONFIDENCE)


def pixels(share: float, height: int) -> int:
  """Returns how many pixels a share of a picture's height is, at least one."""
  return max(1, round(share * height))


def blend_mask(mask: np.ndarray) -> np.ndarray:
  """Returns `images.blend_mask` of float32 [B, H, W, 1], without a compiler."""
  height, width = mask.shape[1:3]
  reach = pixels(BLEND_REACH, height)
  square = np.ones((4 * reach + 1,) * 2, np.uint8)
  soft = np.stack([cv2.dilate(one, square) for one in mask[..., 0]])
  mean = box_matrix(height, reach) @ soft @ box_matrix(width, reach).T
  return np.maximum(mean[..., None], mask)


@functools.lru_cache
def box_matrix(size: int, reach: int) -> np.ndarray:
  """[size, size]: the mean of 2 * reach + 1 places, of those that exist."""
  places = np.arange(size)
  matrix = np.abs(places[:, None] - places) <= reach
  return (matrix / matrix.sum(axis=1, keepdims=True)).astype(np.float32)
