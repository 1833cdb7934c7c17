"""Ear loops and head straps, as visible lines in the picture."""

from typing import NamedTuple

import numpy as np

from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks import shapes

_STEPS = 14
# A strap is drawn while the head's surface under it faces the camera, or
# nearly: straps lie a little above it.
_GRAZING = 0.16
# Round the neck they do not.
_GRAZING_NECK = -0.05


class Strap(NamedTuple):
  """One visible strap."""

  points: np.ndarray  # [n, 2], px
  width: float  # face widths


def visible_straps(
  landmarks: np.ndarray,
  surface: shapes.Surface,
  params: params_lib.MaskParams,
  rng: np.random.Generator,
) -> list[Strap]:
  """The visible parts of a mask's straps; [] for a bandana.

  Args:
    landmarks: float [468, 3], px.
    surface: the mask on this face.
    params: what the mask is.
    rng: draws the straps' width and where they meet ears or head.
  """
  if params.mask_type == "bandana":
    return []
  frame = shapes.head_frame(landmarks)
  mesh = shapes.unroll(frame, landmarks)
  width = {
    "cloth": rng.uniform(0.016, 0.045),
    "cloth_pattern": rng.uniform(0.016, 0.035),
  }.get(params.mask_type, rng.uniform(0.015, 0.024))
  jitter = rng.uniform(-0.02, 0.02, 2)
  straps = []
  for side, column in ((-1, 0), (1, -1)):
    for row, end in _ends(params.mask_type, jitter):
      start = frame.to_head(surface.points[row, column])
      angle = np.arctan2(start[0], -start[2] - shapes.AXIS)
      points = _strand(frame, mesh, (angle, start[1]), (side * end[0], end[1]))
      if len(points) > 1:
        straps.append(Strap(points, float(width)))
  return straps


def _ends(mask_type, jitter):
  """Row of the mask's edge, and (angle, height) where its strap ends."""
  last = shapes.ROWS - 1
  if mask_type in ("n95", "n95_valve"):
    return (
      (last // 3, (np.radians(108), -0.42 + jitter[0])),
      (2 * last // 3, (np.radians(108), 0.42 + jitter[1])),
    )
  return (
    (1, (np.radians(106), -0.1 + jitter[0])),
    (last - 1, (np.radians(106), 0.16 + jitter[1])),
  )


def _strand(frame, mesh, start, end):
  """Points [n, 2] from `start` on until the head turns them away."""
  t = np.linspace(0, 1, _STEPS)
  angle = start[0] + (end[0] - start[0]) * t
  height = start[1] + (end[1] - start[1]) * t
  # Nothing hangs straight: a loop sags a little on its way.
  height = height + 0.02 * np.sin(np.pi * t)
  # Straps run past the jaw to the ear, where skin turns in no further.
  radius = shapes.skin_radius(mesh, angle, height, turn_in=0.0) + 0.012
  points = frame.from_cylinder(angle, height, radius)
  outwards = np.stack([np.sin(angle), 0 * angle, -np.cos(angle)], -1)
  limit = np.where(height > 0.3, _GRAZING_NECK, _GRAZING)
  facing = (outwards @ frame.axes)[:, 2] < limit
  hidden = np.flatnonzero(~facing)
  return points[: hidden[0] if hidden.size else _STEPS, :2]
