"""Ear loops and head straps, as visible lines in the picture."""

from typing import NamedTuple

import numpy as np

from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.surface import ears, hair, head, shapes, strap_looks

_STEPS = 14
# A strap is drawn while the head's surface under it faces the camera, or
# nearly: straps lie a little above it.
_GRAZING = 0.16
# Round the neck they do not.
_GRAZING_FLAT = -0.05
# Share of a kind that is tied behind the head instead of hung on the ears.
_TIED = {
  **{"surgical": 0.06, "cloth": 0.04, "n95": 1.0, "n95_valve": 1.0},
  **{"half_mask": 1.0, "clear_half_mask": 1.0, "face_shield": 1.0},
}
# How a strap hangs: least and largest sag, face widths. Most are taut.
_SAG = (-0.01, 0.025)
# Of a loop at least so much is seen, face widths, or none.
_SHORTEST = 0.055
# The row of a sport mask's side where the middle of an ear's panel begins.
_PANEL_ROW = 2
# How far an ear may lie behind the face for its loop to be seen at all, see
# ears.turned_away; the ears of a sport mask are seen from the side only.
_FAR, _LEAST_TURN = 0.3, -0.22
# How far a strap shows through the first strands of hair, face widths.
_STRANDS = (0.02, 0.07)
# A beard may grow under the beginning of a lower one, face widths.
_BEARD = 0.12
# A loop's end slips behind the ear, and a band's behind the head, over this
# length, face widths.
_SLIPS, _TURNS = 0.025, 0.06


class Strap(NamedTuple):
  """One visible strap."""

  points: np.ndarray  # [n, 2], px
  width: np.ndarray  # [n], face widths
  opacity: np.ndarray  # [n] in [0, 1]: hair hides its end
  colour: tuple[int, int, int]  # RGB in 0..255 under white light


