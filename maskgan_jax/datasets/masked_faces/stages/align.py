"""One picture to one aligned face, ready to have masks drawn on it."""

import math
from typing import NamedTuple

import numpy as np

from maskgan_jax import photos
from maskgan_jax.common import pinned_models
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import references
from maskgan_jax.faces import alignment, finder, usability
from maskgan_jax.faces import embedding as embedding_lib
from maskgan_jax.photos import coding

# The side of the crops that people are told apart on.
_EMBEDDED_SIZE = 256


class AlignedFace(NamedTuple):
  """A face's square crop.

  Attributes:
    item: what it was made from.
    image: JPEG; its decoded pixels are the ground truth from here on.
    valid: PNG, 255 where the crop shows the photo.
    transform: [2, 3] float32, photo pixels to crop pixels.
    landmarks: [468, 3] float32 in crop pixels; NaN where none are known, on
      ready pairs.
    face_width: pixels of the photo, see `alignment.face_width`; NaN as well.
    lower_face: what tells the shots of one sitting, see `references`.
    embedding: [128] float32 of unit length; None where no face was found, or
      the recognizer's package is not installed.
    overlay: PNG RGBA of a ready pair's masked picture, else empty.
    alpha: PNG of a ready pair's mask, else empty.
  """

  item: sources.Item
  image: bytes
  valid: bytes
  transform: np.ndarray
  landmarks: np.ndarray
  face_width: float
  lower_face: np.ndarray
  embedding: np.ndarray | None
  overlay: bytes = b""
  alpha: bytes = b""


def align(
  item: sources.Item,
  *,
  source: sources.Source,
  size: int,
  rule: usability.UsabilityRule,
) -> AlignedFace | sources.Skipped:
  """Loads a picture, finds its largest face and cuts the aligned crop.

  Args:
    item: what to load.
    source: what to load it from.
    size: side of the largest crops in pixels; smaller faces are not enlarged.
    rule: which faces are used.
  """
  try:
    image, landmarks = source.load(item)
  except photos.PhotoError as error:
    return sources.Skipped(item.name, str(error))
  confidence, face = 1.0, None
  if landmarks is None:
    found = finder.shared().find(image, "largest")
    if not found:
      return sources.Skipped(item.name, "no face found")
    face = found[0]
    landmarks, confidence = face.landmarks, face.confidence
  size = min(size, math.ceil(alignment.crop_side(landmarks)))
  transform = alignment.crop_transform(landmarks, size)
  crop, valid = alignment.warp(image, transform, size)
  reason = usability.reason_not_to_learn(landmarks, confidence, valid, rule)
  if reason:
    return sources.Skipped(item.name, reason)
  return AlignedFace(
    item=item,
    image=coding.jpeg(crop),
    valid=coding.png(valid),
    transform=transform,
    landmarks=alignment.transform_landmarks(landmarks, transform),
    face_width=alignment.face_width(landmarks),
    lower_face=references.lower_face(crop),
    embedding=None if face is None else embed(image, face),
  )


def embed(image: np.ndarray, face: finder.LandmarkedFace) -> np.ndarray | None:
  """Returns who a face looks like, see `embedding.embed`.

  It is seen at one size: who is who must not follow from that of the crops.

  Args:
    image: uint8 [H, W, 3], the whole photo.
    face: found in it.

  Returns:
    [128] float32 of unit length; None where the package is not installed.
  """
  transform = alignment.crop_transform(face.landmarks, _EMBEDDED_SIZE)
  crop, _ = alignment.warp(image, transform, _EMBEDDED_SIZE)
  keypoints = face.keypoints @ transform[:, :2].T + transform[:, 2]
  try:
    return embedding_lib.embed(crop, keypoints)
  except pinned_models.MissingModelError:
    return None
