"""A face cut out of its photo as the networks see it."""

import dataclasses

import cv2
import numpy as np

from maskgan_jax.faces import alignment, finder
from maskgan_jax.unmasking.references import reference

# What stays in its place when a crop is widened, in shares of its side.
_FIXED_POINT = (0.5, 0.2)
_WIDENED_SCALE = 0.8
# How a mask lies in the crop of its face, as drawn ones without straps do: the
# crop's side, of the mask's longer side, and where the mask's middle comes to
# lie, in shares of the crop's side.
_SIDE_PER_MASK = 1.8
_MASK_MIDDLE = (0.5, 0.68)


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class AlignedFace:
  """One face and its crop.

  Attributes:
    box: x, y, width, height in photo pixels, [4] float32.
    landmarks: in photo pixels, [468, 3]; None where they are not known.
    confidence: that the landmarks are a face's, in [0, 1].
    transform: photo pixels to crop pixels, [2, 3] float32.
    crop: the face, [size, size, 3] uint8.
    inside: nonzero where the crop shows the photo, [size, size] uint8.
    widened: whether the crop shows more than the landmarks ask for.
    match: another photo of this person; None where there is none.
  """

  box: np.ndarray
  landmarks: np.ndarray | None
  confidence: float
  transform: np.ndarray
  crop: np.ndarray
  inside: np.ndarray
  widened: bool = False
  match: reference.Match | None = None


def align(
  image: np.ndarray,
  face: finder.LandmarkedFace | AlignedFace,
  size: int,
  *,
  widened: bool = False,
  transform: np.ndarray | None = None,
  match: reference.Match | None = None,
) -> AlignedFace:
  """Cuts a face out of a photo.

  Args:
    image: the photo, uint8 [H, W, 3].
    face: of this photo.
    size: side of the crop in pixels.
    widened: show more of the photo below and beside the face.
    transform: where to cut, [2, 3] float32, instead of `crop_transform`.
    match: another photo of the same person.
  """
  if transform is None:
    transform = crop_transform(face.landmarks, size, widened)
  crop, inside = alignment.warp(image, transform, size)
  return AlignedFace(
    box=face.box,
    landmarks=face.landmarks,
    confidence=face.confidence,
    transform=transform,
    crop=crop,
    inside=inside,
    widened=widened,
    match=match,
  )


def align_to_mask(
  image: np.ndarray, mask: np.ndarray, size: int
) -> AlignedFace:
  """Cuts out what must be an upright face behind a hand-made mask.

  Args:
    image: the photo, uint8 [H, W, 3].
    mask: [H, W], nonzero where to complete, somewhere at least.
    size: side of the crop in pixels.
  """
  rows, columns = np.nonzero(mask)
  low = np.array([columns.min(), rows.min()])
  extent = np.array([columns.max(), rows.max()]) + 1 - low
  transform = alignment.similarity(
    size / (_SIDE_PER_MASK * extent.max()),
    0.0,
    low + extent / 2,
    size * np.array(_MASK_MIDDLE),
  ).astype(np.float32)
  crop, inside = alignment.warp(image, transform, size)
  return AlignedFace(
    box=np.append(low, extent).astype(np.float32),
    landmarks=None,
    confidence=0.0,
    transform=transform,
    crop=crop,
    inside=inside,
    # It holds all of the mask as it is.
    widened=True,
  )


def crop_transform(
  landmarks: np.ndarray, size: int, widened: bool = False
) -> np.ndarray:
  """Returns where a face is cut out: photo pixels to crop pixels, [2, 3].

  Args:
    landmarks: in photo pixels, [468, 3].
    size: side of the crop in pixels.
    widened: show more of the photo below and beside the face.
  """
  transform = alignment.crop_transform(landmarks, size)
  if not widened:
    return transform
  steps = np.vstack([transform, [0, 0, 1]])
  return (_widening(size) @ steps).astype(np.float32)


def _widening(size: int) -> np.ndarray:
  """Plain crop pixels to widened crop pixels, [2, 3]."""
  offset = (1 - _WIDENED_SCALE) * size * np.array(_FIXED_POINT)
  return np.column_stack([_WIDENED_SCALE * np.eye(2), offset])


def as_if_not_widened(mask: np.ndarray) -> np.ndarray:
  """Cuts from a widened crop's mask what the plain crop shows of it.

  Args:
    mask: [size, size] float32.

  Returns:
    The same shape.
  """
  size = len(mask)
  transform = _widening(size)
  return cv2.warpAffine(
    mask, transform, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
  )


def align_mask(mask: np.ndarray, face: AlignedFace) -> np.ndarray:
  """Cuts a photo's hand-made mask as a face was cut.

  Args:
    mask: [H, W], nonzero where to complete.
    face: of the same photo.

  Returns:
    float32 [size, size], 0 or 1; 0 beside the photo.
  """
  white = np.where(mask, np.uint8(255), np.uint8(0))
  cut, _ = alignment.warp(white, face.transform, len(face.crop))
  return ((cut > 127) & (face.inside > 0)).astype(np.float32)
