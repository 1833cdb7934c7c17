"""Draws a face mask on a photo: surface, cloth, light, straps, shadow."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.masks import distractors, raster, shapes, textures
from maskgan_jax.masks import light as light_lib
from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks import straps as straps_lib

MASK_TYPES = params_lib.MASK_TYPES
MaskParams = params_lib.MaskParams
sample_params = params_lib.sample_params
DISTRACTORS = distractors.KINDS
draw_distractor = distractors.draw_distractor

# Edges of faces wider than this are sampled less finely.
_FINE_WIDTH = 420
# Linear brightness that a mask's darkest and lightest places keep.
_BLACK, _WHITE = 0.006, 0.93


class Overlay(NamedTuple):
  """A drawn mask, to be laid over its photo."""

  rgba: np.ndarray  # [H, W, 4] uint8, straight alpha: mask and its shadow
  alpha: np.ndarray  # [H, W] uint8, the mask alone; > 127 is the truth


def draw(
  image: np.ndarray, landmarks: np.ndarray, params: MaskParams
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
  """
  check_image(image)
  shapes.check_landmarks(landmarks)
  rng = np.random.default_rng(params.seed)
  surface = shapes.mask_surface(landmarks, params, rng)
  straps = straps_lib.visible_straps(landmarks, surface, params, rng)
  light = light_lib.estimate(image, landmarks)
  window = _window(surface, straps, image.shape)
  overlay = Overlay(
    np.zeros((*image.shape[:2], 4), np.uint8),
    np.zeros(image.shape[:2], np.uint8),
  )
  if window is None:
    return overlay
  colour, alpha = _paint(surface, straps, light, params, window, rng)
  shadow = _shadow(landmarks, alpha, light, surface.width, window)
  x0, y0, x1, y1 = window
  part = np.s_[
    max(y0, 0) : min(y1, image.shape[0]), max(x0, 0) : min(x1, image.shape[1])
  ]
  inner = np.s_[
    part[0].start - y0 : part[0].stop - y0,
    part[1].start - x0 : part[1].stop - x0,
  ]
  overlay.rgba[part] = _blend(colour, alpha, shadow)[inner]
  overlay.alpha[part] = np.round(alpha * 255).astype(np.uint8)[inner]
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
  alpha = np.repeat(rgba[..., 3:], 3, axis=-1).astype(np.uint16)
  return ((image * (255 - alpha) + rgba[..., :3] * alpha + 127) // 255).astype(
    np.uint8
  )


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
  """x0, y0, x1, y1 around mask, straps and shadow; None if out of sight."""
  points = [surface.points[..., :2].reshape(-1, 2)]
  points += [strap.points for strap in straps]
  points = np.concatenate(points)
  margin = 0.15 * surface.width + 3
  x0, y0 = np.floor(points.min(0) - margin).astype(int)
  x1, y1 = np.ceil(points.max(0) + margin).astype(int) + 1
  if x1 <= 0 or y1 <= 0 or x0 >= shape[1] or y0 >= shape[0]:
    return None
  return int(x0), int(y0), int(x1), int(y1)


def _paint(surface, straps, light, params, window, rng):
  """Colour [3, h, w] in 0..255 and alpha [h, w] of the window, float32."""
  x0, y0, x1, y1 = window
  fine = 3 if surface.width < _FINE_WIDTH else 2
  height, width = y1 - y0, x1 - x0
  points = surface.points - [x0, y0, 0]
  shown = raster.rasterise(points, surface.normals, height, width, fine)
  scale = float(np.clip(surface.width * 1.2, 60, 700))
  cloth = textures.fabric(params, surface.extent, scale, rng)
  # Colour times alpha, and alpha: what may be blurred. Planes, since NumPy
  # is slow at short last axes.
  layer = np.zeros((4, height, width), np.float32)
  _paint_straps(layer, surface, straps, light, params, window, fine)
  layer *= 1 - shown.coverage
  share = shown.coverage.ravel()[shown.pixels]
  flat = layer.reshape(4, -1)
  flat[:3, shown.pixels] += _shade(shown, cloth, surface, light) * share
  layer[3] += shown.coverage
  for plane in layer:
    cv2.GaussianBlur(plane, (5, 5), light.blur, dst=plane)
  alpha = np.minimum(layer[3], 1)
  alpha[alpha < 0.02] = 0
  linear = layer[:3] / np.maximum(alpha, 1e-3)
  colour = np.sqrt(np.clip(linear, _BLACK, _WHITE))
  noise = rng.standard_normal(alpha.shape, np.float32) * light.grain
  noise = cv2.GaussianBlur(noise, (0, 0), 0.6) * 1.6
  # Grain shows less in the dark, as in the photo's own dark parts.
  colour = 255 * colour + noise * (0.25 + 0.75 * colour)
  return np.clip(colour, 0, 255), alpha


