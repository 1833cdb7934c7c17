"""The rough square crop in which a detected face's landmarks are looked for."""

import numpy as np

from maskgan_jax.faces import alignment

# The side, of the longer side of the detector's box.
MARGIN = 1.6


def of_box(box: np.ndarray, keypoints: np.ndarray, size: int) -> np.ndarray:
  """Returns where a detected face is cut out, its eyes level.

  Args:
    box: x, y, width, height in pixels, [4].
    keypoints: of the detector, eyes first, [5, 2].
    size: side of the crop in pixels.

  Returns:
    Photo pixels to crop pixels, float64 [2, 3].
  """
  x, y, width, height = np.asarray(box, np.float64)
  side = MARGIN * max(width, height)
  angle = alignment.angle_of(keypoints[0], keypoints[1])
  centre = (x + width / 2, y + height / 2)
  return alignment.similarity(size / side, angle, centre, (size / 2,) * 2)


def cut(image: np.ndarray, transform: np.ndarray, size: int) -> np.ndarray:
  """Cuts a rough crop; what lies outside the photo is black.

  Args:
    image: the photo, uint8 [H, W, 3].
    transform: photo pixels to crop pixels, [2, 3].
    size: side of the crop in pixels.

  Returns:
    uint8 [size, size, 3].
  """
  crop, inside = alignment.warp(image, transform, size)
  crop[inside == 0] = 0
  return crop
