"""The mask as a surface in space, laid over the 468-point face mesh.

The mesh is expressed in the head's own frame, unrolled to a cylinder around
the head (angle, height) and smoothed; a mask is an outline in that unrolled
plane with the fabric lying on, or spanning, what is below it. Whatever the
head's turn, the surface therefore follows jaw, cheeks and nose.
"""

from typing import NamedTuple

import numpy as np

from maskgan_jax.masks import params as params_lib

NUM_LANDMARKS = 468
ROWS, COLUMNS = 15, 25
# The unrolled plane's unit of width: mean radius of a face in face widths.
RADIUS = 0.52
# The cylinder's axis lies this far in front of the ears, in face widths.
AXIS = 0.1
_SMOOTHING = 0.06
_JAW = (
  *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
  *(377, 400, 378, 379, 365, 397, 288, 361, 323, 454),
)
FACE_OVAL = (
  *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365),
  *(379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93),
  *(234, 127, 162, 21, 54, 103, 67, 109),
)


class HeadFrame(NamedTuple):
  """An orthonormal frame fixed to the head; lengths in face widths."""

  origin: np.ndarray  # [3], between the cheeks in front of the ears, px
  axes: np.ndarray  # [3, 3], rows: to picture right, down, away from camera
  width: float  # cheek to cheek, px

  def to_head(self, points: np.ndarray) -> np.ndarray:
    return (points - self.origin) @ self.axes.T / self.width

  def to_picture(self, points: np.ndarray) -> np.ndarray:
    return points @ self.axes * self.width + self.origin

  def from_cylinder(
    self, angle: np.ndarray, height: np.ndarray, radius: np.ndarray
  ) -> np.ndarray:
    """Points [..., 3] in pixels from angle (radians, 0 at the nose)."""
    forward = radius * np.cos(angle) + AXIS
    head = np.stack([radius * np.sin(angle), height, -forward], -1)
    return self.to_picture(head)


class Surface(NamedTuple):
  """A mask laid on a face; `points` run from the top left corner."""

  points: np.ndarray  # [ROWS, COLUMNS, 3], px; z as in the landmarks
  normals: np.ndarray  # [ROWS, COLUMNS, 3], unit, outwards (z < 0: to camera)
  extent: tuple[float, float]  # width and height in face widths, unrolled
  width: float  # of the face, px


class _Outline(NamedTuple):
  """A kind's outline. Heights and angles mean what `_outline` makes of them."""

  side_angle: float  # degrees from the nose to the side edge
  top_side: float  # of the top corners below the nose tip, face widths
  top_power: float  # 1: straight top edge; above: hugs the nose
  corner: float  # height of the bottom corners, 0 mouth, 1 chin
  bottom_power: float  # 1: straight bottom edge to the chin; above: rounder
  bow: float  # side edges bulge outwards (+) or are cut in (-)


_OUTLINES = {
  "surgical": _Outline(71.0, -0.03, 1.5, 0.42, 2.6, -0.05),
  "kn95": _Outline(70.0, 0.03, 1.9, 0.22, 1.7, -0.05),
  "n95": _Outline(62.0, 0.07, 2.0, 0.42, 2.3, 0.16),
  "n95_valve": _Outline(62.0, 0.07, 2.0, 0.42, 2.3, 0.16),
  "cloth": _Outline(74.0, 0.01, 1.7, 0.22, 2.0, -0.14),
  "cloth_pattern": _Outline(74.0, 0.01, 1.7, 0.22, 2.0, -0.14),
  "bandana": _Outline(98.0, -0.02, 1.6, -0.25, 1.2, 0.0),
}


def check_landmarks(landmarks: np.ndarray) -> None:
  """Raises if `landmarks` is not a usable face mesh.

  Raises:
    ValueError: the shape is not [468, 3], a value is not finite, or the face
      is less than two pixels wide or tall.
    TypeError: the dtype is not a float.
  """
  if np.shape(landmarks) != (NUM_LANDMARKS, 3):
    raise ValueError(
      f"landmarks have shape {np.shape(landmarks)}, expected"
      f" ({NUM_LANDMARKS}, 3): x, y and z of the face mesh in pixels."
    )
  if not np.issubdtype(landmarks.dtype, np.floating):
    raise TypeError(
      f"landmarks have dtype {landmarks.dtype}, expected a float type;"
      " convert with landmarks.astype(np.float32)."
    )
  if not np.isfinite(landmarks).all():
    raise ValueError(
      "landmarks hold values that are not finite; skip this face."
    )
  width = np.linalg.norm(landmarks[454] - landmarks[234])
  height = np.linalg.norm(landmarks[152] - landmarks[10])
  if min(width, height) < 2:
    raise ValueError(
      f"the face is {width:.1f} x {height:.1f} px, expected at least 2 x 2:"
      " landmarks must be in pixels, not in fractions of the picture."
    )


def head_frame(landmarks: np.ndarray) -> HeadFrame:
  """The head's frame from cheeks (234, 454), forehead (10) and chin (152)."""
  points = landmarks.astype(np.float64)
  right = points[454] - points[234]
  width = float(np.linalg.norm(right))
  right = right / width
  down = points[152] - points[10]
  down = down - (down @ right) * right
  down = down / np.linalg.norm(down)
  axes = np.stack([right, down, np.cross(right, down)])
  return HeadFrame((points[234] + points[454]) / 2, axes, width)


