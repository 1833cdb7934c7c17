"""Masks of cloth laid flat: sewn, stretched, hung or wound."""

import numpy as np

from maskgan_jax.masks.cloth import pleats, tension
from maskgan_jax.masks.cloth import sheet as sheet_lib
from maskgan_jax.masks.surface import shapes


def _sewn(sheet, params, work, rng):
  if shapes.is_pleated(params):
    inside = pleats.fold(sheet, work, rng)
    sheet_lib.stamp(sheet._replace(y=sheet.y + inside), params, work, rng)
  else:
    sheet_lib.stamp(sheet, params, work, rng)
  slack = sheet_lib.slack(params)
  sheet_lib.wrinkle(sheet, work, 0.0085 * slack, rng)
  tension.from_corners(sheet, work, 0.012 * slack, rng)
  tension.over_nose(sheet, work, rng.uniform(0.0, 0.03), rng)
  _gathers(sheet, work, rng)
  if not shapes.is_pleated(params) and rng.random() < 0.7:
    # Two halves sewn together over the nose.
    _middle_seam(sheet, work, 0.72)
  if rng.random() < 0.4:
    wire = sheet.band(sheet.y, 0.05, 0.014)
    work.relief += 0.006 * wire * np.clip((0.28 - np.abs(sheet.x)) * 14, 0, 1)
  sheet_lib.hem(sheet, work, rng.uniform(0.02, 0.035), True, rng)
  sheet_lib.weave(sheet, work, rng)


def _gathers(sheet, work, rng):
  """Small folds where elastic draws the sides together."""
  side = 1 - np.abs(sheet.u)
  count, phase = rng.uniform(18, 40), rng.uniform(0, 6, 2)
  fade = np.exp(-side / np.float32(rng.uniform(0.08, 0.2)))
  folds = np.where(
    sheet.u < 0,
    np.sin(sheet.v * count + phase[0] + 5 * side),
    np.sin(sheet.v * count + phase[1] - 5 * side),
  )
  height = np.float32(rng.uniform(0.0, 0.006))
  work.relief += height * fade * (1 - np.abs(folds)).astype(np.float32)


def _thin(sheet, params, work, rng):
  """One layer of stretched cloth that lies on the lips."""
  sheet_lib.stamp(sheet, params, work, rng)
  sheet_lib.wrinkle(sheet, work, 0.006 * sheet_lib.slack(params), rng)
  if rng.random() < 0.3:
    _middle_seam(sheet, work, 0.82)
  sheet_lib.hem(sheet, work, rng.uniform(0.012, 0.024), False, rng)
  sheet_lib.speckle(work, 0.03, rng)


def _printed(sheet, params, work, rng):
  """A print of a lower face that a seam would spoil."""
  sheet_lib.stamp(sheet, params, work, rng)
  sheet_lib.wrinkle(sheet, work, 0.008 * sheet_lib.slack(params), rng)
  if rng.random() < 0.25:
    _middle_seam(sheet, work, 0.8)
  sheet_lib.hem(sheet, work, rng.uniform(0.018, 0.03), True, rng)
  sheet_lib.weave(sheet, work, rng)


def _middle_seam(sheet, work, factor):
  x = np.abs(sheet.x)
  work.relief += 0.014 * np.exp(-x / 0.05) - 0.006 * sheet.band(x, 0, 0.006)
  sheet_lib.shade(work, sheet.band(x, 0, 0.007) + 0 * sheet.v, factor)


