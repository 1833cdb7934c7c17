"""The shadow that a mask casts on the skin around it."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks.light import estimate

# A shadow keeps a little of the skin's warmth, 0..255.
_SHADOW_TONE = np.array([22, 12, 10], np.float32)
# Where the jaw meets the neck, and where a shadow on the neck ends.
_JAW_CORNERS, _NECK = (132, 361), (365, 136)
# How far behind the mask the neck lies, face widths.
_TO_NECK = 0.14


def cast(
  landmarks: np.ndarray,
  alpha: np.ndarray,
  light: estimate.Light,
  width: float,
  window: tuple[int, int, int, int],
) -> np.ndarray:
  """Returns how dark a mask makes the skin around it.

  Args:
    landmarks: float [468, 3], px.
    alpha: the mask's opacity, float32 [h, w] in [0, 1].
    light: of the photo.
    width: of the face, px.
    window: x0, y0, x1, y1 in the picture, where `alpha` lies.

  Returns:
    [h, w] in [0, 0.55].
  """
  # Shadows are soft: a few pixels are enough.
  shrink = max(1.0, 0.012 * width)
  size = tuple(max(2, round(s / shrink)) for s in alpha.shape[::-1])
  small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
  unit = width * size[0] / alpha.shape[1]
  shift = -light.direction[:2] * 0.022 * unit
  moved = cv2.warpAffine(
    small, np.array([[1, 0, shift[0]], [0, 1, shift[1]]]), size
  )
  contact = cv2.GaussianBlur(small, (0, 0), max(0.013 * unit, 0.6))
  cast = cv2.GaussianBlur(moved, (0, 0), max(0.034 * unit, 1.0))
  near = 0.3 * contact + (0.08 + 0.3 * light.contrast) * cast
  # The neck lies farther back: its shadow falls lower and is softer.
  fall = np.array([-light.direction[0], max(-light.direction[1], 0.3)])
  shift = fall * _TO_NECK * unit
  moved = cv2.warpAffine(
    small, np.array([[1, 0, shift[0]], [0, 1, shift[1]]]), size
  )
  far = cv2.GaussianBlur(moved, (0, 0), max(0.05 * unit, 1.0))
  far *= 0.16 + 0.3 * light.contrast
  # Only head and neck are near enough to catch it.
  oval = landmarks[list(anatomy.FACE_OVAL), :2]
  down = landmarks[anatomy.CHIN, :2] - landmarks[anatomy.FOREHEAD, :2]
  neck = np.concatenate(
    [
      landmarks[list(_JAW_CORNERS), :2],
      landmarks[list(_NECK), :2] + 0.35 * down,
    ]
  )
  to_small = np.array(size) / alpha.shape[::-1]
  shadow = np.zeros(small.shape, np.float32)
  for polygon, fallen in ((oval, near), (neck, np.maximum(near, far))):
    skin = np.zeros(small.shape, np.uint8)
    corners = np.round((polygon - window[:2]) * to_small * 16).astype(np.int32)
    cv2.fillPoly(skin, [corners], 255, cv2.LINE_AA, 4)
    skin = cv2.blur(skin, (2 * max(1, int(0.02 * unit)) + 1,) * 2)
    np.maximum(shadow, fallen * (skin * np.float32(1 / 255)), out=shadow)
  shadow = cv2.resize(shadow, alpha.shape[::-1])
  shadow[shadow < 0.012] = 0
  return np.minimum(shadow, 0.55)


def lay_under(
  colour: np.ndarray, alpha: np.ndarray, shadow: np.ndarray
) -> np.ndarray:
  """Returns a mask over its shadow, uint8 [h, w, 4], straight alpha.

  Args:
    colour: of the mask, float32 [3, h, w] in 0..255; it is changed.
    alpha: its opacity, [h, w] in [0, 1].
    shadow: of `cast`.
  """
  below = shadow * (1 - alpha)
  total = alpha + below
  share = cv2.divide(alpha, np.maximum(total, 1e-3))
  planes = []
  for plane, tone in zip(colour, _SHADOW_TONE, strict=True):
    plane -= tone
    plane *= share
    plane += tone
    planes.append(cv2.convertScaleAbs(plane))
  planes.append(cv2.convertScaleAbs(total, alpha=255))
  drawn = planes[3] > 0
  return cv2.merge([plane * drawn for plane in planes])


def lay_behind(colour: np.ndarray, in_front: np.ndarray, width: float) -> None:
  """Darkens a mask around what lies in front of it.

  Args:
    colour: of the mask, float32 [3, h, w] in 0..255, changed in place.
    in_front: opacity of what lies in front, [h, w] in [0, 1].
    width: of the face, px.
  """
  dark = cv2.GaussianBlur(in_front, (0, 0), max(0.03 * width, 0.6))
  colour *= 1 - np.float32(0.5) * dark
