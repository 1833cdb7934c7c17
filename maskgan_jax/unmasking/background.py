"""A calm background goes on behind a face where a mask hid it.

A generator makes up what is beside a jaw as it makes up skin, and smears walls
and skies. Where the photo is calm around what was hidden, and before the face
of a head that is turned, it is therefore continued from what can be seen of it
(Telea, 2004, https://doi.org/10.1080/10867651.2004.10487596); face, neck, and
whatever has hair, ears or clothes nearby stay the generator's.
"""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy

# How much of the photo around a pixel counts: a Gaussian's sigma, of the crop's
# side. Deviations up to the first of the two, in grey levels, are calm; from
# the second on nothing is continued. On 55 photos of validation people LPIPS in
# the mask falls from .190 to .188, and PSNR stays the same; with larger ones
# both worsen.
_AROUND = 16 / 256
_CALM = (8.0, 20.0)
# Turned by less than the first of the two, in degrees, a head has hair and ears
# on both sides; from the second on there is nothing but background before it.
_TURNED = (20.0, 35.0)
# How far beside its outline a face may reach, and how softly it ends there.
_BESIDE = 4 / 256
_SOFT = 2 / 256
# How much narrower than the jaw a neck is, and wider at the crop's lower edge.
_NARROWER = 0.12
_WIDER_BELOW = 0.1
_JAW_ANGLES = (172, 397)
# How far behind the jaw it is, of the way from the cheeks to the nose's tip.
_BEHIND = 0.5
# With less photo than this share around a pixel nothing is known of it.
_LEAST_SEEN = 0.02
_TELEA_RADIUS = 3


def go_on(
  predicted: np.ndarray,
  crop: np.ndarray,
  seen: np.ndarray,
  landmarks: np.ndarray,
) -> np.ndarray:
  """Returns a completed crop with the background that the photo shows.

  Args:
    predicted: the completion, [size, size, 3] in 0..255.
    crop: the masked face, uint8 [size, size, 3].
    seen: where that shows the photo and no mask, bool [size, size].
    landmarks: along which it was drawn, [468, 3] in pixels of the crop.

  Returns:
    float32 [size, size, 3] in 0..255.
  """
  size = len(crop)
  person = _person(landmarks, size)
  known = (seen & (person == 0)).astype(np.float32)
  going_on = cv2.inpaint(
    crop, (known == 0).astype(np.uint8), _TELEA_RADIUS, cv2.INPAINT_TELEA
  )
  around = cv2.GaussianBlur(known, (0, 0), _AROUND * size)
  share = np.maximum(_calmness(crop, known, around), _before(landmarks, size))
  share *= np.clip(around / _LEAST_SEEN, 0, 1)
  share *= 1 - cv2.GaussianBlur(person, (0, 0), _SOFT * size)
  share = share[..., None]
  return share * going_on + (1 - share) * predicted.astype(np.float32)


def _person(landmarks, size) -> np.ndarray:
  """Face and neck, float32 [size, size], 0 or 1."""
  person = np.zeros((size, size), np.float32)
  face = landmarks[list(anatomy.FACE_OVAL), :2]
  cv2.fillPoly(person, [np.round(face).astype(np.int32)], 1.0)
  reach = max(1, round(_BESIDE * size))
  person = cv2.dilate(person, np.ones((2 * reach + 1,) * 2, np.uint8))
  angles = landmarks[list(_JAW_ANGLES), :2].copy()
  # It stands behind the face: beside it, where the head is turned.
  cheeks = landmarks[[anatomy.RIGHT_CHEEK, anatomy.LEFT_CHEEK], 0].mean()
  angles[:, 0] += _BEHIND * (cheeks - landmarks[anatomy.NOSE_TIP, 0])
  middle = angles.mean(axis=0)
  right, left = middle + (1 - _NARROWER) * (angles - middle)
  below = [
    [x + _WIDER_BELOW * (x - middle[0]), size] for x in (left[0], right[0])
  ]
  neck = np.array([right, left, *below])
  cv2.fillPoly(person, [np.round(neck).astype(np.int32)], 1.0)
  return person


def _before(landmarks, size) -> np.ndarray:
  """What lies before the nose of a turned head, float32 [1, size] in [0, 1]."""
  low, high = _TURNED
  turned = np.clip((abs(anatomy.yaw(landmarks)) - low) / (high - low), 0, 1)
  nose = landmarks[anatomy.NOSE_TIP, 0]
  cheeks = landmarks[[anatomy.RIGHT_CHEEK, anatomy.LEFT_CHEEK], 0].mean()
  before = (np.arange(size) - nose) * (nose - cheeks) > 0
  return (turned * before[None]).astype(np.float32)


def _calmness(crop, known, around) -> np.ndarray:
  """How calm what is known around each pixel is, [size, size] in [0, 1]."""
  sigma = _AROUND * len(crop)
  picture = crop.astype(np.float32)
  weight = np.maximum(around, 1e-4)[..., None]
  mean, square = (
    cv2.GaussianBlur(x * known[..., None], (0, 0), sigma) / weight
    for x in (picture, np.square(picture))
  )
  deviation = np.sqrt(np.maximum(square - np.square(mean), 0)).mean(axis=2)
  low, high = _CALM
  return np.clip((high - deviation) / (high - low), 0, 1)
