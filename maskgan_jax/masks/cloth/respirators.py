"""Folded and moulded respirators laid flat."""

import numpy as np

from maskgan_jax.masks.cloth import sheet as sheet_lib
from maskgan_jax.masks.cloth import tension


def _kn95(sheet, params, work, rng):
  sheet_lib.wrinkle(sheet, work, 0.0035 * sheet_lib.slack(params), rng)
  x = np.abs(sheet.x)
  soft, reach = np.float32(rng.uniform(0.01, 0.05)), rng.uniform(0.06, 0.14)
  ridge = np.exp(-np.sqrt(x * x + soft * soft) / reach)
  work.relief += np.float32(rng.uniform(0.006, 0.021)) * ridge
  sheet_lib.shade(work, sheet.band(x, 0.0, 0.006) + 0 * sheet.v, 0.9)
  slack = sheet_lib.slack(params)
  tension.from_corners(sheet, work, 0.006 * slack, rng)
  sheet_lib.hem(sheet, work, 0.035, False, rng)
  _pressed(sheet, work, rng)
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
  if rng.random() < 0.1:
    place = rng.choice([-1, 1]) * rng.uniform(0.25, 0.4), rng.uniform(0.5, 0.65)
    sheet_lib.lettering(sheet, work, "KN95", place, rng.uniform(0.25, 0.7))
  sheet_lib.fibres(sheet, work, 0.02, rng)
  sheet_lib.speckle(work, 0.016, rng)


def _pressed(sheet, work, rng):
  """Lines of welds that hold the layers of a folded mask together."""
  x = np.abs(sheet.x)
  marks = (sheet.x * rng.uniform(60, 110)) % 1 < rng.uniform(0.5, 1.2)
  strength = rng.uniform(0.76, 0.93)
  for _ in range(rng.integers(0, 3)):
    height = sheet.y[-1, 0] * rng.uniform(0.3, 0.75)
    slope, bend = rng.uniform(-0.3, 0.3), rng.uniform(-0.2, 0.2)
    line = sheet.y - height - slope * x - bend * x * x
    inside = np.clip((x - rng.uniform(0.0, 0.1)) / 0.01, 0, 1)
    inside = inside * np.clip((rng.uniform(0.3, 0.6) - x) / 0.01, 0, 1)
    weld = sheet.band(line, 0, 0.005) * inside * marks
    sheet_lib.shade(work, weld, strength)
    work.relief -= np.float32(0.001) * weld


def _kf94(sheet, params, work, rng):
  slack = sheet_lib.slack(params)
  sheet_lib.wrinkle(sheet, work, 0.003 * slack, rng)
  tension.from_corners(sheet, work, 0.005 * slack, rng)
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
  if rng.random() < 0.12:
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
  _cup(sheet, work, ring, rng)
  clip = sheet.band(sheet.y, rng.uniform(0.05, 0.085), 0.014) * np.clip(
    (0.42 - np.abs(sheet.u)) * 40, 0, 1
  )
  work.relief += np.float32(rng.uniform(0.001, 0.005)) * clip
  metal = np.array([0.36, 0.37, 0.39], np.float32)
  amount = (np.clip(clip * 1.6, 0, 1) * (0.9 * int(rng.integers(2))))[..., None]
  work.albedo += (metal - work.albedo) * amount
  side = int(rng.choice([-1, 1]))
  if params.mask_type == "n95_valve":
    _valve(sheet, work, side, rng)
  if rng.random() < 0.08:
    sheet_lib.lettering(
      sheet, work, "N95", (-side * 0.24, 0.52), rng.uniform(0.3, 0.7)
    )
  sheet_lib.fibres(sheet, work, 0.02, rng)
  sheet_lib.speckle(work, 0.016, rng)


def _cup(sheet, work, ring, rng):
  """What stiffens a moulded cup: panel lines, ribs or a ring; or nothing."""
  depth = rng.uniform(0.2, 1.0)
  style = rng.choice(
    ["panels", "ribs", "ring", "none"], p=(0.3, 0.35, 0.1, 0.25)
  )
  if style == "panels":
    for v0, bend in ((0.3, 0.1), (0.72, -0.12)):
      v0, bend = v0 + rng.uniform(-0.05, 0.05), bend + rng.uniform(-0.08, 0.08)
      line = sheet.v - v0 - bend * np.square(sheet.u)
      work.relief -= np.float32(0.005 * depth) * sheet.band(line, 0, 0.014)
      sheet_lib.shade(work, sheet.band(line, 0, 0.01), 1 - 0.1 * depth)
  elif style == "ribs":
    count, first = int(rng.integers(2, 5)), rng.uniform(0.4, 0.55)
    inside = np.clip((0.85 - ring) / 0.15, 0, 1)
    for v0 in np.linspace(first, 0.84, count).tolist():
      line = sheet.v - v0 - rng.uniform(0.04, 0.12) * (0.4 - np.square(sheet.u))
      rib = sheet.band(line, 0, rng.uniform(0.018, 0.03)) * inside
      work.relief += np.float32(0.009 * depth) * rib
  elif style == "ring":
    place = rng.uniform(0.55, 0.75)
    work.relief += np.float32(0.008 * depth) * np.clip(
      (place - ring) / 0.05, 0, 1
    )


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
    if rng.random() < 0.75
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
