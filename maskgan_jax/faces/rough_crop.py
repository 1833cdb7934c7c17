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
