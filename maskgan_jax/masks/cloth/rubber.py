"""Half-mask respirators: the face piece laid flat, its filters and valves."""

import numpy as np

from maskgan_jax.masks.cloth import sheet as sheet_lib
from maskgan_jax.masks.surface import parts

# RGB under white light.
_FELT = (
  *((206, 70, 128), (214, 84, 140), (224, 222, 214), (232, 230, 226)),
  *((120, 122, 126), (90, 110, 150)),
)
_PLASTIC = (
  *((40, 41, 44), (58, 60, 64), (104, 106, 110), (170, 172, 172)),
  *((216, 216, 212), (60, 72, 96)),
)
_LABEL = (
  *((226, 190, 40), (206, 70, 128), (232, 232, 228), (150, 152, 60)),
  *((60, 120, 80), (200, 120, 50), (40, 41, 44)),
)


def _pick(colours, rng):
  colour = np.array(colours[rng.integers(len(colours))])
  return sheet_lib.linear(colour + rng.integers(-6, 7, 3))


def _face_piece(sheet, params, work, rng):
  """A soft flange at the skin and a harder front that carries the filters."""
  sheet_lib.wrinkle(sheet, work, 0.0012, rng)
  edge = np.minimum(
    np.minimum(sheet.y, sheet.y[-1:] - sheet.y),
    sheet.x[:, -1:] - np.abs(sheet.x),
  )
  flange = rng.uniform(0.035, 0.06)
  work.relief += 0.02 * np.clip((edge - flange) / 0.02, 0, 1)
  sheet_lib.shade(work, sheet.band(edge, flange, 0.01), 0.62)
  sheet_lib.shade(work, sheet.band(edge, 0.004, 0.008), 1.25)
  # The front: from the nose to the chin, wider below.
  half = rng.uniform(0.12, 0.17) * (0.7 + 0.5 * sheet.v)
  inside = np.minimum(half - np.abs(sheet.x), 0.9 * (sheet.y - 0.16))
  inside = np.minimum(inside, sheet.y[-1:] - 0.1 - sheet.y)
  front = np.clip(inside / 0.01, 0, 1)
  if rng.random() < 0.6:
    tone = _pick(_PLASTIC, rng)
    work.albedo += (tone - work.albedo) * front[..., None]
  work.relief += 0.025 * np.clip(inside / 0.03, 0, 1)
  sheet_lib.shade(work, sheet.band(inside, -0.008, 0.01), 0.6)
  sheet_lib.shade(work, sheet.band(inside, 0.012, 0.006) * front, 1.2)
  # Ridges over the bridge of the nose.
  for y0 in (0.06, 0.09, 0.12):
    ridge = sheet.band(sheet.y, y0, 0.008) * np.clip(
      (0.12 - np.abs(sheet.x)) / 0.03, 0, 1
    )
    work.relief += 0.004 * ridge
  if rng.random() < 0.5:
    text = str(rng.choice(["6200", "7502", "M", "FFP3", "AIR"]))
    sheet_lib.lettering(sheet, work, text, (0.03, 0.36), 0.6)
  work.shine = rng.uniform(0.05, 0.2)
  sheet_lib.speckle(work, 0.015, rng)


def _rings(sheet):
  """Share of the way to the part's rim, and the angle around its middle."""
  a, b = sheet.u, 2 * sheet.v - 1
  return np.maximum(np.abs(a), np.abs(b)) / parts.FACE, np.arctan2(b, a)


def _wall(sheet, work, ring):
  """The step from the face to the wall."""
  sheet_lib.shade(work, np.clip((ring - 1.0) * 30, 0, 1), 0.7)
  sheet_lib.shade(work, sheet.band(ring, 0.985, 0.025), 1.15)


def _pad(sheet, params, work, rng):
  """A disc of felt with a welded rim, often with a hub."""
  ring, _ = _rings(sheet)
  work.albedo[:] = _pick(_FELT, rng)
  work.relief += 0.012 * np.clip((0.86 - ring) / 0.1, 0, 1)
  sheet_lib.shade(work, sheet.band(ring, 0.9, 0.03), 0.72)
  sheet_lib.shade(work, np.clip((ring - 0.92) * 20, 0, 1), 0.9)
  if rng.random() < 0.5:
    tone, size = _pick(_PLASTIC, rng), rng.uniform(0.16, 0.34)
    hub = np.clip((size - ring) * 30, 0, 1)
    work.albedo += (tone - work.albedo) * hub[..., None]
    work.relief += 0.014 * hub
    sheet_lib.shade(work, sheet.band(ring, size + 0.04, 0.04), 0.65)
  if rng.random() < 0.6:
    text = str(rng.choice(["P100", "P3", "OV/P100", "N95", "2091"]))
    place = (-0.03, rng.uniform(0.27, 0.34))
    sheet_lib.lettering(sheet, work, text, place, rng.uniform(0.4, 0.8))
  _wall(sheet, work, ring)
  sheet_lib.speckle(work, 0.06, rng)


