"""Surgical masks laid flat: pleats, wire, welds."""

import numpy as np

from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.cloth import pleats, tension
from maskgan_jax.masks.cloth import sheet as sheet_lib
from maskgan_jax.masks.surface import straps

# Height of the band that holds the wire, least and largest, face widths.
_BAND = (0.075, 0.1)
# Share whose outer layer is pressed with a pattern.
_EMBOSSED = 0.3


def surgical(
  sheet: sheet_lib.Sheet,
  params: params_lib.MaskParams,
  work: sheet_lib.Work,
  rng: np.random.Generator,
) -> None:
  """Makes the cloth of a surgical mask, see sheet.Work.

  Args:
    sheet: where.
    params: what the mask is.
    work: changed in place.
    rng: draws pleats, creases and welds.
  """
  slack = sheet_lib.slack(params)
  sheet_lib.crumple_over(sheet, work, 0.0034 * slack, rng, stretch=2.2)
  sheet_lib.crumple_over(
    sheet, work, 0.0016 * slack, rng, size=0.5, stretch=1.3
  )
  sheet_lib.fibres(sheet, work, 0.025, rng)
  if rng.random() < _EMBOSSED:
    _emboss(sheet, work, rng)
  _dents(sheet, work, rng)
  tension.from_corners(sheet, work, 0.009 * slack, rng)
  tension.over_nose(sheet, work, rng.uniform(0.0, 0.035), rng)
  # A print goes on inside the pleats: below each it is cut and has moved on.
  inside = pleats.fold(sheet, work, rng)
  sheet_lib.stamp(sheet._replace(y=sheet.y + inside), params, work, rng)
  band = rng.uniform(*_BAND)
  _wire(sheet, work, 0.5 * band, rng)
  pale = rng.random() < 0.55
  if pale and params.pattern == "plain" and not params.texture:
    # The cloth folds over its upper edge and shows its white inside.
    upper = np.clip((band - sheet.y) / 0.006, 0, 1)
    if rng.random() < 0.4:
      upper = np.maximum(
        upper, np.clip((sheet.y - sheet.y[-1:] + 0.05) / 0.006, 0, 1)
      )
    white = np.maximum(sheet_lib.linear(params.colour), 0.78)
    if np.mean(params.colour) > 100:
      amount = np.float32(rng.uniform(0.3, 0.85))
      work.albedo += (white - work.albedo) * (amount * upper)[..., None]
  _weld_lines(sheet, work, band, rng)
  if straps.is_tied(params):
    _binding(sheet, params, work, rng)
  else:
    _side_welds(sheet, work, rng)
  sheet_lib.speckle(work, 0.01, rng)


def _dents(sheet, work, rng):
  """Where wire, chin and cheeks press: a few straight, crisp dents."""
  for _ in range(rng.integers(2, 6)):
    angle = rng.uniform(-0.9, 0.9) + np.pi * int(rng.integers(2)) / 2
    x0 = rng.uniform(-0.7, 0.7) * sheet.x[0, -1]
    y0 = rng.uniform(0.15, 0.9) * sheet.y[-1, 0]
    dx, dy = sheet.x - x0, sheet.y - y0
    along = dx * np.float32(np.cos(angle)) + dy * np.float32(np.sin(angle))
    across = dy * np.float32(np.cos(angle)) - dx * np.float32(np.sin(angle))
    across = across + np.float32(rng.uniform(-0.6, 0.6)) * along * along
    reach = rng.uniform(0.1, 0.25)
    fade = np.clip(1 - np.square(along / reach), 0, 1)
    crisp = np.exp(-np.abs(across) / np.float32(rng.uniform(0.02, 0.06)))
    work.relief += np.float32(rng.uniform(-0.008, 0.008)) * fade * crisp


def _wire(sheet, work, place, rng):
  """The nose wire under the cloth, and where it is bent over the nose."""
  reach, half = rng.uniform(0.2, 0.32), rng.uniform(0.008, 0.014)
  inside = np.clip((reach - np.abs(sheet.x)) / 0.008, 0, 1)
  from_middle = np.abs(sheet.y - place)
  bar = np.clip((half - from_middle) / 0.004 + 0.5, 0, 1) * inside
  work.relief += np.float32(rng.uniform(0.0015, 0.004)) * bar
  sheet_lib.shade(work, bar, rng.uniform(0.97, 1.05))
  rim = sheet.band(from_middle, half, 0.004) * inside
  sheet_lib.shade(work, rim, rng.uniform(0.84, 0.96))
  pinch = rng.uniform(0.3, 1.0)
  near = np.clip(1 - sheet.y / (3 * place), 0, 1)
  bend = rng.uniform(0.05, 0.09)
  for side in (-1, 1):
    at = side * sheet.x - bend
    kink = np.exp(-np.abs(at) / 0.014)
    work.relief -= np.float32(0.006 * pinch) * kink * near


