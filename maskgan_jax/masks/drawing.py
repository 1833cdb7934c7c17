"""Draws a face mask on a photo: surface, cloth, light, straps, shadow."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.light import estimate, glasses, paint
from maskgan_jax.masks.surface import head, shapes
from maskgan_jax.masks.surface import straps as straps_lib

# A shadow keeps a little of the skin's warmth, 0..255.
_SHADOW_TONE = np.array([22, 12, 10], np.float32)


class Overlay(NamedTuple):
  """A drawn mask, to be laid over its photo."""

  rgba: np.ndarray  # [H, W, 4] uint8, straight alpha: mask and its shadow
  alpha: np.ndarray  # [H, W] uint8, the mask alone; > 127 is the truth


def draw(
  image: np.ndarray, landmarks: np.ndarray, params: params_lib.MaskParams
) -> Overlay:
  """Draws a mask on a face.

  The light, its colour, the photo's blur and its grain are read off the skin
  that the mask leaves visible. The same arguments give the same overlay.

  Args:
    image: uint8 [H, W, 3], RGB.
    landmarks: float [468, 3], the face mesh: x and y in pixels of `image`,
      z in the same unit, smaller is nearer to the camera.
    params: what to draw.

  Returns:
    The overlay; `composite` lays it over the image.

  Raises:
    ValueError: `image` or `landmarks` have the wrong shape, or the landmarks
      are not a face in pixels.
    TypeError: `image` is not uint8 or `landmarks` are not floats.
    errors.UserError: the params name a texture that is not a picture.
  """
  check_image(image)
  head.check_landmarks(landmarks)
  rng = np.random.default_rng(params.seed)
  surface = shapes.mask_surface(landmarks, params, rng)
  straps = straps_lib.visible_straps(image, landmarks, surface, params, rng)
  overlay = Overlay(
    np.zeros((*image.shape[:2], 4), np.uint8),
    np.zeros(image.shape[:2], np.uint8),
  )
  window = _window(surface, straps, image.shape)
  if window is None:
    return overlay
  light = estimate.estimate(image, landmarks)
  colour, alpha = paint.paint(surface, straps, light, params, window, rng)
  rims = glasses.rims(image, landmarks, window)
  if rims is not None:
    alpha *= 1 - rims
  shadow = _shadow(landmarks, alpha, light, surface.width, window)
  x0, y0, x1, y1 = window
  overlay.rgba[y0:y1, x0:x1] = _blend(colour, alpha, shadow)
  overlay.alpha[y0:y1, x0:x1] = cv2.convertScaleAbs(alpha, alpha=255)
  return overlay


def composite(image: np.ndarray, rgba: np.ndarray) -> np.ndarray:
  """Lays an overlay over an image.

  Args:
    image: uint8 [H, W, 3].
    rgba: uint8 [H, W, 4], straight alpha.

  Returns:
    uint8 [H, W, 3]; equal to `image` to the bit where the alpha is 0.

  Raises:
    ValueError: the pictures differ in size or have other channels.
  """
  check_image(image)
  if rgba.shape != (*image.shape[:2], 4) or rgba.dtype != np.uint8:
    raise ValueError(
      f"overlay is {rgba.dtype} {rgba.shape}, expected uint8"
      f" {(*image.shape[:2], 4)} as the image asks for."
    )
  result = image.copy()
  x0, y0, width, height = cv2.boundingRect(rgba[..., 3])
  part = np.s_[y0 : y0 + height, x0 : x0 + width]
  alpha = np.repeat(rgba[part][..., 3:], 3, axis=-1).astype(np.uint16)
  mixed = image[part] * (255 - alpha) + rgba[part][..., :3] * alpha + 127
  result[part] = mixed // 255
  return result


def check_image(image: np.ndarray) -> None:
  """Raises if `image` is not an RGB picture of 8 bits."""
  if np.ndim(image) != 3 or image.shape[2] != 3:
    raise ValueError(
      f"image has shape {np.shape(image)}, expected [H, W, 3]; convert grey"
      " and alpha pictures to RGB."
    )
  if image.dtype != np.uint8:
    raise TypeError(
      f"image has dtype {image.dtype}, expected uint8 with values 0..255."
    )


def _window(surface, straps, shape):
  """x0, y0, x1, y1 around all that is drawn; None if out of sight."""
  points = [surface.points[..., :2].reshape(-1, 2)]
  points += [strap.points for strap in straps]
  points = np.concatenate(points)
  margin = 0.1 * surface.width + 3
  low = np.floor(points.min(0) - margin).astype(int)
  high = np.ceil(points.max(0) + margin).astype(int) + 1
  x0, y0 = (int(v) for v in np.maximum(low, 0))
  x1, y1 = (int(v) for v in np.minimum(high, shape[1::-1]))
  return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _shadow(landmarks, alpha, light, width, window):
  """How dark the mask makes the skin around it, [h, w] in [0, 1]."""
  # Shadows are soft: a few pixels tell as much as all.
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
  shadow = 0.3 * contact + (0.08 + 0.3 * light.contrast) * cast
  # Only head and neck are near enough to catch it.
  oval = landmarks[list(anatomy.FACE_OVAL), :2]
  down = landmarks[anatomy.CHIN, :2] - landmarks[anatomy.FOREHEAD, :2]
  neck = np.concatenate(
    [landmarks[[132, 361], :2], landmarks[[365, 136], :2] + 0.35 * down]
  )
  skin = np.zeros(small.shape, np.uint8)
  to_small = np.array(size) / alpha.shape[::-1]
  for polygon in (oval, neck):
    corners = np.round((polygon - window[:2]) * to_small * 16).astype(np.int32)
    cv2.fillPoly(skin, [corners], 255, cv2.LINE_AA, 4)
  skin = cv2.blur(skin, (2 * max(1, int(0.02 * unit)) + 1,) * 2)
  shadow *= skin.astype(np.float32) / 255
  shadow = cv2.resize(shadow, alpha.shape[::-1])
  shadow[shadow < 0.012] = 0
  return np.minimum(shadow, 0.55)


def _blend(colour, alpha, shadow):
  """uint8 [h, w, 4], the mask over its shadow, straight alpha."""
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