def _two_layer(sheet, params, work, rng):
  """An outer layer with bound edges; the lining shows along the sides."""
  sheet_lib.stamp(sheet, params, work, rng)
  slack = sheet_lib.slack(params)
  sheet_lib.wrinkle(sheet, work, 0.007 * slack, rng)
  tension.from_corners(sheet, work, 0.01 * slack, rng)
  _middle_seam(sheet, work, 0.7)
  accent = sheet_lib.linear(params.accent)
  side = sheet.x[:, -1:] - np.abs(sheet.x)
  lining = np.clip((rng.uniform(0.07, 0.14) - side) / 0.006, 0, 1)
  lining = lining + 0 * sheet.v
  work.albedo += (accent - work.albedo) * lining[..., None]
  work.relief -= 0.006 * lining
  edge = np.minimum(sheet.y, sheet.y[-1:] - sheet.y)
  binding = np.clip((0.028 - edge) / 0.005, 0, 1) + 0 * sheet.u
  work.albedo += (accent * 0.8 - work.albedo) * binding[..., None]
  work.relief += 0.006 * binding
  sheet_lib.shade(work, sheet.band(edge, 0.034, 0.006) + 0 * sheet.u, 0.75)
  stitch = ((sheet.x * rng.uniform(55, 75)) % 1 < 0.6) * sheet.band(
    edge, 0.02, 0.004
  )
  sheet_lib.shade(work, stitch, 0.78)
  sheet_lib.weave(sheet, work, rng)


def _sport(sheet, params, work, rng):
  """Neoprene: smooth, a seam in the middle, maybe vents."""
  sheet_lib.stamp(sheet, params, work, rng)
  slack = sheet_lib.slack(params)
  sheet_lib.wrinkle(sheet, work, 0.0045 * slack, rng)
  tension.from_corners(sheet, work, 0.008 * slack, rng)
  _middle_seam(sheet, work, 0.8)
  if rng.random() < 0.2:
    _vents(sheet, params, work, rng)
  sheet_lib.hem(sheet, work, 0.016, True, rng)
  if rng.random() < 0.15:
    side = rng.choice([-1, 1])
    sheet_lib.lettering(sheet, work, "AIR", (side * 0.42, 0.4), 0.5)
  sheet_lib.speckle(work, 0.03, rng)


def _vents(sheet, params, work, rng):
  """A round vent, or one on each cheek."""
  place, radius = rng.uniform(0.2, 0.27), rng.uniform(0.06, 0.085)
  x = sheet.x * int(rng.choice([-1, 1]))
  if rng.random() < 0.4:  # a vent on each cheek
    x = np.abs(x)
  y0 = sheet.y[-1, 0] * rng.uniform(0.5, 0.62)
  tone = sheet_lib.linear(params.colour) * rng.uniform(0.5, 1.3)
  ring = np.hypot(x - place, sheet.y - y0) / radius
  inside = np.clip((1 - ring) * 14, 0, 1)
  work.albedo += (tone - work.albedo) * inside[..., None]
  work.relief += 0.012 * np.clip((1 - ring) * 4, 0, 1)
  work.relief -= 0.006 * sheet.band(ring, 0.72, 0.06)
  spokes = np.arctan2(sheet.y - y0, x - place) * 8 / np.pi
  slots = np.clip((0.3 - np.abs(spokes % 1 - 0.5)) * 12, 0, 1)
  sheet_lib.shade(work, slots * sheet.band(ring, 0.4, 0.2), 0.4)
  sheet_lib.shade(work, sheet.band(ring, 1.06, 0.08), 0.6)


def _bandana(sheet, params, work, rng):
  # A triangle: the sheet is short at its sides.
  fall = sheet.y * (1 - 0.7 * np.abs(sheet.u) ** 1.2)
  sheet_lib.stamp(sheet._replace(y=fall), params, work, rng)
  # Drapery: folds hang in arcs from ear to ear, steeper further down.
  for _ in range(rng.integers(4, 7)):
    v0, reach = rng.uniform(0.12, 0.75), rng.uniform(0.5, 1.0)
    sag = rng.uniform(0.1, 0.3)
    lean = rng.uniform(-0.08, 0.08)
    line = sheet.v - v0 - sag * (1 - sheet.u**2) + 0.12 + lean * sheet.u
    side = np.abs(sheet.u - int(rng.choice([-1, 1])) * (1 - reach))
    fade = np.clip(side * 1.5, 0.15, 1)
    work.relief += 0.022 * fade * sheet.band(line, 0, rng.uniform(0.02, 0.05))
  hang = np.clip(sheet.v - 0.5, 0, 1) * 2
  fall = np.sin(sheet.x * rng.uniform(18, 28) + 3 * sheet.v + rng.uniform(0, 6))
  work.relief += 0.014 * fall * hang
  sheet_lib.wrinkle(sheet, work, 0.005, rng)
  sheet_lib.hem(sheet, work, 0.015, True, rng)
  sheet_lib.weave(sheet, work, rng)


