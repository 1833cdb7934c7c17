"""The rough square crop in which a detected face's landmarks are looked for."""

import numpy as np

from maskgan_jax.faces import alignment, anatomy

# Sides, of the longer side of the detector's box and of the landmarks' longer
# extent: what the face mesh was trained on.
BOX_MARGIN = LANDMARK_MARGIN = 1.5


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
  side = BOX_MARGIN * max(width, height)
  angle = alignment.angle_of(keypoints[0], keypoints[1])
  centre = (x + width / 2, y + height / 2)
  return alignment.similarity(size / side, angle, centre, (size / 2,) * 2)


def of_landmarks(landmarks: np.ndarray, size: int) -> np.ndarray:
  """Returns where a face is cut out by its landmarks, much as by its box.

  Args:
    landmarks: in photo pixels, [468, 3].
    size: side of the crop in pixels.

  Returns:
    Photo pixels to crop pixels, float64 [2, 3].
  """
  angle = alignment.angle_of(*anatomy.eye_centres(landmarks))
  level = alignment.similarity(1.0, angle, (0, 0), (0, 0))[:, :2]
  upright = landmarks[:, :2] @ level.T
  low, high = upright.min(0), upright.max(0)
  side = LANDMARK_MARGIN * max((high - low).max(), 1e-3)
  centre = (low + high) / 2 @ level
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
