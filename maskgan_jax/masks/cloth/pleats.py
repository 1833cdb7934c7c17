"""Pleats across a mask."""

import numpy as np

from maskgan_jax.masks.cloth import sheet as sheet_lib

# Where pleats are sewn down at the sides, and lie in the middle, as v.
_AT_SIDES = (0.36, 0.52, 0.68)
_IN_MIDDLE = (0.3, 0.52, 0.76)


def fold(
  sheet: sheet_lib.Sheet, work: sheet_lib.Work, rng: np.random.Generator
) -> np.ndarray:
  """Three folds, sewn down at the sides, that open in the middle.

  Args:
    sheet: where.
    work: relief and tone are changed in place.
    rng: draws how the folds lie and how far each is open.

  Returns:
    How much cloth lies folded away above each place, face widths, [h, w].
  """
  middle = np.clip(1 - np.abs(sheet.u), 0, 1) ** rng.uniform(0.5, 0.9)
  sag = rng.uniform(-0.02, 0.1)
  opening = rng.uniform(0.1, 1.1)
  shift = rng.uniform(-0.04, 0.04)
  height = sheet.y[-1, 0]
  folded = np.zeros(sheet.shape, np.float32)
  for side, centre in zip(_AT_SIDES, _IN_MIDDLE, strict=True):
    opened = side + (centre - side) * opening
    v0 = side + shift + (opened - side + sag * centre) * middle
    v0 = v0 + rng.uniform(-0.025, 0.025) + 0.007 * _wander(sheet, 9, rng)
    v0 = v0 + rng.uniform(-0.03, 0.03) * sheet.u
    distance = (sheet.v - v0) * height
    # How far the fold is closed: open folds hardly show.
    closed = 0.62 + 0.3 * sheet.u**2 + 0.2 * _wander(sheet, 7, rng)
    closed = np.clip(closed, 0.12, 1.1)
    # Cloth above laps over the cloth below: a crisp step down.
    step = 1 / (1 + np.exp(np.clip(distance / 0.0035, -30, 30)))
    work.relief += 0.007 * closed * step
    above = np.clip(-distance, 0, None)
    work.relief -= 0.006 * closed * np.clip(above / 0.1, 0, 1)
    below = np.where(distance > -0.003, np.exp(-np.abs(distance) / 0.012), 0)
    sheet_lib.shade(work, below * closed, rng.uniform(0.5, 0.78))
    lip = sheet.band(distance, -0.008, 0.006)
    sheet_lib.shade(work, lip * closed, 1.05)
    folded += 0.1 * closed * (distance > 0)
  return folded


def _wander(sheet, knots, rng):
  """A crooked line over the width, [1, w], of unit deviation."""
  values = rng.standard_normal(knots)
  places = np.sort(rng.uniform(-1.05, 1.05, knots))
  places[0], places[-1] = -1.1, 1.1
  return np.interp(sheet.u[0], places, values)[None].astype(np.float32)