def visible_straps(
  image: np.ndarray,
  landmarks: np.ndarray,
  surface: shapes.Surface,
  params: params_lib.MaskParams,
  rng: np.random.Generator,
) -> list[Strap]:
  """The visible parts of a mask's straps; [] for what wraps the head.

  Ear loops run to the roots of the ears, or fade under hair that hides them.

  Args:
    image: uint8 [H, W, 3], the photo.
    landmarks: float [468, 3], px.
    surface: the mask on this face.
    params: what the mask is.
    rng: draws the straps' colour and width, and where they meet ears or head.
  """
  if params.mask_type in params_lib.WRAPS:
    return []
  kind = params.mask_type
  loops = not is_tied(params)
  width = float(rng.uniform(*strap_looks.width(kind, loops)))
  jitter = rng.uniform(-0.04, 0.04, 2)
  fade = rng.uniform(*_STRANDS) * surface.width
  sag = rng.uniform(*_SAG)
  if loops and kind not in params_lib.SHIELDS:
    strands = _loops(landmarks, surface, kind, jitter, sag)
  else:
    strands = _bands(surface, kind, jitter, sag)
  widths = width * strap_looks.twists(len(strands), _STEPS, rng)
  if kind == "sport":
    widths = _panels(surface, width)
  colour = strap_looks.colour(params, rng)
  bare = [_shows_ear(image, landmarks, surface.frame, k) for k in (0, 1)]
  straps = []
  for k, strand in enumerate(strands):
    if len(strand) < 2:
      continue
    side = int(2 * k >= len(strands))
    opacity = np.ones(len(strand))
    if not bare[side]:
      beard = _BEARD * surface.width if k % (len(strands) // 2) else 0.0
      skin = hair.is_skin(image, landmarks, strand, side)
      opacity = hair.seen(skin, strand, fade, beard)
    else:
      left = np.linalg.norm(strand - strand[-1], axis=1) / surface.width
      opacity = np.clip(left / (_SLIPS if loops else _TURNS), 0, 1)
    # What is cut in one piece with the mask lies on it at first.
    edge = surface.points[shapes.ROWS // 2, -side, :2]
    covered = np.linalg.norm(edge - strand[0]) if kind == "sport" else 0.0
    shown = strand[opacity > 0.5]
    least = _SHORTEST * surface.width
    if len(shown) < 2 or _length(shown) - covered < least:
      continue
    wide = _turned(widths[k, : len(strand)], kind)
    straps.append(Strap(strand, wide, opacity, colour))
  return straps


def _loops(landmarks, surface, kind, jitter, sag):
  """Strands [n, 2] from the mask's corners straight to the ears' roots."""
  roots = ears.roots(landmarks, surface.frame)
  away = ears.turned_away(surface.frame)
  t = np.linspace(0, 1, _STEPS)[:, None]
  # Cloth of one piece with the mask begins well inside it.
  inset, inside = (_PANEL_ROW, 2) if kind == "sport" else (0, 0)
  strands = []
  for side in (0, 1):
    column = -1 - inside if side else inside
    for k, row in enumerate((inset, shapes.ROWS - 1 - inset)):
      start = surface.points[row, column].copy()
      start += 0.08 * (surface.points[shapes.ROWS // 2, -side] - start)
      end = roots[side, k] + surface.width * jitter[k] * surface.frame.axes[1]
      hidden = surface.normals[row, column, 2] > -0.05
      nearest = _LEAST_TURN if kind == "sport" else (_FAR, -0.12)[k]
      if hidden or away[side] > nearest:
        strands.append(np.zeros((0, 2)))
        continue
      if away[side] > 0:  # It ends where the face turns out of sight.
        end -= away[side] * 0.12 * surface.width * surface.frame.axes[2]
      strand = start + (end - start) * t
      strand += sag * surface.width * np.sin(np.pi * t) * surface.frame.axes[1]
      strands.append(strand[:, :2])
  return strands


def _bands(surface, kind, jitter, sag):
  """Strands [n, 2] of bands round the head, as far as they are seen."""
  routes = _routes(surface, kind, jitter)
  points, facing = _strands(surface.frame, surface.mesh, routes, sag)
  strands = []
  for strand, seen in zip(points, facing, strict=True):
    hidden = np.flatnonzero(~seen)
    strands.append(strand[: hidden[0] if hidden.size else _STEPS])
  return strands


def _shows_ear(image, landmarks, frame, side):
  """Whether no hair hides the ear."""
  middle = ears.middles(landmarks, frame)[side, :2]
  spread = 0.03 * frame.width * frame.axes[:2, :2]
  places = (
    middle + np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]) @ spread
  )
  return hair.is_skin(image, landmarks, places, side).sum() >= 3


def _turned(widths, kind):
  """Broad bands are seen edge-on where they turn out of sight."""
  if kind not in ("half_mask", "face_shield"):
    return widths
  return widths * np.clip(0.6 + 0.2 * np.arange(len(widths))[::-1], 0, 1)


def _routes(surface, kind, jitter):
  """Where strands begin and end, angle and height [n, 2].

  Those of shields begin in the air, at radii [n]; others have 0 there.
  """
  starts, ends, off = [], [], []
  for side, column in ((-1, 0), (1, -1)):
    for row, end in _ends(kind, jitter):
      x, y, z = surface.frame.to_head(surface.points[row, column])
      forward = -z - head.AXIS
      starts.append((np.arctan2(x, forward), y))
      off.append(np.hypot(x, forward) * (kind in params_lib.SHIELDS))
      ends.append((side * end[0], end[1] or y))
  return np.array(starts), np.array(ends), np.array(off)


def _length(strand):
  """From end to end, px."""
  return float(np.linalg.norm(strand[-1] - strand[0]))


def is_tied(params: params_lib.MaskParams) -> bool:
  """Whether a mask is tied, or held, behind the head and not on the ears."""
  chance = np.random.default_rng([params.seed, 1]).random()
  return bool(chance < _TIED.get(params.mask_type, 0))


def _panels(surface, width):
  """Widths [4, steps] of a sport mask's ears, cut in one piece with it."""
  taper = (1 - np.linspace(0, 1, _STEPS)) ** 1.4
  widths = []
  for column in (0, -1):
    side = surface.points[:, column]
    height = np.linalg.norm(side[-1] - side[0]) / surface.width
    # Each grows out of the rows around its own, see _ends.
    wide = 2 * _PANEL_ROW / (shapes.ROWS - 1) * height
    end = min(width, 0.6 * wide)
    widths += 2 * [end + (wide - end) * taper]
  return np.array(widths)


def _ends(kind, jitter):
  """Row of the mask's edge, and (angle, height) where its strap ends."""
  last = shapes.ROWS - 1
  if kind == "face_shield":  # a band round the head at its upper edge
    return ((1, (np.radians(150), 0.0)),)
  if kind == "mouth_shield":
    return (
      (1, (np.radians(106), -0.14 + 1.5 * jitter[0])),
      (last - 1, (np.radians(107), 0.13 + jitter[1])),
    )
  inset = 1 if kind in strap_looks.RIBBONS else last // 3
  return (
    (inset, (np.radians(160), -0.56 + jitter[0])),
    (last - inset, (np.radians(160), 0.36 + jitter[1])),
  )


def _strands(frame, mesh, routes, sag):
  """Points [n, steps, 2] of strands, and where they face the camera.

  Those that begin in the air run straight to their ends unless the head is in
  their way.
  """
  starts, ends, off = routes
  t = np.linspace(0, 1, _STEPS)
  angle, height = (
    starts[:, k, None] + (ends - starts)[:, k, None] * t for k in (0, 1)
  )
  height = height + sag * np.sin(np.pi * t)
  air = 0.0
  if off.any():
    end = head.skin_radius(mesh, ends[:, 0], ends[:, 1], turn_in=0.0)
    across, ahead = (
      first[:, None] + (last - first)[:, None] * t
      for first, last in (
        (off * np.sin(starts[:, 0]), end * np.sin(ends[:, 0])),
        (off * np.cos(starts[:, 0]), end * np.cos(ends[:, 0])),
      )
    )
    angle, air = np.arctan2(across, ahead), np.hypot(across, ahead)
  # Straps run past the jaw to the ear, where skin turns in no further.
  radius = head.skin_radius(mesh, angle, height, turn_in=0.0) + 0.012
  radius = np.maximum(radius, air)
  points = frame.from_cylinder(angle, height, radius)
  outwards = np.stack([np.sin(angle), 0 * angle, -np.cos(angle)], -1)
  limit = np.where(height > 0.3, _GRAZING_FLAT, _GRAZING)
  return points[..., :2], (outwards @ frame.axes)[..., 2] < limit
