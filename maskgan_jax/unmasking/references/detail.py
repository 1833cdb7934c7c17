"""Carries a reference's own features over to a completed face.

What is finer, mouth, nose, folds, freckles, comes from the reference; what is
coarser, colour and shade, is the mean of its own, in the light of the masked
photo as the visible skin of both has it, and the completion's. All this as far
as the reference is trusted: where it shows the face, and is no darker or
lighter there than can be the same face.
"""

import cv2
import numpy as np

from maskgan_jax.faces import alignment, anatomy
from maskgan_jax.unmasking import blending
from maskgan_jax.unmasking.references import reference as reference_lib
from maskgan_jax.unmasking.references import warping

# Gaussians' sigmas, of the crop's side: what is finer comes from the reference,
# and over what the light of both is compared. Chosen, like the others here, on
# pairs of photos of validation people by LPIPS, PSNR and identity.
_FINE = 8 / 256
_LIGHT = 40 / 256
# At most so much is the reference's, of what is finer and of what is coarser.
_TRUST = 0.9
_COARSE_SHARE = 0.5
# A difference of brightness, as a logarithm, at which trust is a third.
_TOLERANCE = 0.5
# How far inside the face's outline it is trusted.
_INSIDE = 6 / 256
# From a turn that differs by so many degrees on trust falls, to none.
_TURNS = (25.0, 50.0)
# The sigma, in pixels, from which a picture is reduced to be blurred.
_SIGMA_REDUCED = 4.0
# Black has no logarithm.
_BLACK = 8.0
_LIMITS = (0.5, 2.0)
_GREY = np.array([0.299, 0.587, 0.114], np.float32)
# How wide a reference's face must be to show more than a completion, px.
MIN_WIDTH = 90.0


def is_fine(reference: reference_lib.Reference) -> bool:
  """Whether a reference shows more of a face than a completion does."""
  return anatomy.cheek_to_cheek(reference.landmarks) >= MIN_WIDTH


def carry_over(
  reference: reference_lib.Reference,
  predicted: np.ndarray,
  landmarks: np.ndarray,
  shown: np.ndarray,
  hidden: np.ndarray,
  enlargement: int,
) -> np.ndarray:
  """Returns a completed face with the features of a reference.

  Args:
    reference: of the same person.
    predicted: the completion, [size, size, 3] in 0..255.
    landmarks: along which it was drawn, [468, 3] in its pixels.
    shown: the masked face, [size, size, 3] in 0..255.
    hidden: what of it is completed, [size, size] in [0, 1].
    enlargement: of the result, whole: how much finer the photo is than it.

  Returns:
    float32 [enlargement * size, enlargement * size, 3] in 0..255.
  """
  size = len(predicted)
  predicted = predicted.astype(np.float32)
  fine_size = enlargement * size
  fine, visible = warping.warp(
    reference,
    alignment.transform_landmarks(
      landmarks, blending.enlarged(np.eye(2, 3), enlargement)
    ),
    fine_size,
  )
  coarse = _resized(fine, size)
  region = _region(landmarks, size) * _resized(visible, size)
  where = (region > 0.02).astype(np.float32)
  low_reference, low_completion = (
    _blur(x, where, _FINE * size) for x in (coarse, predicted)
  )
  both = where * (hidden < 0.02)
  light = [
    _blur(x.astype(np.float32), both, _LIGHT * size) + _BLACK
    for x in (shown, coarse)
  ]
  gain = np.clip(light[0] / light[1], *_LIMITS)
  relit = low_reference * gain
  trust = _TRUST * _trust_in_turn(reference.landmarks, landmarks) * region
  differing = np.log(
    (relit @ _GREY + _BLACK) / (low_completion @ _GREY + _BLACK)
  )
  trust *= np.exp(-np.square(differing / _TOLERANCE))
  trust = trust[..., None]
  low = low_completion + _COARSE_SHARE * (relit - low_completion)
  base = predicted + trust * (low - predicted)
  strength = trust * gain
  base, strength, low_reference = (
    _resized(x, fine_size) for x in (base, strength, low_reference)
  )
  return np.clip(base + strength * (fine - low_reference), 0, 255)


def _trust_in_turn(one, other) -> float:
  turn = abs(anatomy.yaw(one) - anatomy.yaw(other))
  low, high = _TURNS
  return float(np.clip((high - turn) / (high - low), 0, 1))


def _region(landmarks, size) -> np.ndarray:
  """The face within its outline, softly, float32 [size, size]."""
  points = np.round(landmarks[:, :2]).astype(np.int32)
  region = np.zeros((size, size), np.float32)
  cv2.fillConvexPoly(region, cv2.convexHull(points), 1.0)
  margin = max(1, round(_INSIDE * size))
  region = cv2.erode(
    region,
    np.ones((2 * margin + 1,) * 2, np.uint8),
    borderType=cv2.BORDER_CONSTANT,
    borderValue=0,
  )
  return cv2.GaussianBlur(region, (0, 0), margin / 2)


def _blur(image, where, sigma) -> np.ndarray:
  """The mean of what lies in a region around each pixel."""
  size = len(image)
  # A wide Gaussian costs little on a reduced picture.
  reduced = max(1, round(size * min(1.0, _SIGMA_REDUCED / sigma)))
  sigma *= reduced / size
  weighted = np.dstack([image * where[..., None], where])
  found = cv2.GaussianBlur(_resized(weighted, reduced), (0, 0), sigma)
  found = _resized(found, size, cv2.INTER_LINEAR)
  return found[..., :3] / np.maximum(found[..., 3:], 1e-3)


def _resized(image, size, enlarging=cv2.INTER_CUBIC) -> np.ndarray:
  if len(image) == size:
    return image
  method = cv2.INTER_AREA if size < len(image) else enlarging
  return cv2.resize(image, (size, size), interpolation=method)
