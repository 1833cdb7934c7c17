"""Paints straps as rounded bands with their shadows."""

import cv2
import numpy as np

from maskgan_jax.masks.cloth import sheet as sheet_lib
from maskgan_jax.masks.light import estimate
from maskgan_jax.masks.surface import raster
from maskgan_jax.masks.surface import straps as straps_lib

# The rounded rim of a strap, and how far its shadow falls, face widths.
_RIM, _SHADOW = 0.008, 0.012


def paint(
  layer: np.ndarray,
  straps: list[straps_lib.Strap],
  face_width: float,
  light: estimate.Light,
  window: tuple[int, int, int, int],
) -> None:
  """Paints straps, lit like rounded bands, over their own shadows.

  Args:
    layer: [planes, h, w], linear colour times opacity and the opacity, maybe
      what is mask at all; changed in place.
    straps: what to paint.
    face_width: px.
    light: of the photo.
    window: x0, y0, x1, y1 in the picture, where the layer lies.
  """
  limit = np.array(layer.shape[:0:-1])
  fall = -light.direction[:2] * _SHADOW * face_width
  for strap in straps:
    base = estimate.mute(sheet_lib.linear(strap.colour), light.saturation)
    tone = (base * 0.86 + 0.012) * light.colour
    half = 0.5 * strap.width * face_width
    rim = np.minimum(0.5 * half, _RIM * face_width)
    margin = half.max() + np.abs(fall).max() + 3
    points = strap.points - window[:2]
    low = np.clip(np.floor(points.min(0) - margin).astype(int), 0, limit)
    high = np.clip(np.ceil(points.max(0) + margin).astype(int), 0, limit)
    part = layer[:, low[1] : high[1], low[0] : high[0]]
    if not part.size:
      continue
    points = points - low
    seen = _along(points, strap.opacity, part.shape[1:])
    # The side away from the light is the darker one.
    aside = -0.6 * rim.min() * light.direction[:2]
    for place, reach, brightness, share in (
      (fall, half + 0.5 * rim, 0.0, 0.34),
      (0, half, 0.62, 1.0),
      (-aside, half - rim, 1.0, 1.0),
    ):
      band = np.zeros(part.shape[1:], np.uint8)
      ribbon = raster.to_fine(_ribbon(points + place, reach), 1)
      cv2.fillPoly(band, [ribbon], 255, cv2.LINE_AA, raster.SHIFT)
      if not brightness:
        band = cv2.blur(band, (3, 3))
      over = band.astype(np.float32) * (share / 255) * seen
      part *= 1 - over
      value = np.ones(len(part), np.float32)
      value[:3] = tone * brightness
      part += over * value[:, None, None]


def _along(points, values, shape):
  """Values [n] at points [n, 2] of a line, at each pixel beside it, [h, w]."""
  if values.min() == 1:
    return np.float32(1)
  along = points[-1] - points[0]
  along = along / max(float(np.linalg.norm(along)), 1e-6)
  place = (points - points[0]) @ along
  x = np.arange(shape[1]) - points[0, 0]
  y = np.arange(shape[0]) - points[0, 1]
  at = x[None] * along[0] + y[:, None] * along[1]
  return np.interp(at, np.maximum.accumulate(place), values).astype(np.float32)


def _ribbon(points, half):
  """The outline [2 n, 2] of a band of half-widths `half` [n] along points."""
  along = np.gradient(points, axis=0)
  along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
  across = np.stack([-along[:, 1], along[:, 0]], 1)
  across *= np.maximum(half, 0.5)[:, None]
  return np.concatenate([points + across, (points - across)[::-1]])
