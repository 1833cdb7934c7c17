"""Warps a reference so that its landmarks come to lie on a face's."""

import math

import cv2
import numpy as np
from scipy import interpolate

from maskgan_jax.unmasking.references import reference as reference_lib

# Places along a side where the thin plate is computed; between them it is
# smooth.
_GRID = 65
_SIZE = 256
# How calmly landmarks are followed: they tremble by more than skin stretches.
_SMOOTHING = 1.0
# A reference so many times as fine as the result is reduced first.
_REDUCED_FROM = 1.2


def warp(
  reference: reference_lib.Reference, landmarks: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
  """Returns a reference as a square picture in which its face lies on another.

  A thin plate (Bookstein, 1989, https://doi.org/10.1109/34.24792) bends it by
  all 468 landmarks.

  Args:
    reference: whose face is warped.
    landmarks: where its landmarks come to lie, [468, 2 or more] in pixels of
      the result.
    size: side of the result in pixels.

  Returns:
    float32 [size, size, 3] in 0..255, and where it shows the person: float32
    [size, size] in [0, 1], 0 beside the photo and where a mask hides it.
  """
  # At one size, so that the smoothing means the same at every size.
  to_size = (size - 1) / (_SIZE - 1)
  target = landmarks[:, :2].astype(np.float64) / to_size
  source = reference.landmarks[:, :2].astype(np.float64)
  plate = interpolate.RBFInterpolator(
    target, source, kernel="thin_plate_spline", smoothing=_SMOOTHING
  )
  places = np.linspace(0, _SIZE - 1, _GRID)
  grid = np.stack(np.meshgrid(places, places), axis=-1)
  coarse = plate(grid.reshape(-1, 2)).reshape(grid.shape).astype(np.float32)
  steps = np.linspace(0, _GRID - 1, size, dtype=np.float32)
  way = cv2.remap(coarse, *np.meshgrid(steps, steps), cv2.INTER_CUBIC)
  image = reference.image
  shape = np.array(image.shape[1::-1])
  finer = _enlargement(target, source) / to_size
  if finer > _REDUCED_FROM:
    # remap samples few pixels: reduce by area first against aliasing.
    reduced = np.maximum(1, np.round(shape / finer).astype(int))
    image = cv2.resize(image, reduced.tolist(), interpolation=cv2.INTER_AREA)
    # Pixel centres: x_small = (x + .5) * ratio - .5.
    image_way = ((way + 0.5) * (reduced / shape) - 0.5).astype(np.float32)
  else:
    image_way = way
  warped = cv2.remap(
    image, image_way, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
  )
  visible = cv2.remap(reference.visible, way, None, cv2.INTER_LINEAR)
  return warped.astype(np.float32), visible.astype(np.float32) / 255


def _enlargement(target, source) -> float:
  """Pixels of the source per pixel of the target, on the whole."""
  known = np.column_stack([target, np.ones(len(target))])
  linear = np.linalg.lstsq(known, source, rcond=None)[0][:2]
  return math.sqrt(abs(np.linalg.det(linear)))
