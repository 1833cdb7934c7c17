"""Ear loops and head straps, as visible lines in the picture."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.surface import head, shapes

_STEPS = 14
# A strap is drawn while the head's surface under it faces the camera, or
# nearly: straps lie a little above it.
_GRAZING = 0.16
# Round the neck they do not, nor do ears of cloth.
_GRAZING_FLAT = -0.05
# Share of a kind that is tied behind the head instead of hung on the ears.
_TIED = {"surgical": 0.12, "cloth": 0.08, "n95": 1.0, "n95_valve": 1.0}
# Widths of what is tied, where it is not elastic, face widths.
_RIBBONS = {"surgical": (0.025, 0.045), "cloth": (0.02, 0.04)}
# Share of a kind whose straps are neither white elastic nor of its own cloth.
_OWN_COLOUR = {
  **{"surgical": 0.1, "kn95": 0.1, "kf94": 0.1, "n95": 0.4},
  **{"n95_valve": 0.4, "cloth": 0.35, "cloth_two_layer": 0.35},
}
# Most of these are black, white or grey.
_CALM = (
  *((36, 36, 40), (235, 234, 230), (44, 44, 46), (226, 226, 222)),
  *((120, 122, 126), (34, 54, 108)),
)
_LOUD = (
  *((40, 90, 170), (228, 190, 50), (216, 62, 110), (190, 44, 46)),
  (90, 170, 70),
)
_IS_LOUD = 0.25
# White elastic, a little grey. Dark masks have dark straps instead.
_ELASTIC = (219, 219, 219)
_DARK = 80
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
  width = float(rng.uniform(*_width(kind, loops)))
  jitter = rng.uniform(-0.04, 0.04, 2)
  under_hair = rng.random() < 0.88
  # Cloth of one piece with the mask begins well inside it.
  inside = 2 if kind == "sport" else 0
  starts, ends = [], []
  for side, column in ((-1, inside), (1, -1 - inside)):
    for row, end in _ends(kind, loops, jitter):
      start = frame.to_head(surface.points[row, column])
      starts.append((np.arctan2(start[0], -start[2] - head.AXIS), start[1]))
      ends.append((side * end[0], end[1]))
  grazing = _GRAZING_FLAT if kind == "sport" else _GRAZING
  points, facing = _strands(
    frame, mesh, np.array(starts), np.array(ends), rng.uniform(*_SAG), grazing
  )
  widths = width * _twists(len(points), rng)
  if kind == "sport":
    widths = _panels(surface, width)
  colour, least_seen = _colour(params, rng), _SHORTEST * surface.width
  straps = []
  for k, strand in enumerate(points):
    hidden = np.flatnonzero(~facing[k])
    strand = strand[: hidden[0] if hidden.size else _STEPS]
    if under_hair and len(strand) > 1 and (loops or kind not in _RIBBONS):
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
    straps.append(Strap(strand, widths[k, : len(strand)], colour))
  return straps


def _length(strand):
  """From end to end, px."""
  return float(np.linalg.norm(strand[-1] - strand[0]))


def is_tied(params: params_lib.MaskParams) -> bool:
  """Whether a mask is tied, or held, behind the head and not on the ears."""
  chance = np.random.default_rng([params.seed, 1]).random()
  return bool(chance < _TIED.get(params.mask_type, 0))


def _width(kind, loops):
  """Least and largest width of a strap, face widths."""
  if not loops and kind in _RIBBONS:
    return _RIBBONS[kind]
  return {
    "cloth": (0.014, 0.034),
    "cloth_two_layer": (0.014, 0.03),
    "sport": (0.035, 0.05),
    "kf94": (0.013, 0.02),
    "n95": (0.009, 0.022),
    "n95_valve": (0.009, 0.022),
  }.get(kind, (0.01, 0.021))


def _colour(params, rng):
  """RGB of a mask's straps."""
  kind = params.mask_type
  if rng.random() < _OWN_COLOUR.get(kind, 0):
    colours = _LOUD if rng.random() < _IS_LOUD else _CALM
    return colours[rng.integers(len(colours))]
  of_cloth = kind in ("cloth", "cloth_two_layer", "sport")
  return (
    params.colour if of_cloth or np.mean(params.colour) < _DARK else _ELASTIC
  )


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
  if not loops:
    inset = 1 if kind in _RIBBONS else last // 3
    return (
      (inset, (np.radians(160), -0.56 + jitter[0])),
      (last - inset, (np.radians(160), 0.36 + jitter[1])),
    )
  inset = _PANEL_ROW if kind == "sport" else 1
  return (
    (inset, (np.radians(106), -0.14 + 1.5 * jitter[0])),
    (last - inset, (np.radians(107), 0.13 + jitter[1])),
  )


def _strands(frame, mesh, starts, ends, sag, grazing):
  """Points [n, steps, 2] of strands, and where they face the camera."""
  t = np.linspace(0, 1, _STEPS)
  angle, height = (
    starts[:, k, None] + (ends - starts)[:, k, None] * t for k in (0, 1)
  )
  height = height + sag * np.sin(np.pi * t)
  # Straps run past the jaw to the ear, where skin turns in no further.
  radius = head.skin_radius(mesh, angle, height, turn_in=0.0) + 0.012
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
