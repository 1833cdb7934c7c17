"""The head under the mask: its frame, and its skin around a cylinder."""

from typing import NamedTuple

import numpy as np

from maskgan_jax.faces import anatomy

# The unrolled plane's unit of width: mean radius of a face in face widths.
RADIUS = 0.52
# The cylinder's axis lies this far in front of the ears, in face widths.
AXIS = 0.1
_SMOOTHING = 0.06


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


def check_landmarks(landmarks: np.ndarray) -> None:
  """Raises if `landmarks` is not a usable face mesh.

  Raises:
    ValueError: the shape is not [468, 3], a value is not finite, or the face
      is less than two pixels wide or tall.
    TypeError: the dtype is not a float.
  """
  if np.shape(landmarks) != (anatomy.NUM_LANDMARKS, 3):
    raise ValueError(
      f"landmarks have shape {np.shape(landmarks)}, expected"
      f" ({anatomy.NUM_LANDMARKS}, 3): x, y and z of the face mesh in pixels."
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
  width = anatomy.cheek_to_cheek(landmarks)
  height = np.linalg.norm(landmarks[anatomy.CHIN] - landmarks[anatomy.FOREHEAD])
  if min(width, height) < 2:
    raise ValueError(
      f"the face is {width:.1f} x {height:.1f} px, expected at least 2 x 2:"
      " landmarks must be in pixels, not in fractions of the picture."
    )


def head_frame(landmarks: np.ndarray) -> HeadFrame:
  """The head's frame from cheeks, forehead and chin."""
  points = landmarks.astype(np.float64)
  right = points[anatomy.LEFT_CHEEK] - points[anatomy.RIGHT_CHEEK]
  width = float(np.linalg.norm(right))
  right = right / width
  down = points[anatomy.CHIN] - points[anatomy.FOREHEAD]
  down = down - (down @ right) * right
  down = down / np.linalg.norm(down)
  axes = np.stack([right, down, np.cross(right, down)])
  return HeadFrame(
    (points[anatomy.RIGHT_CHEEK] + points[anatomy.LEFT_CHEEK]) / 2, axes, width
  )


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
  jaw_angle = mesh.angle[list(anatomy.JAW)]
  order = np.argsort(jaw_angle)
  jaw = np.interp(
    angle, jaw_angle[order], mesh.height[list(anatomy.JAW)][order]
  )
  below = np.maximum(height - jaw, 0.0)
  level = np.minimum(height, jaw)
  place = np.stack([angle.ravel() * RADIUS, level.ravel()], 1)
  known = np.stack([mesh.angle * RADIUS, mesh.height], 1)
  place, known = place.astype(np.float32), known.astype(np.float32)
  # |a - b|^2 as one matrix product.
  weight = (2 * place) @ known.T
  weight -= np.square(place).sum(1)[:, None]
  weight -= np.square(known).sum(1)
  weight *= np.float32(0.5 / _SMOOTHING**2)
  # Smaller ones become denormal numbers, at which processors are slow.
  np.maximum(weight, -60, out=weight)
  np.exp(weight, out=weight)
  lean = np.exp(16.0 * mesh.radius).astype(np.float32)
  both = weight @ np.stack([lean * mesh.radius, lean], 1).astype(np.float32)
  radius = both[:, 0] / both[:, 1]
  return radius.reshape(angle.shape) - turn_in * below
