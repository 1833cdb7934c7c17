"""How far found landmarks are off, and what they know of a hidden mouth."""

import math
from typing import NamedTuple

import numpy as np

from maskgan_jax.faces import alignment, anatomy

# Of the aligned crop whose pixels are counted.
SIZE = 256


class Mouth(NamedTuple):
  """A mouth's shape, in distances of the eyes."""

  opening: float
  width: float
  raised_corners: float  # Above its middle.


def corner_shift(found: np.ndarray, true: np.ndarray) -> float:
  """Returns how far found landmarks move the aligned crop.

  Args:
    found: [468, 3], in any pixels.
    true: [468, 3], in the same ones.

  Returns:
    The mean distance of the four corners, in pixels of a crop of 256.
  """
  frame, moved = (
    alignment.crop_transform(x.astype(np.float64), SIZE).astype(np.float64)
    for x in (true, found)
  )
  corners = np.array([[x, y] for x in (0, SIZE) for y in (0, SIZE)])
  # From the found crop to the photo, from there to the true one.
  linear = frame[:, :2] @ np.linalg.inv(moved[:, :2])
  shown = (corners - moved[:, 2]) @ linear.T + frame[:, 2]
  return float(np.linalg.norm(shown - corners, axis=1).mean())


def mouth(landmarks: np.ndarray) -> Mouth:
  """Returns the shape of a face's mouth.

  Args:
    landmarks: [468, 3], in any pixels.
  """
  points = landmarks[:, :2]
  right, left = anatomy.eye_centres(landmarks)
  across = left - right
  distance = np.linalg.norm(across)
  up = np.array([across[1], -across[0]]) / distance
  above, below = points[list(anatomy.LIPS_MIDDLE)]
  corners = points[list(anatomy.MOUTH_CORNERS)]
  raised = (corners.mean(axis=0) - (above + below) / 2) @ up
  return Mouth(
    float(np.linalg.norm(above - below) / distance),
    float(np.linalg.norm(corners[0] - corners[1]) / distance),
    float(raised / distance),
  )


def correlation(found: np.ndarray, true: np.ndarray) -> float:
  """Returns the correlation of one measure over faces.

  Args:
    found: [N].
    true: [N].

  Returns:
    NaN where one does not vary, or of fewer than three faces: two points always
    lie on a line.
  """
  varies = len(found) > 2 and np.ptp(found) > 0 and np.ptp(true) > 0
  return float(np.corrcoef(found, true)[0, 1]) if varies else math.nan
