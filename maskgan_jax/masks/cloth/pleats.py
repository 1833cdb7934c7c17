"""Pleats across a mask."""

import numpy as np

from maskgan_jax.masks.cloth import sheet as sheet_lib

# Where pleats are sewn down at the sides, and lie in the middle, as v.
_AT_SIDES = (0.36, 0.52, 0.68)
_IN_MIDDLE = (0.33, 0.53, 0.75)


def fold(
  sheet: sheet_lib.Sheet, work: sheet_lib.Work, rng: np.random.Generator
) -> np.ndarray:
  """Three folds, sewn down at the sides, that open in the middle.

  Where a fold is open its flap is seen, a wedge that looks down; the cloth
  between two folds bellies out.

  Args:
    sheet: where.
    work: relief and tone are changed in place.
    rng: draws how the folds lie and how far each is open.

  Returns:
    How much cloth lies folded away above each place, face widths, [h, w].
  """
  opening = rng.uniform(-0.3, 1.2)
  shift = rng.uniform(-0.05, 0.05)
  height = sheet.y[-1, 0]
  folded = np.zeros(sheet.shape, np.float32)
  # What draws one fold draws all of them.
  peak, power = rng.uniform(-0.12, 0.12), rng.uniform(0.75, 1.5)
  for side, centre in zip(_AT_SIDES, _IN_MIDDLE, strict=True):
    place = peak + rng.uniform(-0.08, 0.08)
    middle = _tent(sheet, place, 1.0, power)
    opened = (centre - side) * (opening + rng.uniform(-0.3, 0.3))
    v0 = side + shift + (opened + rng.uniform(-0.01, 0.05)) * middle
    v0 = v0 + rng.uniform(-0.03, 0.03) + 0.004 * _wander(sheet, 6, rng)
    v0 = v0 + rng.uniform(-0.03, 0.03) * sheet.u
    distance = (sheet.v - v0) * height
    # How far the fold is closed: open folds hardly show.
    closed = 0.45 + 0.5 * sheet.u**2 + 0.35 * _wander(sheet, 6, rng)
    closed = np.clip(closed * rng.uniform(0.6, 1.25), 0.1, 1.15)
    # Where it gapes the step down is as wide as its flap.
    reach = rng.uniform(0.35, 0.95)
    gape = rng.uniform(0.0, 0.042) * _tent(sheet, place, reach, 1.0)
    depth = 0.007 * closed + 0.3 * gape
    step = np.clip(1 - distance / (0.006 + gape), 0, 1)
    work.relief += depth * step * step * (3 - 2 * step)
    above = np.clip(-distance, 0, None)
    belly = np.clip(above / 0.12, 0, 1)
    work.relief -= depth * belly * (2 - belly)
    under = distance - gape
    blur = rng.uniform(0.006, 0.02)
    below = np.where(under > -0.003, np.exp(-np.abs(under) / blur), 0)
    sheet_lib.shade(work, below * closed, rng.uniform(0.58, 0.86))
    flap = np.clip(distance / 0.003, 0, 1) * np.clip(-under / 0.003, 0, 1)
    sheet_lib.shade(work, flap, rng.uniform(0.78, 0.94))
    lip = sheet.band(distance, -0.006, 0.005)
    sheet_lib.shade(work, lip * closed, rng.uniform(1.0, 1.12))
    folded += 0.1 * closed * (distance > 0)
  return folded


def _tent(sheet, peak, reach, power):
  """1 at `peak`, falling straight to 0 at the sides or `reach` off, [1, w]."""
  off = sheet.u - np.float32(peak)
  side = np.where(off < 0, 1 + peak, 1 - peak) * reach
  return np.clip(1 - (np.abs(off) / side) ** power, 0, 1).astype(np.float32)


def _wander(sheet, knots, rng):
  """A crooked line over the width, [1, w], of unit deviation."""
  values = rng.standard_normal(knots)
  places = np.sort(rng.uniform(-1.05, 1.05, knots))
  places[0], places[-1] = -1.1, 1.1
  return np.interp(sheet.u[0], places, values)[None].astype(np.float32)
