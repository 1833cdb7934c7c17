"""Paints mask and straps in the photo's light, softness and grain."""

import cv2
import numpy as np

from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.cloth import sheet as sheet_lib
from maskgan_jax.masks.cloth import textures
from maskgan_jax.masks.light import estimate, paint_straps
from maskgan_jax.masks.surface import flat, raster, shapes
from maskgan_jax.masks.surface import straps as straps_lib

# Faces narrower than this have their edges sampled more finely.
_FINE_WIDTH = 120
# Texture elements per face width: as fine as the photo, on large faces coarser.
_LEAST_SCALE, _FULL_SCALE, _MOST_SCALE = 64, 240, 700
# Linear brightness that a mask's darkest and lightest places keep.
_BLACK, _WHITE = 0.006, 0.93
# How much more than diffuse light the sheen of fibres follows the folds.
_SHEEN = 3.4
# How sharp highlights are on what is smooth.
_SHARPNESS = 24
# Share of the light's contrast that cloth shows, and how its folds take light.
_OPAQUE, _FOLDS = 0.75, 2.8


def paint(
  surface: shapes.Surface,
  straps: list[straps_lib.Strap],
  light: estimate.Light,
  params: params_lib.MaskParams,
  window: tuple[int, int, int, int],
  rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
  """Paints a window of the picture.

  Args:
    surface: the mask in space.
    straps: its visible straps.
    light: of the photo.
    params: what the mask is.
    window: x0, y0, x1, y1 in the picture.
    rng: draws wrinkles, prints and grain.

  Returns:
    Colour [3, h, w] in 0..255, opacity [h, w] in [0, 1], and the share [h, w]
    of each pixel that is mask, float32. The latter two are one array unless
    some of the mask is clear.
  """
  x0, y0, x1, y1 = window
  height, width = y1 - y0, x1 - x0
  points = surface.points - [x0, y0, 0]
  fine = 3 if surface.width < _FINE_WIDTH else 2
  shown = raster.rasterise(points, height, width, fine)
  scale = min(surface.width, max(0.7 * surface.width, _FULL_SCALE))
  scale = float(np.clip(scale, _LEAST_SCALE, _MOST_SCALE))
  sheet = textures.fabric(
    params, surface.extent, scale, flat.marks(surface), rng
  )
  # No two cloths are equally white, nor are two cameras.
  gain = np.float32(np.exp(rng.normal(0, 0.08)))
  # Colour times alpha, alpha and, if some of it is clear, what is mask at all:
  # what may be blurred. Planes, since NumPy is slow at short last axes.
  planes = 4 if sheet.opacity is None else 5
  layer = np.zeros((planes, height, width), np.float32)
  paint_straps.paint(layer, straps, surface.width, light, window)
  for part in surface.parts:
    if part.behind:
      _paint_part(layer, part, surface, light, params, window, fine)
  # Of a mask cut by the border maybe only a strap is seen.
  if shown.pixels.size:
    body = _shade(shown, sheet, surface, light) * gain
    _lay_over(layer, shown, body, _opacity(shown, sheet, params))
  for part in surface.parts:
    if not part.behind:
      _paint_part(layer, part, surface, light, params, window, fine)
  return _developed(layer, light, rng)


def _opacity(shown, sheet, params):
  """How far the covered pixels are hidden where they are covered, [n]."""
  if sheet.opacity is None:
    return np.float32(params.opacity)
  return _sample(sheet.opacity[..., None], shown.u, shown.v)[0]


def _lay_over(layer, shown, colour, opacity):
  """Lays what is `shown`, of linear colour [3, n], over the layer."""
  covered = shown.coverage.ravel()[shown.pixels]
  share = covered * opacity
  # Thin cloth hides the straps below it all the same, clear plastic does not.
  hidden = share if len(layer) > 4 else covered
  # Plane by plane: NumPy is slow at indices of several.
  values = (*colour * share, share, covered)[: len(layer)]
  for k, value in enumerate(values):
    plane = layer[k].reshape(-1)
    plane[shown.pixels] *= 1 - (covered if k == 4 else hidden)
    plane[shown.pixels] += value


def _developed(layer, light, rng):
  """Colour, opacity and cover, as soft and as grainy as the photo."""
  for plane in layer:
    cv2.GaussianBlur(plane, (0, 0), light.blur, dst=plane)
  alpha = np.minimum(layer[3], 1)
  alpha[alpha < 0.02] = 0
  cover = np.minimum(layer[4], 1) if len(layer) > 4 else alpha
  colour = layer[:3]
  colour /= np.maximum(alpha, 1e-3)
  np.clip(colour, _BLACK, _WHITE, out=colour)
  np.sqrt(colour, out=colour)
  noise = sheet_lib.white_noise(alpha.shape, rng)
  # Grain shows less in the dark, as in the photo's own dark parts.
  noise = cv2.GaussianBlur(noise, (0, 0), 0.6) * np.float32(1.6 * light.grain)
  colour *= 255 + 0.75 * noise
  colour += 0.25 * noise
  return np.clip(colour, 0, 255, out=colour), alpha, cover


def _paint_part(layer, part, surface, light, params, window, fine):
  """A filter or valve over what is painted so far."""
  height, width = layer.shape[1:]
  points = part.points - [*window[:2], 0]
  shown = raster.rasterise(points, height, width, fine)
  if not shown.pixels.size:
    return
  scale = float(np.clip(surface.width, _LEAST_SCALE, _MOST_SCALE))
  rng = np.random.default_rng(part.seed)
  sheet = textures.part(part.style, params, part.extent, scale, rng)
  body = surface._replace(
    points=part.points,
    normals=shapes.normals(part.points),
    extent=part.extent,
  )
  # Its own shadow on the mask below.
  soft = max(0.025 * surface.width, 0.6)
  shadow = cv2.GaussianBlur(shown.coverage, (0, 0), soft)
  layer[:3] *= 1 - 0.4 * shadow
  _lay_over(layer, shown, _shade(shown, sheet, body, light), np.float32(1))


def _shade(shown, sheet, surface, light):
  """Linear colour [3, n] of the covered pixels."""
  height, width = sheet.relief.shape
  across, down = (float(v) for v in light.direction[:2])
  step_y, step_x = surface.extent[1] / height, surface.extent[0] / width
  slope_x = cv2.Sobel(sheet.relief, cv2.CV_32F, 1, 0, None, 1, 0.5 / step_x)
  slope_y = cv2.Sobel(sheet.relief, cv2.CV_32F, 0, 1, None, 1, 0.5 / step_y)
  # Folds are small against the face, so the texture's axes stand for the
  # picture's; light from above counts even where the photo's is flat.
  tilt = slope_x * (-_FOLDS * across) + slope_y * (-_FOLDS * min(down, -0.35))
  tilt = np.clip(tilt, -0.6, 0.5)
  albedo = estimate.mute(sheet.albedo, light.saturation)
  flat = cv2.merge((*cv2.split(albedo), tilt))
  texel = _sample(flat, shown.u, shown.v)
  falls = _lit(surface.normals, light, sheet.shine)
  lit, gloss = _sample(falls, shown.u, shown.v)
  lit *= 1 + texel[3]
  colour = light.colour.astype(np.float32)[:, None]
  # What fibres reflect is seen on crests and not in hollows.
  gloss *= np.maximum(lit + _SHEEN * texel[3], 0.1)
  return (texel[:3] * lit + gloss) * colour


def _lit(normals, light, shine):
  """What falls on the mask's surface and how its fibres shine, [R, C, 2]."""
  facing = np.maximum(normals @ light.direction, 0)
  ahead = max(-float(light.direction[2]), 0.5)
  # Light that passes through the cloth evens it out.
  contrast = _OPAQUE * light.contrast
  lit = (1 - contrast) + contrast * facing / ahead
  # Cloth turned down or away sees less of the sky and the room.
  front = np.clip(-normals[..., 2], 0, 1)
  lit *= 0.74 + 0.26 * front
  lit *= 1 - 0.42 * np.clip(normals[..., 1], 0, 1)
  # Fibres shine, most where the cloth is seen edge-on.
  gloss = 0.009 + 0.03 * np.square(1 - front)
  if shine:
    half = light.direction + [0, 0, -1]
    half /= max(float(np.linalg.norm(half)), 1e-6)
    gloss += shine * np.maximum(normals @ half, 0) ** _SHARPNESS
  return np.stack([np.clip(lit, 0.18, 1.35), gloss], -1).astype(np.float32)


def _sample(flat, u, v):
  """Bilinear values [channels, n] of `flat` at u, v [n] in [0, 1]."""
  x = u * np.float32(flat.shape[1] - 1)
  y = v * np.float32(flat.shape[0] - 1)
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