def _gaiter(sheet, params, work, rng):
  """A stretched tube: taut over the nose, gathered round the neck."""
  sheet_lib.stamp(sheet, params, work, rng)
  slack = sheet_lib.slack(params)
  _rings(sheet, work, (0.4, 1.0), (0.014, 0.035), 0.02, rng)
  if params.coverage > 0:
    _pulls(sheet, work, 0.008 * slack, rng)
  # Under the chin it hangs in folds.
  hang = np.clip(2 * sheet.v - 0.9, 0, 1) * np.clip(1 - sheet.u**2, 0, 1)
  fall = np.sin(sheet.x * rng.uniform(12, 22) + rng.uniform(0, 6))
  work.relief += 0.012 * fall * hang
  sheet_lib.wrinkle(sheet, work, 0.006 * slack, rng)
  # The upper edge rolls in a little, not everywhere alike.
  roll = 0.02 + 0.008 * np.sin(sheet.u * rng.uniform(3, 7) + rng.uniform(0, 6))
  work.relief += 0.006 * np.clip((roll - sheet.y) / 0.008, 0, 1)
  sheet_lib.shade(work, sheet.band(sheet.y, roll + 0.004, 0.006), 0.8)
  sheet_lib.speckle(work, 0.03, rng)


def _pulls(sheet, work, height, rng):
  """Creases that the tip of the nose draws towards jaw and ears."""
  for side in (-1, 1):
    for slope in np.arange(0.15, 1.2, rng.uniform(0.2, 0.35)).tolist():
      across = side * sheet.x - rng.uniform(0.06, 0.12)
      slope += rng.uniform(-0.08, 0.08)
      bend = rng.uniform(-0.25, 0.25) * np.square(np.maximum(across, 0))
      line = sheet.y - rng.uniform(0.1, 0.2) - slope * across - bend
      fade = np.clip(across / 0.1, 0, 1) * np.clip(
        (rng.uniform(0.35, 0.6) - across) / 0.15, 0, 1
      )
      fade = fade * height * rng.uniform(0.3, 1.0)
      work.relief += fade * sheet.band(line, 0, rng.uniform(0.016, 0.04))


def _scarf(sheet, params, work, rng):
  """Wound cloth: thick folds one above the other, knitted or woven."""
  sheet_lib.stamp(sheet, params, work, rng)
  _rings(sheet, work, (0.12, 1.0), (0.03, 0.06), 0.03, rng)
  sheet_lib.wrinkle(sheet, work, 0.007, rng)
  ribs = np.sin(sheet.x * 150 + 6 * np.sin(sheet.y * 150))
  sheet_lib.shade(work, 0.5 + 0.5 * ribs + 0 * sheet.v, rng.uniform(0.8, 0.95))
  sheet_lib.weave(sheet, work, rng)


def _rings(sheet, work, span, width, height, rng):
  """Folds round the head that wander up and down."""
  for v0 in np.arange(span[0], span[1], rng.uniform(0.13, 0.2)).tolist():
    wander = 0.05 * np.sin(sheet.u * rng.uniform(2, 5) + rng.uniform(0, 6))
    line = sheet.v - v0 - rng.uniform(-0.03, 0.03) - wander
    line = line - rng.uniform(0.0, 0.14) * (1 - sheet.u**2)
    work.relief += height * sheet.band(line, 0, rng.uniform(*width))
    sheet_lib.shade(work, sheet.band(line, width[1], 0.6 * width[1]), 0.75)


KINDS = {
  "cloth": _sewn,
  "cloth_two_layer": _two_layer,
  "sport": _sport,
  "bandana": _bandana,
  "gaiter": _gaiter,
  "scarf": _scarf,
  "cloth_thin": _thin,
  "printed_face": _printed,
}
