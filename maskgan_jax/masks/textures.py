"""What a mask looks like laid flat: colour, print, folds and stitching."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.masks import cloth, patterns
from maskgan_jax.masks import params as params_lib


class Fabric(NamedTuple):
  """A mask laid flat; rows from top to bottom edge, columns left to right."""

  albedo: np.ndarray  # [h, w, 3], float32, linear in [0, 1]
  relief: np.ndarray  # [h, w], float32, height towards the viewer, face widths


def fabric(
  params: params_lib.MaskParams,
  extent: tuple[float, float],
  scale: float,
  rng: np.random.Generator,
) -> Fabric:
  """Makes the cloth of a mask.

  Args:
    params: what the mask is.
    extent: width and height of the unrolled mask, face widths.
    scale: texture elements per face width.
    rng: draws wrinkles, places of prints and the like.

  Returns:
    The cloth, about `extent * scale` elements.
  """
  width, height = (max(16, round(e * scale)) for e in extent)
  u = np.linspace(-1, 1, width, dtype=np.float32)[None]
  v = np.linspace(0, 1, height, dtype=np.float32)[:, None]
  sheet = cloth.Sheet(
    u, v, u * np.float32(extent[0] / 2), v * np.float32(extent[1])
  )
  base = np.square(np.array(params.colour, np.float32) / 255)
  work = cloth.Work(
    np.broadcast_to(base, (height, width, 3)).copy(),
    np.ones((height, width), np.float32),
    np.zeros((height, width), np.float32),
  )
  _KINDS[params.mask_type](sheet, params, work, rng)
  # Less light reaches hollows than crests.
  hollow = cv2.GaussianBlur(work.relief, (0, 0), 0.03 * scale) - work.relief
  work.tone *= np.clip(1 - 14 * hollow, 0.6, 1.08)
  albedo = np.minimum(work.albedo * cv2.merge((work.tone,) * 3), 1)
  return Fabric(albedo, work.relief)


def _surgical(sheet, params, work, rng):
  cloth.wrinkle(sheet, work, 0.004, rng)
  edge_u = np.abs(sheet.u)
  # Pleats open in the middle and are sewn together at the sides.
  opening = rng.uniform(0.75, 1.1)
  places = np.array([0.33, 0.5, 0.67]) + rng.uniform(-0.03, 0.03)
  for k, v0 in enumerate(places):
    sag = (0.07 * (k - 0.6)) * (1 - edge_u**2) * opening
    wave = 0.012 * np.sin(sheet.u * rng.uniform(2, 5) + rng.uniform(0, 6))
    distance = (sheet.v - v0 - sag - wave) * sheet.y[-1, 0]
    depth = 0.55 + 0.45 * edge_u
    # Cloth above laps over the cloth below: a step down with its shadow.
    work.relief += (
      0.011 * depth / (1 + np.exp(np.clip(distance / 0.005, -30, 30)))
    )
    work.relief += 0.010 * depth * np.clip(distance / 0.12, 0, 1)
    shadow = np.where(distance > 0, np.exp(-np.maximum(distance, 0) / 0.018), 0)
    shadow = cv2.GaussianBlur(shadow.astype(np.float32), (0, 0), 0.8)
    cloth.shade(work, shadow * depth, rng.uniform(0.66, 0.8))
  # The wire under the top hem, the hems, welded dots along the sides.
  wire = sheet.band(sheet.y, 0.045, 0.012) * np.clip((0.5 - edge_u) * 12, 0, 1)
  work.relief += 0.006 * wire
  for y0 in (0.022, 0.07):
    dashes = (sheet.x * 60) % 1 < 0.55
    cloth.shade(work, sheet.band(sheet.y, y0, 0.004) * dashes, 0.86)
  side = sheet.x[0, -1] - np.abs(sheet.x)
  work.relief += (
    0.004 * np.clip((0.045 - side) / 0.006 + 0.5, 0, 1) * (sheet.v >= 0)
  )
  dots = (sheet.y * 55) % 1 < 0.5
  cloth.shade(work, sheet.band(side, 0.03, 0.006) * dots, 0.82)
  cloth.shade(work, sheet.band(side, 0.05, 0.006) + 0 * sheet.v, 0.88)
  cloth.hem(sheet, work, 0.014, False, rng)
  cloth.speckle(work, 0.02, rng)


def _kn95(sheet, params, work, rng):
  cloth.wrinkle(sheet, work, 0.0025, rng)
  x = np.abs(sheet.x)
  work.relief += 0.03 * np.exp(-x / 0.05) + 0 * sheet.v
  cloth.shade(work, sheet.band(x, 0.0, 0.006) + 0 * sheet.v, 0.9)
  cloth.hem(sheet, work, 0.035, False, rng)
  edge = np.minimum(sheet.y, sheet.y[-1:] - sheet.y)
  weld = ((sheet.x * 70) % 1 < 0.5) * sheet.band(edge, 0.02, 0.008)
  cloth.shade(work, weld, 0.88)
  side = sheet.x[:, -1:] - x
  for place in (0.05, 0.075):
    bars = (sheet.y * 45) % 1 < 0.6
    cloth.shade(work, sheet.band(side, place, 0.006) * bars, 0.88)
  # The wire shows as a flattened bar over the nose on each side of the fold.
  bar = sheet.band(sheet.y, 0.075, 0.016) * np.clip((0.3 - x) * 30, 0, 1)
  work.relief += 0.006 * bar
  cloth.shade(work, bar, rng.uniform(0.86, 1.0))
  if rng.random() < 0.6:
    place = rng.choice([-1, 1]) * rng.uniform(0.25, 0.4), rng.uniform(0.5, 0.65)
    cloth.lettering(sheet, work, "KN95", place, rng.uniform(0.25, 0.7))
  cloth.speckle(work, 0.02, rng)


def _n95(sheet, params, work, rng):
  cloth.wrinkle(sheet, work, 0.0012, rng)
  cloth.hem(sheet, work, 0.03, False, rng)
  # A moulded cup: a rim round it and pressed panel lines across.
  across = np.square(sheet.u) + np.square(2 * sheet.v - 1)
  ring = np.sqrt(across)
  work.relief += 0.012 * np.clip((0.9 - ring) / 0.06, 0, 1)
  cloth.shade(work, sheet.band(ring, 0.93, 0.035), 0.88)
  for v0, bend in ((0.3, 0.1), (0.72, -0.12)):
    line = sheet.v - v0 - bend * np.square(sheet.u)
    work.relief -= 0.005 * sheet.band(line, 0, 0.018)
    cloth.shade(work, sheet.band(line, 0, 0.014), 0.9)
  clip = sheet.band(sheet.y, 0.05, 0.016) * np.clip(
    (0.42 - np.abs(sheet.u)) * 40, 0, 1
  )
  work.relief += 0.006 * clip
  metal = np.array([0.36, 0.37, 0.39], np.float32)
  amount = (np.clip(clip * 1.6, 0, 1) * rng.choice([0.0, 0.9]))[..., None]
  work.albedo += (metal - work.albedo) * amount
  side = rng.choice([-1, 1])
  if params.mask_type == "n95_valve":
    _valve(sheet, work, side, rng)
  if rng.random() < 0.7:
    cloth.lettering(
      sheet, work, "N95", (-side * 0.24, 0.52), rng.uniform(0.4, 0.8)
    )
  cloth.speckle(work, 0.03, rng)


def _valve(sheet, work, side, rng):
  """A round or square exhalation valve beside or below the middle."""
  x0 = rng.choice([0.0, side * 0.2])
  y0 = sheet.y[-1, 0] * (0.6 if x0 == 0 else rng.uniform(0.48, 0.58))
  radius = rng.uniform(0.095, 0.125)
  power = rng.choice([2.0, 5.0])
  dx, dy = np.abs(sheet.x - x0), np.abs(sheet.y - y0)
  ring = (dx**power + dy**power) ** (1 / power) / radius
  inside = np.clip((1 - ring) * 18, 0, 1)
  grey = (
    np.array([0.78, 0.78, 0.77])
    if rng.random() < 0.6
    else np.array([0.22, 0.25, 0.3])
  ).astype(np.float32)
  work.albedo += (grey - work.albedo) * inside[..., None]
  work.relief += 0.03 * np.clip((1 - ring) * 4, 0, 1)
  work.relief -= 0.01 * sheet.band(ring, 0.72, 0.05)
  slots = ((sheet.y - y0) / radius * 2.6) % 1
  slots = np.clip((0.5 - np.abs(slots - 0.5) - 0.28) * 14, 0, 1)
  cloth.shade(work, slots * np.clip((0.62 - ring) * 10, 0, 1), 0.45)
  cloth.shade(work, sheet.band(ring, 1.05, 0.07), 0.62)


def _cloth(sheet, params, work, rng):
  if params.pattern != "plain":
    ink = patterns.paint(params.pattern, sheet.x, sheet.y, rng)[..., None]
    accent = np.square(np.array(params.accent, np.float32) / 255)
    work.albedo += (accent - work.albedo) * ink
  cloth.wrinkle(sheet, work, 0.006, rng)
  if rng.random() < 0.65:  # two halves sewn together over the nose
    x = np.abs(sheet.x)
    work.relief += 0.014 * np.exp(-x / 0.05) - 0.006 * sheet.band(x, 0, 0.006)
    cloth.shade(work, sheet.band(x, 0, 0.007) + 0 * sheet.v, 0.72)
  cloth.hem(sheet, work, rng.uniform(0.02, 0.035), True, rng)
  cloth.weave(sheet, work, rng)


def _bandana(sheet, params, work, rng):
  if params.pattern != "plain":
    # A triangle: the sheet is short at its sides.
    fall = sheet.y * (1 - 0.7 * np.abs(sheet.u) ** 1.2)
    ink = patterns.paint(params.pattern, sheet.x, fall, rng)[..., None]
    accent = np.square(np.array(params.accent, np.float32) / 255)
    work.albedo += (accent - work.albedo) * ink
  # Drapery: folds hang in arcs from ear to ear, steeper further down.
  for _ in range(rng.integers(4, 7)):
    v0, reach = rng.uniform(0.12, 0.75), rng.uniform(0.5, 1.0)
    sag = rng.uniform(0.1, 0.3)
    lean = rng.uniform(-0.08, 0.08)
    line = sheet.v - v0 - sag * (1 - sheet.u**2) + 0.12 + lean * sheet.u
    side = np.abs(sheet.u - rng.choice([-1, 1]) * (1 - reach))
    fade = np.clip(side * 1.5, 0.15, 1)
    work.relief += 0.022 * fade * sheet.band(line, 0, rng.uniform(0.02, 0.05))
  hang = np.clip(sheet.v - 0.5, 0, 1) * 2
  fall = np.sin(sheet.x * rng.uniform(18, 28) + 3 * sheet.v + rng.uniform(0, 6))
  work.relief += 0.014 * fall * hang
  cloth.wrinkle(sheet, work, 0.005, rng)
  cloth.hem(sheet, work, 0.015, True, rng)
  cloth.weave(sheet, work, rng)


_KINDS = {
  "surgical": _surgical,
  "kn95": _kn95,
  "n95": _n95,
  "n95_valve": _n95,
  "cloth": _cloth,
  "cloth_pattern": _cloth,
  "bandana": _bandana,
}
