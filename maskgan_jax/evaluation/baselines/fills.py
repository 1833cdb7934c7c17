"""Fills for a hidden face that need no training."""

from collections.abc import Iterable

import cv2
import numpy as np

from maskgan_jax.faces import alignment

# Pixels: how far the mask is grown first, and how far Telea's fill looks.
_TELEA_GROWTH = 2
_TELEA_RADIUS = 3


def skin_colour(masked_image: np.ndarray, mask: np.ndarray) -> np.ndarray:
  """Fills the mask with the person's mean visible skin colour.

  Args:
    masked_image: uint8 [H, W, 3], an aligned crop.
    mask: [H, W], nonzero where hidden.

  Returns:
    uint8 [H, W, 3].
  """
  chosen = alignment.visible_skin(mask)
  if not chosen.any():
    visible = mask == 0
    chosen = visible if visible.any() else ~visible
  filled = masked_image.copy()
  filled[mask > 0] = np.round(masked_image[chosen].mean(0)).astype(np.uint8)
  return filled


def telea(masked_image: np.ndarray, mask: np.ndarray) -> np.ndarray:
  """Inpaints the mask from its rim (Telea, 2004, as in OpenCV).

  Args and result as in `skin_colour`.
  """
  kernel = np.ones((2 * _TELEA_GROWTH + 1,) * 2, np.uint8)
  grown = cv2.dilate((mask > 0).astype(np.uint8), kernel)
  return cv2.inpaint(masked_image, grown, _TELEA_RADIUS, cv2.INPAINT_TELEA)


def mean_image(images: Iterable[np.ndarray]) -> np.ndarray:
  """Returns the mean of aligned images, uint8 [H, W, 3] each and out."""
  total, count = np.zeros(()), 0
  for image in images:
    total = total + image.astype(np.float64)
    count += 1
  return np.round(total / count).astype(np.uint8)


def fill(
  masked_image: np.ndarray, mask: np.ndarray, content: np.ndarray
) -> np.ndarray:
  """Puts content, uint8 [H, W, 3], where the mask [H, W] is nonzero."""
  return np.where(mask[..., None] > 0, content, masked_image)
