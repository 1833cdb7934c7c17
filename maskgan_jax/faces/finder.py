"""Finds the faces of a photo with their landmarks."""

import functools
import threading
from typing import NamedTuple

import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.faces import detector as detector_lib
from maskgan_jax.faces import mesh as mesh_lib


class LandmarkedFace(NamedTuple):
  """A face and its landmarks, in pixels of the picture."""

  box: np.ndarray  # [4] float32: x, y, width, height
  keypoints: np.ndarray  # [5, 2] float32: eyes, nose, mouth corners
  landmarks: np.ndarray  # [468, 3] float32
  confidence: float  # That the landmarks are a face's, in [0, 1].


class FaceFinder:
  """A detector and a mesh, which take one picture at a time.

  Threads wait for each other.

  Attributes:
    detector: finds boxes and keypoints.
    mesh: finds the landmarks of a detected face; loaded when first asked for.
  """

  def __init__(self):
    self.detector = detector_lib.FaceDetector()
    self._lock = threading.Lock()

  @functools.cached_property
  def mesh(self) -> mesh_lib.LandmarkModel:
    return mesh_lib.LandmarkModel()

  def detect(
    self, image: np.ndarray, *, thorough: bool = False
  ) -> list[detector_lib.Face]:
    """Finds faces, the largest first.

    Args:
      image: uint8 [H, W, 3] RGB.
      thorough: look for the small faces of a group too, which takes longer.
    """
    with self._lock:
      if thorough:
        return self.detector.detect_all(image)
      return self.detector.detect(image)

  def find(self, image: np.ndarray, which: str = "all") -> list[LandmarkedFace]:
    """Returns the photo's faces with their landmarks, the largest first.

    Args:
      image: uint8 [H, W, 3] RGB.
      which: "all", or "largest" for that one alone, which is quicker.
    """
    with self._lock:
      if which == "all":
        found = self.detector.detect_all(image)
      else:
        found = self.detector.detect(image)[:1]
      return [
        LandmarkedFace(face.box, face.keypoints, *self.mesh(image, face))
        for face in found
      ]


@functools.cache
def shared() -> FaceFinder:
  """Returns the finder of this process."""
  return FaceFinder()


def find_faces(image: np.ndarray, which: str = "all") -> list[LandmarkedFace]:
  """Returns what the shared finder finds, one face at least.

  Args:
    image: uint8 [H, W, 3] RGB.
    which: "all", or "largest" for that one alone, which is quicker.

  Raises:
    errors.UserError: no face is found.
  """
  found = shared().find(image, which)
  if not found:
    raise errors.UserError(
      "No face found. Give a photo with a face that looks towards the camera"
      " and is at least a tenth of its width."
    )
  return found


def largest_face(image: np.ndarray) -> np.ndarray:
  """Returns the landmarks [468, 3] of the largest face, in pixels.

  Args:
    image: uint8 [H, W, 3] RGB.

  Raises:
    errors.UserError: no face is found.
  """
  return find_faces(image, "largest")[0].landmarks


def box_overlap(a: np.ndarray, b: np.ndarray) -> float:
  """Returns the intersection over union of two boxes x, y, width, height."""
  low = np.maximum(a[:2], b[:2])
  high = np.minimum(a[:2] + a[2:], b[:2] + b[2:])
  common = np.prod(np.clip(high - low, 0, None))
  return float(common / (a[2] * a[3] + b[2] * b[3] - common))
