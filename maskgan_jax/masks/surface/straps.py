"""Ear loops and head straps, as visible lines in the picture."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.surface import head, shapes, strap_looks

_STEPS = 14
# A strap is drawn while the head's surface under it faces the camera, or
# nearly: straps lie a little above it.
_GRAZING = 0.16
# Round the neck they do not, nor do ears of cloth.
_GRAZING_FLAT = -0.05
# Share of a kind that is tied behind the head instead of hung on the ears.
_TIED = {
  **{"surgical": 0.12, "cloth": 0.08, "n95": 1.0, "n95_valve": 1.0},
  **{"half_mask": 1.0, "clear_half_mask": 1.0, "face_shield": 1.0},
}
# How a strap hangs: least and largest sag, face widths. Most are taut.
_SAG = (-0.01, 0.025)
# How straight a loop runs in the picture, from 0, along the skin, to 1.
_TAUT = 0.8
# Of a loop at least so much is seen, face widths, or none.
_SHORTEST = 0.055
# Share of loops that are twisted once: there they are seen edge-on.
_TWISTED = 0.2
# The row of a sport mask's side where the middle of an ear's panel begins.
_PANEL_ROW = 2
# Landmarks whose skin stands for the whole face's.
_CHEEKS = (*anatomy.CHEEK_BONES, 117, 346, 101, 330)
# Skin whose colour and brightness differ by more than this is hair or cloth.
_NOT_SKIN = 1.0


class Strap(NamedTuple):
  """One visible strap."""

  points: np.ndarray  # [n, 2], px
  width: np.ndarray  # [n], face widths
  colour: tuple[int, int, int]  # RGB in 0..255 under white light


def visible_straps(
  image: np.ndarray,
  landmarks: np.ndarray,
  surface: shapes.Surface,
  params: params_lib.MaskParams,
  rng: np.random.Generator,
) -> list[Strap]:
  """The visible parts of a mask's straps; [] for what wraps the head.

  Ear loops mostly end where hair begins that hangs over the ear.

  Args:
    image: uint8 [H, W, 3], the photo.
    landmarks: float [468, 3], px.
    surface: the mask on this face.
    params: what the mask is.
    rng: draws the straps' colour and width, and where they meet ears or head.
  """
  if params.mask_type in params_lib.WRAPS:
    return []
  kind, frame, mesh = params.mask_type, surface.frame, surface.mesh
  loops = not is_tied(params)
  width = float(rng.uniform(*strap_looks.width(kind, loops)))
  jitter = rng.uniform(-0.04, 0.04, 2)
  under_hair = rng.random() < 0.88
  routes = _routes(surface, kind, loops, jitter)
  grazing = _GRAZING_FLAT if kind == "sport" else _GRAZING
  points, facing = _strands(frame, mesh, routes, rng.uniform(*_SAG), grazing)
  widths = width * _twists(len(points), rng)
  if kind == "sport":
    widths = _panels(surface, width)
  colour, least_seen = (
    strap_looks.colour(params, rng),
    _SHORTEST * surface.width,
  )
  straps = []
  for k, strand in enumerate(points):
    hidden = np.flatnonzero(~facing[k])
    strand = strand[: hidden[0] if hidden.size else _STEPS]
    if (
      under_hair
      and len(strand) > 1
      and (loops or kind not in strap_looks.RIBBONS)
    ):
      # A beard may grow under the first half of a lower one.
      least = 1 if k % 2 == 0 else len(strand) // 2
      strand = strand[: max(_skin_end(image, landmarks, strand), least)]
    # What is cut in one piece with the mask lies on it at first.
    edge = surface.points[shapes.ROWS // 2, 0 if k < 2 else -1, :2]
    covered = np.linalg.norm(edge - points[k, 0]) if kind == "sport" else 0.0
    if len(strand) < 2 or _length(strand) - covered < least_seen:
      continue
    if loops and kind != "sport":
      chord = np.linspace(strand[0], strand[-1], len(strand))
      strand = strand + _TAUT * (chord - strand)
    wide = _turned(widths[k, : len(strand)], kind)
    straps.append(Strap(strand, wide, colour))
  return straps


def _turned(widths, kind):
  """Broad bands are seen edge-on where they turn out of sight."""
  if kind not in ("half_mask", "face_shield"):
    return widths
  return widths * np.clip(0.6 + 0.2 * np.arange(len(widths))[::-1], 0, 1)


def _routes(surface, kind, loops, jitter):
  """Where strands begin and end, angle and height [n, 2].

  Those of shields begin in the air, at radii [n]; others have 0 there.
  """
  # Cloth of one piece with the mask begins well inside it.
  inside = 2 if kind == "sport" else 0
  starts, ends, off = [], [], []
  for side, column in ((-1, inside), (1, -1 - inside)):
    for row, end in _ends(kind, loops, jitter):
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


def _twists(count, rng):
  """Factors [count, steps] on the width: some bands turn once on their way."""
  t = np.linspace(0, 1, _STEPS)
  twisted = rng.random((count, 1)) < _TWISTED
  middle = rng.uniform(0.2, 0.8, (count, 1))
  return 1 - 0.6 * twisted * np.exp(-(((t - middle) / 0.12) ** 2))


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


def _ends(kind, loops, jitter):
  """Row of the mask's edge, and (angle, height) where its strap ends."""
  last = shapes.ROWS - 1
  if kind == "face_shield":  # a band round the head at its upper edge
    return ((1, (np.radians(150), 0.0)),)
  if not loops:
    inset = 1 if kind in strap_looks.RIBBONS else last // 3
    return (
      (inset, (np.radians(160), -0.56 + jitter[0])),
      (last - inset, (np.radians(160), 0.36 + jitter[1])),
    )
  inset = _PANEL_ROW if kind == "sport" else 1
  return (
    (inset, (np.radians(106), -0.14 + 1.5 * jitter[0])),
    (last - inset, (np.radians(107), 0.13 + jitter[1])),
  )


def _strands(frame, mesh, routes, sag, grazing):
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
  limit = np.where(height > 0.3, _GRAZING_FLAT, grazing)
  return points[..., :2], (outwards @ frame.axes)[..., 2] < limit


def _skin_end(image, landmarks, strand):
  """How many of a strand's points lie before the hair over the ear begins.

  Only its second half is asked: a beard may grow under the first.
  """
  cheeks = landmarks[list(_CHEEKS), :2]
  points = np.concatenate([cheeks, strand]).astype(int)
  limit = np.array(image.shape[1::-1]) - 1
  points = np.clip(points, 0, limit)
  colours = image[points[:, 1], points[:, 0]][None]
  lab = cv2.cvtColor(colours, cv2.COLOR_RGB2LAB)[0].astype(np.float32)
  skin = np.median(lab[: len(cheeks)], 0)
  away = np.abs(lab[len(cheeks) :] - skin) / [60.0, 14.0, 14.0]
  is_skin = np.flatnonzero(away.max(1) < _NOT_SKIN)
  return int(is_skin[-1]) + 2 if is_skin.size else 0