def _paint_straps(layer, surface, straps, light, params, window, fine):
  """Straps below the mask, lit like rounded bands."""
  base = np.square(np.array(params.colour) / 255)
  if params.mask_type in ("surgical", "kn95", "n95", "n95_valve"):
    # Elastic is white unless the mask is dark.
    base = base if base.mean() < 0.1 else np.full(3, 0.74)
  base = light_lib.mute(base, light.saturation)
  tone = (base * 0.86 + 0.012) * light.colour
  height, width = layer.shape[1:]
  if not straps:
    return
  for share, brightness in ((1.0, 0.7), (0.5, 1.0)):
    band = np.zeros((height * fine, width * fine), np.uint8)
    for strap in straps:
      thickness = share * strap.width * surface.width * fine
      cv2.polylines(
        band,
        [raster.to_fine(strap.points - window[:2], fine)],
        False,
        255,
        max(1, round(thickness)),
        cv2.LINE_8,
        raster.SHIFT,
      )
    band = cv2.resize(band, (width, height), interpolation=cv2.INTER_AREA)
    over = band.astype(np.float32) / 255
    layer *= 1 - over
    value = np.append(tone * brightness, 1).astype(np.float32)
    layer += over * value[:, None, None]


def _shade(shown, cloth, surface, light):
  """Linear colour [3, n] of the covered pixels."""
  height, width = cloth.relief.shape
  across, down = light.direction[0], light.direction[1]
  step_y, step_x = surface.extent[1] / height, surface.extent[0] / width
  slope_x = np.gradient(cloth.relief, step_x, axis=1)
  slope_y = np.gradient(cloth.relief, step_y, axis=0)
  # Folds are small against the face, so the texture's axes stand for the
  # picture's; light from above counts even where the photo's is flat.
  tilt = np.clip(
    -(slope_x * across + slope_y * min(down, -0.25)) * 1.1, -0.55, 0.4
  )
  flat = np.concatenate(
    [
      light_lib.mute(cloth.albedo, light.saturation),
      tilt[..., None].astype(np.float32),
    ],
    -1,
  )
  x = shown.u * np.float32(width - 1)
  y = shown.v * np.float32(height - 1)
  texel = _sample(flat, x, y)
  facing = light.direction.astype(np.float32) @ shown.normals
  ahead = max(-float(light.direction[2]), 0.5)
  lit = (1 - light.contrast) + light.contrast * np.maximum(facing, 0) / ahead
  # Cloth turned down or away sees less of the sky and the room.
  lit *= 0.82 + 0.18 * np.clip(-shown.normals[2], 0, 1)
  lit *= 1 - 0.22 * np.clip(shown.normals[1], 0, 1)
  lit = np.clip(lit, 0.18, 1.35) * (1 + texel[3])
  sheen = 0.012 * np.clip(lit, 0, 1)
  colour = light.colour.astype(np.float32)[:, None]
  return (texel[:3] * lit + sheen) * colour


def _sample(flat, x, y):
  """Bilinear values [channels, n] of `flat` at x, y [n]."""
  # cv2.remap's maps may not be longer than 32767: fold them.
  length = x.size
  columns = 1024
  rows = -(-length // columns)
  pad = rows * columns - length
  x = np.pad(x, (0, pad)).reshape(rows, columns)
  y = np.pad(y, (0, pad)).reshape(rows, columns)
  value = cv2.remap(
    flat, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
  )
  return np.ascontiguousarray(value.reshape(-1, flat.shape[2])[:length].T)


def _shadow(landmarks, alpha, light, width, window):
  """How dark the mask makes the skin around it, [h, w] in [0, 1]."""
  x0, y0, _, _ = window
  shift = -light.direction[:2] * 0.02 * width
  moved = cv2.warpAffine(
    alpha,
    np.array([[1, 0, shift[0]], [0, 1, shift[1]]]),
    alpha.shape[::-1],
  )
  contact = cv2.GaussianBlur(alpha, (0, 0), max(0.012 * width, 0.6))
  cast = cv2.GaussianBlur(moved, (0, 0), max(0.03 * width, 1.0))
  shadow = 0.32 * contact + (0.1 + 0.35 * light.contrast) * cast
  # Only head and neck are near enough to catch it.
  oval = landmarks[list(shapes.FACE_OVAL), :2]
  down = landmarks[152, :2] - landmarks[10, :2]
  neck = np.concatenate(
    [landmarks[[132, 361], :2], landmarks[[365, 136], :2] + 0.35 * down]
  )
  skin = np.zeros(alpha.shape, np.uint8)
  for polygon in (oval, neck):
    corners = np.round((polygon - [x0, y0]) * 16).astype(np.int32)
    cv2.fillPoly(skin, [corners], 255, cv2.LINE_AA, 4)
  skin = cv2.blur(skin, (2 * max(1, int(0.02 * width)) + 1,) * 2)
  shadow *= skin.astype(np.float32) / 255
  shadow[shadow < 0.012] = 0
  return np.minimum(shadow, 0.6)


def _blend(colour, alpha, shadow):
  """uint8 [h, w, 4], the mask over its shadow, straight alpha."""
  below = shadow * (1 - alpha)
  total = alpha + below
  # Shadows on skin keep a little of its warmth.
  tone = np.array([22, 12, 10], np.float32)[:, None, None]
  share = alpha / np.maximum(total, 1e-3)
  mixed = tone + (colour - tone) * share
  planes = [*(mixed + 0.5), 255 * total + 0.5]
  rgba = cv2.merge([plane.astype(np.uint8) for plane in planes])
  rgba[rgba[..., 3] == 0] = 0
  return rgba
