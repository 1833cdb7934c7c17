"""Masks with clear plastic, laid flat: windows, shields, clear respirators.

Clear plastic hides little: a haze, some fog and what it reflects. It is mask
all the same wherever it lies before the face.
"""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks.cloth import sheet as sheet_lib

_WHITE, _SHADE = np.float32([0.9, 0.93, 0.96]), np.float32([0.03, 0.025, 0.02])
_CORNERS = list(anatomy.MOUTH_CORNERS)


def _lay(work, colour, amount):
  """Puts a film of a linear colour over what is there."""
  amount = np.clip(amount, 0, 1)
  total = amount + work.opacity * (1 - amount)
  share = (amount / np.maximum(total, 1e-3))[..., None]
  work.albedo += (colour - work.albedo) * share
  work.opacity[:] = total


def _start(work):
  """Makes everything clear."""
  work.opacity = np.zeros_like(work.tone)
  work.albedo[:] = _WHITE


def _noise(sheet, cells, rng):
  """Noise of unit amplitude with `cells` (rows, columns) bumps."""
  coarse = rng.standard_normal(cells).astype(np.float32)
  size = sheet.shape[::-1]
  return cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)


def _clouds(sheet, cells, rng):
  """Soft noise in [0, 1]."""
  return np.clip(0.5 + 0.5 * _noise(sheet, cells, rng), 0, 1)


def _reflections(sheet, work, strength, rng):
  """What a bent plate mirrors: windows and lamps drawn out to streaks."""
  middle = sheet.y[-1, 0] / 2
  for _ in range(rng.integers(2, 5)):
    x0 = rng.uniform(-0.95, 0.95) * sheet.x[0, -1]
    lean, bend = rng.uniform(-0.3, 0.3), rng.uniform(-0.5, 0.5)
    y = sheet.y - middle
    line = np.abs(sheet.x - x0 - lean * y - bend * y**2)
    half = rng.uniform(0.006, 0.05)
    edge = rng.uniform(0.004, 0.03)
    streak = np.clip((half - line) / edge + 0.5, 0, 1)
    y0, tall = rng.uniform(0.1, 0.9), rng.uniform(0.15, 0.6)
    ends = np.clip((tall - np.abs(sheet.v - y0)) / rng.uniform(0.05, 0.3), 0, 1)
    patchy = 0.5 + 0.5 * _clouds(sheet, (4, 6), rng)
    _lay(work, _WHITE, strength * rng.uniform(0.3, 1) * streak * ends * patchy)


def _fog(sheet, work, at, size, amount, rng):
  """Breath on the inner side."""
  away = np.hypot(sheet.x - at[0], (sheet.y - at[1]) * 1.2) / size
  fog = np.clip(1.2 - away, 0, 1) * (0.4 + 0.6 * _clouds(sheet, (6, 9), rng))
  _lay(work, _WHITE * 0.8, amount * fog)


def _dents(sheet, work, count, rng):
  """Creases of thin film: a bright line beside a dark one."""
  for _ in range(count):
    turn = rng.uniform(-1.2, 1.2)
    across = (sheet.x - rng.uniform(-0.15, 0.15)) * np.cos(turn)
    across = across + (sheet.y - sheet.y[-1, 0] * rng.uniform(0.3, 0.8)) * (
      np.sin(turn)
    )
    fade = 0.3 * _clouds(sheet, (5, 7), rng)
    _lay(work, _WHITE, fade * sheet.band(across, 0, 0.007))
    _lay(work, _SHADE, 0.5 * fade * sheet.band(across, 0.012, 0.008))


def _window(sheet, params, work, rng):
  """Sewn cloth with a clear window before the mouth."""
  sheet_lib.stamp(sheet, params, work, rng)
  sheet_lib.wrinkle(sheet, work, 0.007 * sheet_lib.slack(params), rng)
  sheet_lib.hem(sheet, work, rng.uniform(0.02, 0.035), True, rng)
  sheet_lib.weave(sheet, work, rng)
  mouth = sheet.marks[_CORNERS].mean(0)
  half = rng.uniform(0.22, 0.34), rng.uniform(0.1, 0.17)
  power = float(rng.choice([2.0, 2.6, 5.0]))
  room = half[1] + 0.06
  y0 = mouth[1] + rng.uniform(-0.02, 0.03)
  y0 = min(max(y0, room), max(sheet.y[-1, 0] - room, 0.5 * sheet.y[-1, 0]))
  dx, dy = np.abs(sheet.x - mouth[0]) / half[0], np.abs(sheet.y - y0) / half[1]
  ring = (dx**power + dy**power) ** (1 / power)
  # Face widths outwards from the window's edge.
  out = (ring - 1) * half[1]
  binding = rng.uniform(0.014, 0.026)
  bound = np.clip((binding - np.abs(out - binding)) / 0.005, 0, 1)
  own = rng.random() < 0.6
  tone = sheet_lib.linear(params.colour if own else params.accent) * 0.9
  work.albedo += (tone - work.albedo) * bound[..., None]
  work.relief += 0.008 * bound
  stitch = ((sheet.x + sheet.y) * rng.uniform(50, 70)) % 1 < 0.6
  sheet_lib.shade(work, stitch * sheet.band(out, 1.2 * binding, 0.004), 0.75)
  sheet_lib.shade(work, sheet.band(out, 2.2 * binding, 0.008), 0.75)
  cloth, cover = work.albedo.copy(), np.clip(out / 0.006 + 0.5, 0, 1)
  _start(work)
  _lay(work, _WHITE, np.full_like(work.tone, rng.uniform(0.05, 0.16)))
  # The cloth's rim shades the plastic and the face behind it.
  _lay(work, _SHADE, 0.4 * np.exp(np.minimum(out, 0) / 0.02) * (sheet.y < y0))
  _lay(work, _SHADE, 0.18 * np.exp(np.minimum(out, 0) / 0.03))
  _fog(sheet, work, (mouth[0], y0), half[0], rng.uniform(0, 0.45), rng)
  _dents(sheet, work, int(rng.integers(0, 4)), rng)
  _reflections(sheet, work, rng.uniform(0.25, 0.8), rng)
  work.albedo += (cloth - work.albedo) * cover[..., None]
  work.opacity += (1 - work.opacity) * cover
  work.tone[:] = 1 + (work.tone - 1) * cover
  work.relief *= cover


