"""Faces that say themselves where they are, and what finds them by that.

A face is a blue square whose red and green are its own coordinates, so that
landmarks are exact however it is turned, and no model is asked.
"""

import cv2
import numpy as np

from maskgan_jax.datasets.sample_faces import face as sample_face
from maskgan_jax.faces import alignment, detector

# What red and green run from, and how far, along a face's sides.
_DARKEST, _RANGE = 40, 160
# Where the middle of the eyes lies in a face, and outer eye corners' distance,
# in sides of the square.
_EYES, _EYE_DISTANCE = (0.5, 0.35), 0.55
# Upright faces are turned by less, in radians.
_MAX_ANGLE = np.pi / 3


def photo(*places: tuple[int, int, int], angle: float = 0.0) -> np.ndarray:
  """Returns uint8 [240, 320, 3] with upright faces on grainy grey.

  Args:
    places: x and y of a face's middle, and its side.
    angle: by which the faces are turned to the right, in degrees.
  """
  image = np.full((240, 320, 3), (90, 90, 30), np.float32)
  y, x = np.mgrid[:240, :320].astype(np.float32)
  cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
  for middle_x, middle_y, side in places:
    dx, dy = (x - middle_x) / side, (y - middle_y) / side
    u, v = cos * dx + sin * dy + 0.5, -sin * dx + cos * dy + 0.5
    colours = np.stack(
      [_DARKEST + _RANGE * u, _DARKEST + _RANGE * v, np.full_like(u, 250)], 2
    )
    inside = (np.abs(u - 0.5) < 0.5) & (np.abs(v - 0.5) < 0.5)
    image[inside] = colours[inside]
  grain = np.random.default_rng(0).normal(0, 2, image.shape)
  return np.clip(image + grain, 0, 255).astype(np.uint8)


class Detector:
  """Finds the squares; takes each for upright, as the real one does.

  Attributes:
    looks: the sizes of the pictures it was given, and whether it was thorough.
  """

  def __init__(self):
    self.looks = []

  def detect(self, image, *, thorough=False):
    self.looks.append((*image.shape[:2], thorough))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(
      (image[..., 2] > 150).astype(np.uint8)
    )
    boxes = sorted(boxes[1:count].tolist(), key=lambda box: -box[4])
    return [_detected(*box[:4]) for box in boxes]


def _detected(x, y, width, height):
  shares = np.array(
    [[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.3, 0.8], [0.7, 0.8]]
  )
  return detector.Face(
    np.array([x, y, width, height], np.float32),
    (shares * [width, height] + [x, y]).astype(np.float32),
    0.9,
  )


class Landmarker:
  """What networks have of a landmarker; sure of upright faces alone.

  Attributes:
    sure, unsure: its confidences.
    num_crops: of each call.
  """

  landmark_size = 64
  sure, unsure = 0.98, 0.2

  def __init__(self):
    self.num_crops = []

  def landmarks(self, crops):
    assert crops.shape[1:] == (64, 64, 3) and crops.dtype == np.uint8
    self.num_crops.append(len(crops))
    points, angles = zip(*(_fit(crop) for crop in crops), strict=True)
    upright = np.abs(angles) < _MAX_ANGLE
    confidence = np.where(upright, self.sure, self.unsure)
    return np.stack(points), confidence.astype(np.float32)


def landmarks(to_picture: np.ndarray) -> np.ndarray:
  """Returns a face's landmarks, float32 [468, 3].

  Args:
    to_picture: from a face's own coordinates to the picture's, [2, 3].
  """
  points = sample_face.canonical() * _EYE_DISTANCE
  xy = (points[:, :2] + _EYES) @ to_picture[:, :2].T + to_picture[:, 2]
  scale = np.sqrt(np.linalg.det(to_picture[:, :2]))
  return np.append(xy, points[:, 2:] * scale, axis=1).astype(np.float32)


def _fit(crop):
  """Landmarks of the square in a crop's middle, and its angle in degrees.

  A square that is not upright gets an upright one's landmarks.
  """
  _, parts = cv2.connectedComponents((crop[..., 2] > 150).astype(np.uint8))
  middle = parts[len(parts) // 2, len(parts) // 2]
  inside = (parts == middle) & (crop[..., 2] > 235)
  y, x = np.nonzero(inside)
  own = (crop[inside][:, :2] - float(_DARKEST)) / _RANGE
  found, *_ = np.linalg.lstsq(
    np.column_stack([own, np.ones_like(x)]),
    np.column_stack([x, y]),
    rcond=None,
  )
  to_crop = found.T
  angle = alignment.angle_of((0, 0), to_crop[:, 0])
  if abs(angle) >= _MAX_ANGLE:
    scale = alignment.enlargement(to_crop)
    to_crop = alignment.similarity(
      scale, 0.0, (0.5, 0.5), to_crop @ (0.5, 0.5, 1)
    )
  return landmarks(to_crop), angle
