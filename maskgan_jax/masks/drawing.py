"""Draws a face mask on a photo: surface, straps, cloth, light, shadow."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.masks import distribution as distribution_lib
from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks import sampling
from maskgan_jax.masks.light import estimate, glasses, paint, shadow
from maskgan_jax.masks.surface import collar, hair, head, shapes, shields
from maskgan_jax.masks.surface import straps as straps_lib

# How far a collar's shadow reaches, face widths.
_COLLAR_SHADE = 0.03
# Share of masks over whose sides long hair hangs, where there is any.
_UNDER_HAIR = 0.75


class Overlay(NamedTuple):
  """A drawn mask, to be laid over its photo."""

  rgba: np.ndarray  # [H, W, 4] uint8, straight alpha: mask and its shadow
  # [H, W] uint8, the mask alone: how far it hides a pixel or, where it is of
  # clear plastic, covers it; > 127 is the truth.
  alpha: np.ndarray


class MaskedFace(NamedTuple):
  """A photo after a mask was drawn on one of its faces."""

  image: np.ndarray  # [H, W, 3] uint8, equal to the photo outside the overlay
  mask: np.ndarray  # [H, W] uint8, 1 where the face mask hides the face
  alpha: np.ndarray  # [H, W] uint8, see `Overlay`
  params: params_lib.MaskParams


def draw(
  image: np.ndarray,
  landmarks: np.ndarray,
  rng: np.random.Generator,
  distribution: distribution_lib.MaskDistribution | None = None,
) -> MaskedFace:
  """Draws a random mask on a face.

  Args:
    image: uint8 [H, W, 3], RGB.
    landmarks: float [468, 3], the face mesh in pixels of `image`.
    rng: the only source of randomness.
    distribution: what is how likely; the default one if None.

  Raises:
    ValueError: `image` or `landmarks` have the wrong shape, or the landmarks
      are not a face in pixels.
    TypeError: `image` is not uint8 or `landmarks` are not floats.
  """
  params = sampling.sample_params(rng, distribution)
  return draw_params(image, landmarks, params)


def draw_params(
  image: np.ndarray, landmarks: np.ndarray, params: params_lib.MaskParams
) -> MaskedFace:
  """Draws a given mask on a face, as `draw` does a random one."""
  overlay = draw_overlay(image, landmarks, params)
  return MaskedFace(
    composite(image, overlay.rgba),
    (overlay.alpha > 127).view(np.uint8),
    overlay.alpha,
    params,
  )


def draw_overlay(
  image: np.ndarray,
  landmarks: np.ndarray,
  params: params_lib.MaskParams,
  in_front: np.ndarray | None = None,
) -> Overlay:
  """Draws a mask on a face.

  The light, its colour, the photo's blur and its grain are read off the skin
  that the mask leaves visible. The same arguments give the same overlay.

  Args:
    image: uint8 [H, W, 3], RGB.
    landmarks: float [468, 3], the face mesh: x and y in pixels of `image`,
      z in the same unit, smaller is nearer to the camera.
    params: what to draw.
    in_front: opacity of what lies over the mask in the photo, a hand say,
      float32 [H, W] in [0, 1].

  Returns:
    The overlay; `composite` lays it over the image.

  Raises:
    ValueError: `image` or `landmarks` have the wrong shape, or the landmarks
      are not a face in pixels.
    TypeError: `image` is not uint8 or `landmarks` are not floats.
    errors.UserError: the params name a texture that is not a picture.
  """
  _check_image(image)
  head.check_landmarks(landmarks)
  rng = np.random.default_rng(params.seed)
  surface = shapes.mask_surface(landmarks, params, rng)
  straps = straps_lib.visible_straps(image, landmarks, surface, params, rng)
  size = image.shape[:2]
  overlay = Overlay(np.zeros((*size, 4), np.uint8), np.zeros(size, np.uint8))
  window = _window(surface, straps, image.shape)
  if window is None:
    return overlay
  light = estimate.estimate(image, landmarks)
  x0, y0, x1, y1 = window
  colour, alpha, cover = paint.paint(
    surface, straps, light, params, window, rng
  )
  if params.mask_type == "gaiter":
    hidden = collar.below(image, landmarks, surface.frame, window)
    _tuck_in(colour, alpha, hidden, surface.width)
  if _is_under_hair(params):
    over = hair.over_cheeks(image, landmarks, window)
    if over is not None:
      shadow.lay_behind(colour, over, surface.width)
      _cut_out(over, alpha, cover)
  rims = glasses.rims(image, landmarks, window)
  if rims is not None:
    _cut_out(rims, alpha, cover)
  if in_front is not None:
    before = in_front[y0:y1, x0:x1]
    _cut_out(before, alpha, cover)
    shadow.lay_behind(colour, before, surface.width)
  darkness = shadow.cast(landmarks, alpha, light, surface.width, window)
  overlay.rgba[y0:y1, x0:x1] = shadow.lay_under(colour, alpha, darkness)
  if params.mask_type == "face_shield":
    cover *= shields.below_eyes(landmarks, window)
  overlay.alpha[y0:y1, x0:x1] = cv2.convertScaleAbs(cover, alpha=255)
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
  _check_image(image)
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


def _check_image(image: np.ndarray) -> None:
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


def _tuck_in(colour, alpha, hidden, width):
  """Lets what is `hidden` [h, w] vanish under a collar that shades the rest."""
  if hidden is None:
    return
  alpha *= 1 - hidden
  shade = cv2.GaussianBlur(hidden, (0, 0), max(_COLLAR_SHADE * width, 0.6))
  colour *= 1 - 0.6 * shade


def _cut_out(over, alpha, cover):
  """Cuts what lies over a mask, [h, w] in [0, 1], out of opacity and cover."""
  alpha *= 1 - over
  if cover is not alpha:
    cover *= 1 - over


def _is_under_hair(params):
  """Whether long hair hangs over a mask and is not held back by it."""
  if params.mask_type in (*params_lib.WRAPS, *params_lib.SHIELDS):
    return False
  return np.random.default_rng([params.seed, 3]).random() < _UNDER_HAIR


def _window(surface, straps, shape):
  """x0, y0, x1, y1 around all that is drawn; None if out of sight."""
  points = [surface.points[..., :2].reshape(-1, 2)]
  points += [strap.points for strap in straps]
  points += [part.points[..., :2].reshape(-1, 2) for part in surface.parts]
  points = np.concatenate(points)
  margin = 0.1 * surface.width + 3
  low = np.floor(points.min(0) - margin).astype(int)
  high = np.ceil(points.max(0) + margin).astype(int) + 1
  x0, y0 = (int(v) for v in np.maximum(low, 0))
  x1, y1 = (int(v) for v in np.minimum(high, shape[1::-1]))
  return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None
