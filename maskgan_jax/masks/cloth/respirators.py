"""Folded and moulded respirators laid flat."""

import numpy as np

from maskgan_jax.masks.cloth import sheet as sheet_lib


def _kn95(sheet, params, work, rng):
  sheet_lib.wrinkle(sheet, work, 0.0035 * sheet_lib.slack(params), rng)
  x = np.abs(sheet.x)
  work.relief += np.float32(rng.uniform(0.012, 0.024)) * np.exp(-x / 0.06)
  sheet_lib.shade(work, sheet.band(x, 0.0, 0.006) + 0 * sheet.v, 0.9)
  sheet_lib.hem(sheet, work, 0.035, False, rng)
  edge = np.minimum(sheet.y, sheet.y[-1:] - sheet.y)
  weld = ((sheet.x * 70) % 1 < 0.5) * sheet.band(edge, 0.02, 0.008)
  sheet_lib.shade(work, weld, 0.88)
  side = sheet.x[:, -1:] - x
  for place in (0.05, 0.075):
    bars = (sheet.y * 45) % 1 < 0.6
    sheet_lib.shade(work, sheet.band(side, place, 0.006) * bars, 0.88)
  # The wire shows as a flattened bar over the nose on each side of the fold.
  bar = sheet.band(sheet.y, 0.075, 0.016) * np.clip((0.3 - x) * 30, 0, 1)
  work.relief += 0.006 * bar
  sheet_lib.shade(work, bar, rng.uniform(0.86, 1.0))
  if rng.random() < 0.6:
    place = rng.choice([-1, 1]) * rng.uniform(0.25, 0.4), rng.uniform(0.5, 0.65)
    sheet_lib.lettering(sheet, work, "KN95", place, rng.uniform(0.25, 0.7))
  sheet_lib.fibres(sheet, work, 0.02, rng)
  sheet_lib.speckle(work, 0.016, rng)


def _kf94(sheet, params, work, rng):
  sheet_lib.wrinkle(sheet, work, 0.003 * sheet_lib.slack(params), rng)
  # Three panels: the outer ones fold over the middle one's edges.
  fold_tone = rng.uniform(0.74, 0.95)
  for v0, step in ((0.29, 1), (0.73, -1)):
    line = sheet.v - v0 - 0.05 * step * np.square(sheet.u)
    fold = np.clip(step * line / 0.012, -1, 1)
    work.relief += 0.004 * fold - 0.005 * sheet.band(line, 0.0, 0.02)
    sheet_lib.shade(work, sheet.band(line, 0.012 * step, 0.008), fold_tone)
    weld = ((sheet.x * 75) % 1 < 0.5) * sheet.band(line, -0.03 * step, 0.008)
    sheet_lib.shade(work, weld, 0.9)
  _wire(sheet, work, 0.05, 0.4)
  sheet_lib.hem(sheet, work, 0.02, False, rng)
  side = sheet.x[:, -1:] - np.abs(sheet.x)
  bars = (sheet.y * 50) % 1 < 0.6
  sheet_lib.shade(work, sheet.band(side, 0.035, 0.007) * bars, 0.86)
  if rng.random() < 0.3:
    place = rng.choice([-1, 1]) * rng.uniform(0.25, 0.4), rng.uniform(0.5, 0.6)
    sheet_lib.lettering(sheet, work, "KF94", place, rng.uniform(0.2, 0.5))
  sheet_lib.fibres(sheet, work, 0.02, rng)
  sheet_lib.speckle(work, 0.016, rng)


def _wire(sheet, work, place, reach):
  """The nose wire's bump, `place` face widths below the top edge."""
  wire = sheet.band(sheet.y, place, 0.012)
  work.relief += 0.006 * wire * np.clip((reach - np.abs(sheet.x)) * 14, 0, 1)


def _n95(sheet, params, work, rng):
  sheet_lib.wrinkle(sheet, work, 0.0012, rng)
  sheet_lib.hem(sheet, work, rng.uniform(0.014, 0.03), False, rng)
  # A moulded cup: a rim round it and pressed panel lines across.
  across = np.square(sheet.u) + np.square(2 * sheet.v - 1)
  ring = np.sqrt(across)
  rim = np.float32(rng.uniform(0.003, 0.01))
  work.relief += rim * np.clip((0.9 - ring) / 0.06, 0, 1)
  sheet_lib.shade(work, sheet.band(ring, 0.93, 0.03), rng.uniform(0.86, 0.97))
  depth = rng.uniform(0.3, 1.0)
  for v0, bend in ((0.3, 0.1), (0.72, -0.12)):
    line = sheet.v - v0 - bend * np.square(sheet.u)
    work.relief -= np.float32(0.005 * depth) * sheet.band(line, 0, 0.014)
    sheet_lib.shade(work, sheet.band(line, 0, 0.01), 1 - 0.1 * depth)
  clip = sheet.band(sheet.y, rng.uniform(0.05, 0.085), 0.014) * np.clip(
    (0.42 - np.abs(sheet.u)) * 40, 0, 1
  )
  work.relief += 0.006 * clip
  metal = np.array([0.36, 0.37, 0.39], np.float32)
  amount = (np.clip(clip * 1.6, 0, 1) * (0.9 * int(rng.integers(2))))[..., None]
  work.albedo += (metal - work.albedo) * amount
  side = int(rng.choice([-1, 1]))
  if params.mask_type == "n95_valve":
    _valve(sheet, work, side, rng)
  if rng.random() < 0.7:
    sheet_lib.lettering(
      sheet, work, "N95", (-side * 0.24, 0.52), rng.uniform(0.4, 0.8)
    )
  sheet_lib.fibres(sheet, work, 0.02, rng)
  sheet_lib.speckle(work, 0.016, rng)


def _valve(sheet, work, side, rng):
  """A round or square exhalation valve beside or below the middle."""
  x0 = side * 0.2 * int(rng.integers(2))
  y0 = sheet.y[-1, 0] * (0.6 if x0 == 0 else rng.uniform(0.48, 0.58))
  radius = rng.uniform(0.095, 0.125)
  power = float(rng.choice([2.0, 5.0]))
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
  sheet_lib.shade(work, slots * np.clip((0.62 - ring) * 10, 0, 1), 0.45)
  sheet_lib.shade(work, sheet.band(ring, 1.05, 0.07), 0.62)


KINDS = {
  "kn95": _kn95,
  "kf94": _kf94,
  "n95": _n95,
  "n95_valve": _n95,
}
