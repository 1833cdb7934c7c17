"""A ready pair to one example: the square, the mask, and the checks."""

import cv2
import numpy as np

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.sources import pairs
from maskgan_jax.datasets.masked_faces.stages import align, references
from maskgan_jax.faces import alignment, anatomy, finder, usability
from maskgan_jax.photos import coding

# The checks, at a size where noise of coding is averaged away. Measured on 68
# drawn pairs at 256 px, the two pictures coded as JPEG at qualities 40 and 90:
# all pass. Shifted by 2 px, turned by 2 degrees or enlarged by 2 %, at most
# one of them passes; with another person's picture none does.
_CHECK_SIZE = 128
_MIN_CORRELATION = 0.15
_MIN_SHIFT = 0.3  # pixels
# A pair is shifted if moving it back lowers the difference as much.
_LOWERED_TO = 0.7
_MAX_AREA = 0.5
_MAX_ELSEWHERE = 0.04
_MAX_VISIBLE = 5  # of the 8-bit range, the median

# Of the 8-bit range, after a slight blur.
_DIFFERENT = 12
_OF_NEARBY = 0.45
# Specks below this share of the picture are noise, not mask.
_MIN_PART = 0.002
_MAX_HOLE = 0.01


def align_pair(
  item: sources.Item, *, source: pairs.Pairs, size: int
) -> align.AlignedFace | sources.Skipped:
  """Reads a pair, fits it into the square and finds or checks its mask.

  Args:
    item: the pair.
    source: what to read it from.
    size: side of the largest squares in pixels; smaller pictures are not
      enlarged.
  """
  try:
    masked, picture, mask = source.load(item)
  except photos.PhotoError as error:
    return sources.Skipped(item.name, str(error))
  height, width = picture.shape[:2]
  size = min(size, max(height, width))
  scale = size / max(height, width)
  # Pixel centres: x_new = (x + .5) * scale - .5, in the middle of the square.
  offset = [scale / 2 - 0.5 + (size - n * scale) / 2 for n in (width, height)]
  transform = np.array(
    [[scale, 0, offset[0]], [0, scale, offset[1]]], np.float32
  )
  masked, _ = alignment.warp(masked, transform, size)
  bare, valid = alignment.warp(picture, transform, size)
  # A given mask spares the search, not the check of what it leaves visible.
  if mask is None:
    alpha = difference_mask(masked, bare)
  else:
    mask = np.repeat(mask[..., None], 3, axis=2)
    alpha = alignment.warp(mask, transform, size)[0][..., 0]
  reason = misalignment(masked, bare, alpha)
  if reason:
    return sources.Skipped(item.name, reason)
  alpha[valid == 0] = 0
  opaque = np.full((size, size, 1), 255, np.uint8)
  overlay = np.concatenate([masked, opaque], axis=2)
  if not np.any(alpha > 127):
    alpha[:], overlay[:] = 0, 0
  landmarks, face_width = _face(bare)
  return align.AlignedFace(
    item=item,
    image=coding.jpeg(bare),
    valid=coding.png(valid),
    transform=transform,
    landmarks=landmarks,
    face_width=face_width / scale,
    lower_face=references.lower_face(bare),
    embedding=_embedding(picture),
    overlay=coding.png(overlay),
    alpha=coding.png(alpha),
  )


def difference_mask(masked: np.ndarray, bare: np.ndarray) -> np.ndarray:
  """Returns where two pictures differ, cleaned: uint8 [H, W], 0 or 255.

  Specks are dropped, holes are filled: a mask may match the skin in places.
  """
  size = masked.shape[0]
  small, large = (_disc(size * share) for share in (0.004, 0.02))
  difference = _difference(masked, bare)
  # Shadow and blur around a mask differ less than the mask beside them. With
  # this rule drawn masks are found with an IoU of .96, without it .90.
  limit = np.maximum(_DIFFERENT, _OF_NEARBY * cv2.dilate(difference, large))
  differs = (difference > limit).astype(np.uint8)
  differs = cv2.morphologyEx(differs, cv2.MORPH_OPEN, small)
  differs = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, large)
  differs = _without_small_parts(differs, _MIN_PART * size**2)
  # Small holes are filled; a large one is what a ring of edges encloses.
  holes = _without_small_parts(1 - differs, _MAX_HOLE * size**2)
  return 255 * (1 - holes)