def _cartridge(sheet, params, work, rng):
  """A plastic case: a grille before, a coloured label around it."""
  ring, _ = _rings(sheet)
  work.albedo[:] = _pick(_PLASTIC[:4], rng)
  grille = np.clip((rng.uniform(0.7, 0.84) - ring) * 25, 0, 1)
  period, turn = rng.uniform(9, 15), rng.choice([0.0, 0.0, np.pi / 4])
  a = sheet.u * np.cos(turn) + (2 * sheet.v - 1) * np.sin(turn)
  b = (2 * sheet.v - 1) * np.cos(turn) - sheet.u * np.sin(turn)
  holes = np.clip((0.3 - np.abs(b * period / 2 % 1 - 0.5)) * 8, 0, 1)
  if rng.random() < 0.5:
    holes = holes * np.clip((0.34 - np.abs(a * period / 2 % 1 - 0.5)) * 8, 0, 1)
  sheet_lib.shade(work, holes * grille, 0.35)
  work.relief -= 0.006 * holes * grille
  work.relief += 0.012 * np.clip((0.92 - ring) / 0.06, 0, 1)
  label = _pick(_LABEL, rng)
  if rng.random() < 0.5:  # across the face
    v0, tall = rng.uniform(0.3, 0.7), rng.uniform(0.07, 0.13)
    strip = np.clip((tall - np.abs(sheet.v - v0)) * 80, 0, 1) * grille
  else:
    strip = np.clip((ring - 1.1) * 30, 0, 1) * np.clip((1.3 - ring) * 30, 0, 1)
  work.albedo += (label - work.albedo) * strip[..., None]
  work.tone += (0.95 - work.tone) * strip
  _wall(sheet, work, ring)
  work.shine = 0.05


def _drum(sheet, params, work, rng):
  """A screwed ring that holds a round filter, knurled at its wall."""
  ring, around = _rings(sheet)
  work.albedo[:] = _pick(_PLASTIC, rng)
  size = rng.uniform(0.6, 0.8)
  felt = np.clip((size - ring) * 30, 0, 1)
  work.albedo += (_pick(_FELT, rng) - work.albedo) * felt[..., None]
  work.relief -= 0.014 * felt
  if rng.random() < 0.7:  # bars hold it
    count = int(rng.integers(3, 7))
    bars = np.clip(np.abs(np.sin(around * count / 2)) * ring * 6, 0, 1)
    bar = felt * (1 - np.clip(bars - 0.5, 0, 1) * 2).clip(0, 1)
    work.albedo += (work.albedo[0, 0] - work.albedo) * bar[..., None]
    work.relief += 0.01 * bar
  for place in (0.3, 0.5):
    sheet_lib.shade(work, sheet.band(ring, place, 0.02) * felt, 0.85)
  sheet_lib.shade(work, sheet.band(ring, size, 0.03), 0.55)
  knurls = np.clip(np.sin(around * 30) * 2, 0, 1) * np.clip(
    (ring - 1.05) * 20, 0, 1
  )
  sheet_lib.shade(work, knurls, 0.7)
  _wall(sheet, work, ring)
  work.shine = 0.06


def _valve(sheet, params, work, rng):
  """The cover of an exhalation valve, with slots."""
  ring, around = _rings(sheet)
  clear = params.mask_type == "clear_half_mask"
  pale = sheet_lib.linear((232, 234, 234))
  work.albedo[:] = pale if clear else _pick(_PLASTIC, rng)
  size = rng.uniform(0.62, 0.8)
  work.relief += 0.01 * np.clip((size - ring) / 0.06, 0, 1)
  sheet_lib.shade(work, sheet.band(ring, size, 0.03), 0.6)
  inside = np.clip((size - 0.08 - ring) * 20, 0, 1)
  if clear or rng.random() < 0.4:  # a cross, or spokes
    count = int(rng.choice([2, 3, 4]))
    spokes = np.abs(np.sin(around * count)) * ring
    gap = inside * np.clip((spokes - 0.14) * 14, 0, 1)
    sheet_lib.shade(work, gap, 0.72 if clear else 0.4)
    work.relief -= 0.008 * gap
  else:
    slots = np.clip((0.26 - np.abs(sheet.v * 5 % 1 - 0.5)) * 10, 0, 1)
    sheet_lib.shade(work, slots * inside, 0.4)
    work.relief -= 0.006 * slots * inside
  _wall(sheet, work, ring)
  work.shine = 0.06


KINDS = {"half_mask": _face_piece}
PARTS = {"pad": _pad, "cartridge": _cartridge, "drum": _drum, "valve": _valve}
