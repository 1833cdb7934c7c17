"""What needs no network: every score of a network stands beside these."""

from collections.abc import Iterable

import cv2
import numpy as np

from maskgan_jax.faces import alignment

# Telea's settings: the true mask grown by 2 px, radius 3.
TELEA_GROWTH = 2
TELEA_RADIUS = 3
RIDGE_SIZE = 48


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
  kernel = np.ones((2 * TELEA_GROWTH + 1,) * 2, np.uint8)
  grown = cv2.dilate((mask > 0).astype(np.uint8), kernel)
  return cv2.inpaint(masked_image, grown, TELEA_RADIUS, cv2.INPAINT_TELEA)


def mean_image(images: Iterable[np.ndarray]) -> np.ndarray:
  """Returns the mean of aligned pictures, uint8 [H, W, 3] each and out."""
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


class Ridge:
  """Linear regression from the visible pixels and the mask to the face.

  Works at 48 px: hidden pixels are set to the training mean, the mask itself
  is part of the input, one weight decay for all.
  """

  def __init__(self, weight_decay: float = 300.0):
    self._weight_decay = weight_decay

  def fit(
    self, examples: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]]
  ) -> "Ridge":
    """Learns from (image, masked_image, mask) of `fill`'s types."""
    small = [self._shrink(*example) for example in examples]
    targets = np.stack([image for image, _, _ in small])
    self._mean = targets.mean(0)
    inputs = np.stack([self._input(m, k) for _, m, k in small])
    targets = (targets - self._mean).reshape(len(targets), -1)
    gram = inputs.T @ inputs
    gram[np.diag_indices_from(gram)] += self._weight_decay
    self._weights = np.linalg.solve(gram, inputs.T @ targets)
    return self

  def predict(self, masked_image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Returns the masked image with its hidden pixels predicted, uint8."""
    _, small, hidden = self._shrink(masked_image, masked_image, mask)
    found = self._mean + (self._input(small, hidden) @ self._weights).reshape(
      self._mean.shape
    )
    size = masked_image.shape[1::-1]
    found = cv2.resize(
      found.astype(np.float32), size, interpolation=cv2.INTER_CUBIC
    )
    found = np.clip(np.round(found * 255), 0, 255).astype(np.uint8)
    return fill(masked_image, mask, found)

  def _shrink(self, image, masked_image, mask):
    size = (RIDGE_SIZE, RIDGE_SIZE)
    shrunk = [
      cv2.resize(x, size, interpolation=cv2.INTER_AREA).astype(np.float32)
      for x in (image, masked_image, (mask > 0).astype(np.float32))
    ]
    return shrunk[0] / 255, shrunk[1] / 255, (shrunk[2] > 0).astype(np.float32)

  def _input(self, masked_image, mask):
    visible = (masked_image - self._mean) * (1 - mask[..., None])
    one = np.ones(1, np.float32)
    return np.concatenate([visible.reshape(-1), mask.reshape(-1), one])