class Unrolled(NamedTuple):
  """The mesh around the head's axis; `angle` in radians, 0 at the nose."""

  angle: np.ndarray  # [468]
  height: np.ndarray  # [468], face widths below the ears
  radius: np.ndarray  # [468], face widths


def unroll(frame: HeadFrame, landmarks: np.ndarray) -> Unrolled:
  """The landmarks in cylinder coordinates of the head."""
  x, y, z = frame.to_head(landmarks.astype(np.float64)).T
  forward = -z - AXIS
  return Unrolled(np.arctan2(x, forward), y, np.hypot(x, forward))


def skin_radius(
  mesh: Unrolled,
  angle: np.ndarray,
  height: np.ndarray,
  turn_in: float = 0.55,
) -> np.ndarray:
  """The mesh's smoothed radius at any (angle, height), broadcast together.

  A kernel mean that leans to what sticks out, as fabric does. Below the jaw,
  where the mesh ends, the surface turns in towards the neck by `turn_in`
  face widths for each.
  """
  angle, height = np.broadcast_arrays(angle, height)
  jaw_angle = mesh.angle[list(_JAW)]
  order = np.argsort(jaw_angle)
  jaw = np.interp(angle, jaw_angle[order], mesh.height[list(_JAW)][order])
  below = np.maximum(height - jaw, 0.0)
  level = np.minimum(height, jaw)
  place = np.stack([angle.ravel() * RADIUS, level.ravel()], 1)
  known = np.stack([mesh.angle * RADIUS, mesh.height], 1)
  # |a - b|^2 as one matrix product; in float32, exp is half the cost.
  distance = np.square(place).sum(1)[:, None] - 2 * place @ known.T
  distance = (distance + np.square(known).sum(1)).astype(np.float32)
  distance -= distance.min(1, keepdims=True)
  lean = np.exp(16.0 * mesh.radius).astype(np.float32)
  weight = np.exp(distance * np.float32(-0.5 / _SMOOTHING**2))
  radius = (weight @ (lean * mesh.radius)) / (weight @ lean)
  return radius.reshape(angle.shape) - turn_in * below


def _outline(mesh, params, rng):
  """Angle and height [rows, columns] of the grid, unrolled."""
  kind = _OUTLINES[params.mask_type]
  u = np.linspace(-1, 1, COLUMNS)[None]
  v = np.linspace(0, 1, ROWS)[:, None]
  side = np.abs(u)
  tip, bridge = mesh.height[4], mesh.height[6]
  mouth, chin = mesh.height[[61, 291]].mean(), mesh.height[152]
  jitter = rng.uniform(-1, 1, 4)
  top_middle = tip + (bridge - tip) * params.coverage
  top_side = tip + kind.top_side + 0.03 * jitter[0]
  top_side = max(top_side, top_middle + 0.02)
  hug = 1 - (1 - np.sqrt((side**2 + 0.01) / 1.01)) ** (
    kind.top_power + 0.2 * jitter[1]
  )
  top = top_middle + (top_side - top_middle) * (hug - hug.min()) / np.ptp(hug)
  corner = mouth + (chin - mouth) * (kind.corner + 0.12 * jitter[2])
  corner = max(corner, top_side + 0.12)
  bottom = (
    chin
    + params.drop
    + (corner - chin - params.drop)
    * side ** (kind.bottom_power + 0.3 * jitter[3])
  )
  height = top + (bottom - top) * v
  bow = 1 + kind.bow * 4 * v * (1 - v)
  angle = np.radians(kind.side_angle) * params.width * u * bow
  height = height + np.tan(np.radians(params.tilt)) * RADIUS * np.sin(angle)
  return angle, height


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
  """How far the kind stands off the skin beyond its cloth, face widths."""
  u = angle / np.abs(angle).max()
  inside = np.clip(1 - u**2, 0, 1) * np.clip(4 * v * (1 - v), 0, 1)
  if params.mask_type in ("n95", "n95_valve"):
    return 0.13 * np.sqrt(inside) * (0.6 + 0.4 * inside)
  if params.mask_type == "kn95":
    ridge = np.clip(1 - np.abs(u) / 0.8, 0, 1)
    return 0.13 * ridge * np.sqrt(np.clip(4 * v * (1 - v), 0, 1))
  if params.mask_type == "bandana":
    return 0.02 + 0.05 * np.clip(v - 0.4, 0, 1) * np.cos(angle)
  return 0.035 * inside


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
  frame = head_frame(landmarks)
  mesh = unroll(frame, landmarks)
  angle, height = _outline(mesh, params, rng)
  v = np.linspace(0, 1, ROWS)[:, None]
  radius = skin_radius(mesh, angle, height)
  # The wire and the edges hold the cloth to the skin, the middle spans.
  tight = np.clip(np.minimum(v * 5, (1 - v) * 8), 0.25, 1)
  radius = _stretch(angle, radius, tight)
  if params.mask_type == "bandana":
    radius += 0.35 * np.maximum(height - mesh.height[152], 0)
  radius += params.thickness + _stand_off(params, angle, v)
  points = frame.from_cylinder(angle, height, radius)
  extent = (
    float(2 * RADIUS * np.abs(angle).max()),
    float(np.ptp(height[:, COLUMNS // 2])),
  )
  return Surface(points, _normals(points), extent, frame.width)


def _normals(points):
  down = np.gradient(points, axis=0)
  right = np.gradient(points, axis=1)
  normals = np.cross(down, right)
  return normals / np.maximum(
    np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9
  )
