"""The mask as a surface in space, laid over the 468-point face mesh.

A mask is an outline in the unrolled head's plane (angle, height), with the
fabric lying on, or spanning, what is below it. Whatever the head's turn, the
surface therefore follows jaw, cheeks and nose.
"""

from typing import NamedTuple

import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.surface import head, outlines, parts, shields

ROWS, COLUMNS = 13, 23
# Below the jaw the neck is no narrower than this, in face widths.
_NECK = 0.34
# What the middle of the top edge may lie on; see MaskParams.coverage.
_LEVELS = (-2.0, -1.0, 0.0, 1.0)
_LEVEL_MARKS = (
  *(anatomy.CHIN, anatomy.BELOW_LIPS),
  *(anatomy.NOSE_TIP, anatomy.BETWEEN_EYES),
)


class Surface(NamedTuple):
  """A mask laid on a face; `points` run from the top left corner."""

  points: np.ndarray  # [ROWS, COLUMNS, 3], px; z as in the landmarks
  normals: np.ndarray  # [ROWS, COLUMNS, 3], unit, outwards (z < 0: to camera)
  extent: tuple[float, float]  # width and height in face widths, unrolled
  width: float  # of the face, px
  frame: head.HeadFrame
  mesh: head.Unrolled  # the face in this frame
  parts: tuple[parts.Part, ...]  # what is fixed on it, far ones first


# How far a kind stands off the skin beyond its cloth, face widths.
_STAND_OFF = {
  "surgical": 0.022,
  "cloth": 0.022,
  "kn95": 0.12,
  "kf94": 0.1,
  "n95": 0.13,
  "n95_valve": 0.13,
  "cloth_two_layer": 0.035,
  "sport": 0.02,
  "bandana": 0.02,
  "gaiter": 0.022,
  "scarf": 0.05,
  "cloth_thin": 0.018,
  "cloth_window": 0.03,
  "printed_face": 0.022,
  "half_mask": 0.13,
  "clear_half_mask": 0.13,
}
# Share of a kind that is a rectangle with pleats.
_PLEATED = {"surgical": 1.0, "cloth": 0.35}
# How far the upper and lower edge wander from column to column, face widths.
_CROOKED = {
  **{"surgical": 0.003, "cloth": 0.004, "cloth_two_layer": 0.003},
  **{"bandana": 0.005, "gaiter": 0.005, "scarf": 0.008},
}
# How far the side edges of a loose one stand off the cheeks, face widths.
_GAPE = {"surgical": 0.09, "cloth": 0.06, "cloth_two_layer": 0.06}