def _without_small_parts(mask: np.ndarray, area: float) -> np.ndarray:
  """Returns the connected parts of at least so many pixels, uint8 0 or 1."""
  _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
  keep = stats[:, cv2.CC_STAT_AREA] >= area
  keep[0] = False  # The background.
  return keep[labels].astype(np.uint8)


def misalignment(
  masked: np.ndarray, bare: np.ndarray, mask: np.ndarray
) -> str | None:
  """Says why two pictures are not one view with and without mask.

  Args:
    masked: uint8 [S, S, 3].
    bare: the same.
    mask: uint8 [S, S], 255 where the mask is.
  """
  masked, bare, mask = (
    cv2.resize(a, (_CHECK_SIZE,) * 2, interpolation=cv2.INTER_AREA)
    for a in (masked, bare, mask)
  )
  if (area := float(np.mean(mask > 127))) > _MAX_AREA:
    return f"the two pictures differ nearly everywhere ({area:.2f} of them)"
  difference = _difference(masked, bare)
  # Shadow and straps around the mask may differ.
  away = cv2.dilate(_largest_part(mask), _disc(0.04 * _CHECK_SIZE)) == 0
  visible = cv2.dilate(mask, _disc(0.04 * _CHECK_SIZE)) <= 127
  shift, correlation = _shift(masked, bare)
  if correlation < _MIN_CORRELATION:
    return f"the two pictures do not match (correlation {correlation:.2f})"
  if np.hypot(*shift) > _MIN_SHIFT and visible.any():
    back = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    moved = cv2.warpAffine(
      masked, back, visible.shape, borderMode=cv2.BORDER_REFLECT_101
    )
    lowered = _difference(moved, bare)[visible].mean()
    if lowered < _LOWERED_TO * difference[visible].mean():
      x, y = (100 * s / _CHECK_SIZE for s in shift)
      return f"the two pictures are shifted (by {x:.1f}, {y:.1f} % of the side)"
  elsewhere = float(np.mean((difference > _DIFFERENT) & away))
  if elsewhere > _MAX_ELSEWHERE:
    return f"the two pictures differ off the mask too (in {elsewhere:.2f})"
  if visible.any() and np.median(difference[visible]) > _MAX_VISIBLE:
    median = np.median(difference[visible])
    return f"what no mask hides is coloured otherwise (by {median:.0f} of 255)"
  return None


def _largest_part(mask: np.ndarray) -> np.ndarray:
  """Returns the largest compact part of a mask, uint8 0 or 1."""
  mask = cv2.morphologyEx(
    (mask > 127).astype(np.uint8), cv2.MORPH_OPEN, _disc(0.04 * mask.shape[0])
  )
  count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
  if count == 1:
    return np.zeros_like(mask)
  largest = 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])
  return (labels == largest).astype(np.uint8)


def _shift(
  masked: np.ndarray, bare: np.ndarray
) -> tuple[tuple[float, float], float]:
  """Returns the x, y that move masked onto bare, and the peak's height."""
  grey = [
    cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    for picture in (masked, bare)
  ]
  window = cv2.createHanningWindow(grey[0].shape[::-1], cv2.CV_32F)
  return cv2.phaseCorrelate(*grey, window)


def _difference(masked: np.ndarray, bare: np.ndarray) -> np.ndarray:
  """Returns the largest difference of the channels, float32 [S, S]."""
  sigma = masked.shape[0] / 256
  first, second = (
    cv2.GaussianBlur(picture.astype(np.float32), (0, 0), sigma)
    for picture in (masked, bare)
  )
  return np.abs(first - second).max(axis=2)


def _disc(radius: float) -> np.ndarray:
  side = 2 * max(1, round(radius)) + 1
  return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def _face(image: np.ndarray) -> tuple[np.ndarray, float]:
  """Returns the largest face's landmarks and width, NaN if none is found."""
  for face in finder.shared().find(image, "largest"):
    if face.confidence >= usability.MESH_THRESHOLD:
      landmarks = face.landmarks.astype(np.float32)
      return landmarks, alignment.face_width(landmarks)
  return np.full((anatomy.NUM_LANDMARKS, 3), np.nan, np.float32), np.nan


def _embedding(image: np.ndarray) -> np.ndarray | None:
  found = finder.shared().find(image, "largest")
  return align.embed(image, found[0]) if found else None