def _rim(sheet, work, width, amount):
  """The plate's cut edge catches light."""
  edge = np.minimum(
    np.minimum(sheet.y, sheet.y[-1:] - sheet.y),
    sheet.x[:, -1:] - np.abs(sheet.x),
  )
  _lay(work, _WHITE, amount * sheet.band(edge, 0.3 * width, 0.5 * width))
  _lay(work, _SHADE, 0.5 * amount * sheet.band(edge, 1.6 * width, 0.6 * width))


def _shield(sheet, params, work, rng):
  face = params.mask_type == "face_shield"
  _start(work)
  solid = sheet_lib.linear(params.colour)
  if face:
    _brow_band(sheet, work, solid, rng)
  haze = rng.uniform(0.03, 0.1)
  _lay(work, _WHITE, haze + 0.1 * np.abs(sheet.u) ** 3 + 0 * sheet.v)
  if not face:
    at = 0.0, sheet.y[-1, 0] * rng.uniform(0.35, 0.6)
    _fog(sheet, work, at, 0.25, rng.uniform(0, 0.3), rng)
  _reflections(sheet, work, rng.uniform(0.35, 0.95), rng)
  _rim(sheet, work, rng.uniform(0.006, 0.012), rng.uniform(0.35, 0.75))
  if not face and rng.random() < 0.75:
    _chin_bar(sheet, work, solid, rng)
  work.shine = rng.uniform(0.1, 0.3)


def _brow_band(sheet, work, solid, rng):
  """A band of foam behind the plate, a strip of plastic before it."""
  tall = rng.uniform(0.1, 0.2)
  strip = tall * rng.uniform(0.35, 1.0)
  foam = sheet_lib.linear((226, 226, 222)) * rng.uniform(0.25, 1.0)
  _lay(work, foam, np.clip((tall - sheet.y) / 0.008, 0, 1) + 0 * sheet.u)
  work.tone *= 1 + 0.06 * _noise(sheet, (6, 50), rng)
  _lay(work, solid, np.clip((strip - sheet.y) / 0.006, 0, 1) + 0 * sheet.u)
  sheet_lib.shade(work, sheet.band(sheet.y, strip, 0.01) + 0 * sheet.u, 0.75)
  # It darkens the forehead below.
  below = np.exp(-np.maximum(sheet.y - tall, 0) / 0.04) * (sheet.y > tall)
  _lay(work, _SHADE, 0.3 * below + 0 * sheet.u)


def _chin_bar(sheet, work, solid, rng):
  """A bar that rests on the chin, solid or of frosted plastic."""
  tall = rng.uniform(0.05, 0.1)
  low = sheet.y[-1, 0] - sheet.y
  reach = rng.uniform(0.5, 1.0)
  bar = np.clip((tall - low) / 0.006, 0, 1) * np.clip(
    (reach - np.abs(sheet.u)) / 0.02, 0, 1
  )
  if rng.random() < 0.35:
    solid, bar = _WHITE * 0.8, bar * 0.6
  _lay(work, solid, bar)
  work.relief += 0.02 * np.clip((tall - low) / 0.03, 0, 1) * (bar > 0.1)


def _respirator(sheet, params, work, rng):
  """A cup of clear silicone: its flange and folds are what one sees."""
  _start(work)
  tint = sheet_lib.linear((226, 234, 238))
  _lay(work, tint, np.full_like(work.tone, rng.uniform(0.08, 0.22)))
  ring = np.sqrt(np.square(sheet.u) + np.square(2 * sheet.v - 1))
  edge = np.minimum(
    np.minimum(sheet.y, sheet.y[-1:] - sheet.y),
    sheet.x[:, -1:] - np.abs(sheet.x),
  )
  flange = rng.uniform(0.06, 0.1)
  _lay(work, tint, 0.25 * np.clip((flange - edge) / 0.015, 0, 1))
  for place in (0.006, flange, flange + 0.04):
    _lay(work, _WHITE, rng.uniform(0.4, 0.8) * sheet.band(edge, place, 0.006))
    _lay(work, _SHADE, 0.3 * sheet.band(edge, place + 0.016, 0.01))
  for place in rng.uniform(0.35, 0.8, 2).tolist():
    patchy = _clouds(sheet, (5, 7), rng)
    _lay(work, _WHITE, 0.35 * patchy * sheet.band(ring, place, 0.025))
  _reflections(sheet, work, rng.uniform(0.4, 0.8), rng)
  mouth = sheet.marks[_CORNERS].mean(0)
  _fog(sheet, work, mouth, 0.3, rng.uniform(0.1, 0.5), rng)
  work.shine = 0.35


KINDS = {
  "cloth_window": _window,
  "mouth_shield": _shield,
  "face_shield": _shield,
  "clear_half_mask": _respirator,
}