def _weld_lines(sheet, work, band, rng):
  """Pressed dashes or dots above and below the wire, and along the bottom."""
  pitch = rng.uniform(48, 75)
  duty = rng.uniform(0.4, 0.7)
  strength = rng.uniform(0.72, 0.92)
  from_bottom = sheet.y[-1:] - sheet.y
  marks = (sheet.x * np.float32(pitch)) % 1 < duty
  for y, place in (
    (sheet.y, 0.016),
    (sheet.y, band - 0.006),
    (from_bottom, 0.025),
  ):
    line = sheet.band(y, place, 0.0035) * marks
    sheet_lib.shade(work, line, strength)
    work.relief -= 0.002 * line


def _side_welds(sheet, work, rng):
  """A strip at each side, welded by a grid of dots, and the loops' ends."""
  side = sheet.x[:, -1:] - np.abs(sheet.x)
  width = rng.uniform(0.045, 0.085)
  strip = np.clip((width - side) / 0.005, 0, 1) + 0 * sheet.v
  work.relief += np.float32(rng.uniform(0.001, 0.004)) * strip
  sheet_lib.shade(work, strip, rng.uniform(0.98, 1.08))
  fold = sheet.band(side, width + 0.004, 0.005) + 0 * sheet.v
  sheet_lib.shade(work, fold, rng.uniform(0.8, 0.94))
  pitch = rng.uniform(42, 62)
  strength = rng.uniform(0.62, 0.86)
  rows = int(rng.integers(1, 4))
  dots = np.zeros(sheet.shape, np.float32)
  for k in range(rows):
    marks = (sheet.y * np.float32(pitch) + 0.5 * (k % 2)) % 1 < 0.55
    place = width * (k + 0.6) / (rows + 0.2)
    dots += sheet.band(side, place, 0.005) * marks
  if rng.random() < 0.6:  # loops are welded on at the corners
    ends = np.minimum(sheet.y, sheet.y[-1:] - sheet.y)
    patch = (side < 1.1 * width) & (ends < rng.uniform(0.035, 0.07))
    grid = np.sin(sheet.x * np.float32(420)) * np.sin(sheet.y * np.float32(420))
    dots = np.maximum(dots, patch * np.clip(2 * grid, 0, 1))
  sheet_lib.shade(work, np.minimum(dots, 1), strength)
  work.relief -= np.float32(0.002) * dots


def _emboss(sheet, work, rng):
  """Outer layers of some makes are pressed with diamonds or ribs."""
  fine = np.float32(rng.uniform(260, 380))
  slant = np.float32(rng.uniform(0.5, 1.2))
  marks = np.sin(sheet.x * fine + sheet.y * fine * slant)
  if rng.random() < 0.6:
    marks = marks * np.sin(sheet.x * fine - sheet.y * fine * slant)
  sheet_lib.shade(work, np.clip(marks, 0, 1), rng.uniform(0.84, 0.95))


def _binding(sheet, params, work, rng):
  """Tape sewn round the sides, of which the ties are made."""
  side = sheet.x[:, -1:] - np.abs(sheet.x)
  width = rng.uniform(0.028, 0.045)
  tape = np.clip((width - side) / 0.004, 0, 1) + 0 * sheet.v
  white = np.float32([0.8, 0.8, 0.8])
  colour = white if np.mean(params.colour) > 100 else work.albedo
  work.albedo += (colour - work.albedo) * tape[..., None]
  work.relief += 0.005 * tape
  sheet_lib.shade(
    work, sheet.band(side, width + 0.005, 0.005) + 0 * sheet.v, 0.76
  )
  stitches = (sheet.y * rng.uniform(50, 70)) % 1 < 0.6
  sheet_lib.shade(work, sheet.band(side, width * 0.5, 0.004) * stitches, 0.82)