def mask_surface(
  landmarks: np.ndarray,
  params: params_lib.MaskParams,
  rng: np.random.Generator,
) -> Surface:
  """Lays the mask that `params` describes over a face.

  Args:
    landmarks: float [468, 3], px.
    params: what to lay.
    rng: draws the small variations of the outline.

  Returns:
    The surface, in the picture's pixels.
  """
  frame = head.head_frame(landmarks)
  mesh = head.unroll(frame, landmarks)
  if params.mask_type in params_lib.SHIELDS:
    top = _level(mesh, params.coverage)
    points = shields.points(frame, mesh, params, top, (ROWS, COLUMNS), rng)
    sides = np.linalg.norm(np.diff(points, axis=1), axis=-1).sum(1).max()
    height = np.linalg.norm(np.diff(points, axis=0), axis=-1).sum(0).max()
    extent = float(sides / frame.width), float(height / frame.width)
    return Surface(
      points, normals(points), extent, frame.width, frame, mesh, ()
    )
  angle, height = _outline(mesh, params, rng)
  v = np.linspace(0, 1, ROWS)[:, None]
  radius = head.skin_radius(mesh, angle, height)
  if params.mask_type in ("gaiter", "scarf"):
    radius = np.maximum(radius, _NECK)
  # The wire and the edges hold the cloth to the skin, the middle spans.
  floor = min(0.5 + 0.5 * params.looseness, 1)
  tight = np.clip(np.minimum(v * 5, (1 - v) * 8), floor, 1)
  radius = _stretch(angle, radius, tight)
  if params.mask_type == "bandana":
    radius += 0.22 * np.maximum(height - mesh.height[anatomy.CHIN], 0)
  radius += params.thickness + _stand_off(params, angle, v)
  points = frame.from_cylinder(angle, height, radius)
  extent = (
    float(2 * head.RADIUS * np.abs(angle).max()),
    float(np.ptp(height[:, COLUMNS // 2])),
  )
  fixed = parts.of_mask(points, frame, mesh, params, rng)
  return Surface(
    points, normals(points), extent, frame.width, frame, mesh, fixed
  )


def is_pleated(params: params_lib.MaskParams) -> bool:
  """Whether a mask is a rectangle with pleats."""
  chance = np.random.default_rng([params.seed, 2]).random()
  return bool(chance < _PLEATED.get(params.mask_type, 0))


def _outline(mesh, params, rng):
  """Angle and height [rows, columns] of the grid, unrolled."""
  kind = outlines.OF["surgical" if is_pleated(params) else params.mask_type]
  u = np.linspace(-1, 1, COLUMNS)[None]
  v = np.linspace(0, 1, ROWS)[:, None]
  side = np.abs(u)
  tip, chin = mesh.height[anatomy.NOSE_TIP], mesh.height[anatomy.CHIN]
  mouth = mesh.height[list(anatomy.MOUTH_CORNERS)].mean()
  # Nothing is worn quite alike on both sides.
  jitter = rng.uniform(-1, 1, 4)
  uneven = 0.35 * u * rng.uniform(-1, 1, (4, 1))
  jitter = jitter[:, None] + uneven
  top_middle = _level(mesh, params.coverage)
  # A mask slung under nose or lip has straight edges, a proper one hugs.
  rise = 0.02 if params.coverage >= 0 else -0.08
  top_side = tip + kind.top_side + 0.03 * jitter[0]
  top_side = np.maximum(top_side, top_middle + rise)
  # Rubber is round over the bridge of the nose, cloth bent by a wire.
  bend = 0.07 if params.mask_type in params_lib.HALF_MASKS else 0.01
  hug = 1 - (1 - np.sqrt((side**2 + bend) / (1 + bend))) ** (
    kind.top_power + 0.2 * jitter[1]
  )
  top = top_middle + (top_side - top_middle) * (hug - hug.min()) / np.ptp(hug)
  corner = mouth + (chin - mouth) * (kind.corner + 0.15 * jitter[2])
  corner = np.maximum(corner, top_side + 0.12)
  bottom = (
    chin
    + params.drop
    + (corner - chin - params.drop)
    * side ** (kind.bottom_power + 0.3 * jitter[3])
  )
  if params.mask_type in ("gaiter", "scarf"):  # Cloth that lies as it fell.
    bottom = bottom + 0.025 * np.sin(rng.uniform(3, 7) * u + 3 * jitter[3])
  height = top + (bottom - top) * v
  bow = 1 + kind.bow * 4 * v * (1 - v)
  # Edges are cut and worn a little crooked.
  crooked = _CROOKED.get(params.mask_type, 0.0) * rng.standard_normal(
    (2, COLUMNS)
  )
  height = height + (1 - v) ** 3 * crooked[0] + v**3 * crooked[1]
  angle = np.radians(kind.side_angle) * params.width * u * bow
  lean = np.tan(np.radians(params.tilt)) * head.RADIUS
  return angle, height + lean * np.sin(angle)


def _level(mesh, coverage):
  """Height of the top edge's middle, beyond bridge and chin too."""
  marks = mesh.height[list(_LEVEL_MARKS)]
  above = max(coverage - 1, 0) * (marks[3] - marks[2])
  below = max(-2 - coverage, 0) * (marks[0] - marks[1])
  return np.interp(coverage, _LEVELS, marks) + above + below


def _stretch(angle, radius, amount):
  """Spans hollows: raises each point to the chords between neighbours."""
  x, f = radius * np.sin(angle), radius * np.cos(angle)
  raised = radius.copy()
  for step in range(1, COLUMNS // 3):
    middle = np.hypot(
      (x[:, 2 * step :] + x[:, : -2 * step]) / 2,
      (f[:, 2 * step :] + f[:, : -2 * step]) / 2,
    )
    inner = raised[:, step:-step]
    np.maximum(inner, middle, out=inner)
  for step in range(1, ROWS // 2):
    middle = (radius[2 * step :] + radius[: -2 * step]) / 2
    inner = raised[step:-step]
    np.maximum(inner, middle, out=inner)
  return radius + amount * (raised - radius)


def _stand_off(params, angle, v):
  """How far the mask stands off the skin beyond its cloth, face widths."""
  u = angle / np.abs(angle).max()
  bulge = np.clip(4 * v * (1 - v), 0, 1)
  inside = np.clip(1 - u**2, 0, 1) * bulge
  kind = params.mask_type
  far = _STAND_OFF[kind]
  if kind in ("n95", "n95_valve", *params_lib.HALF_MASKS):
    return far * np.sqrt(inside) * (0.6 + 0.4 * inside)
  if kind == "kn95":
    return far * np.clip(1 - np.abs(u) / 0.8, 0, 1) * np.sqrt(bulge)
  if kind == "kf94":
    # Three panels: the middle one flat between two folds.
    panels = np.clip(np.minimum(v / 0.3, (1 - v) / 0.28), 0, 1)
    return far * np.clip(1.2 - 1.2 * u**2, 0, 1) * panels
  if kind == "bandana":
    return far + 0.05 * np.clip(v - 0.4, 0, 1) * np.cos(angle)
  if kind in ("gaiter", "scarf"):
    return far * (1 + 0.4 * bulge)
  # Loose masks gape at the cheeks, those of cloth most.
  gape = _GAPE.get(kind, 0.02) * params.looseness * u**4
  if is_pleated(params):  # Its sides hang straight, past the narrower jaw.
    gape = gape * (0.4 + 0.9 * v) + 0.05 * u**4 * v
  return (far + 0.05 * params.looseness) * inside + gape


def normals(points: np.ndarray) -> np.ndarray:
  """Unit normals [rows, columns, 3] of a surface, outwards."""
  down = np.gradient(points, axis=0)
  right = np.gradient(points, axis=1)
  across = np.cross(down, right)
  return across / np.maximum(
    np.linalg.norm(across, axis=-1, keepdims=True), 1e-9
  )
