"""What the landmarker learns from."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from maskgan_jax.faces import alignment, anatomy
from maskgan_jax.networks import landmarker

# Landmarks that decide the crop, and the mouth's, count more.
_CROP_WEIGHT, _MOUTH_WEIGHT = 4.0, 2.0
# Depth is a guess of the teacher's.
_AXIS_WEIGHTS = (1.0, 1.0, 0.5)
# Weights of the sum.
POINTS, CORNERS, FACE = 10.0, 5.0, 0.1


class Losses(NamedTuple):
  """Means over a batch; the first two over the faces in it."""

  points: jax.Array  # Distance of the landmarks, in face sizes.
  corners: jax.Array  # Displacement of the aligned crop, in its sides.
  face: jax.Array  # Cross-entropy of face or none.

  @property
  def total(self) -> jax.Array:
    """The weighted sum."""
    return POINTS * self.points + CORNERS * self.corners + FACE * self.face


def of(
  found: landmarker.Landmarks, points: jax.Array, has_face: jax.Array
) -> Losses:
  """Returns the losses of a batch.

  Args:
    found: by the landmarker.
    points: the truth, float32 [B, 468, 3], in sides of the crop.
    has_face: float32 [B], 0 or 1; landmarks count where it is 1.
  """
  extent = points[..., :2].max(axis=1) - points[..., :2].min(axis=1)
  size = jnp.maximum(extent.mean(axis=-1), 1e-3)
  distance = (
    jnp.abs(found.points - points) * jnp.array([[_AXIS_WEIGHTS]])
  ).mean(axis=-1)
  each = (distance * _weights()[None]).mean(axis=1) / size
  true, side = corners(points)
  moved, _ = corners(found.points)
  shift = jnp.abs(moved - true).mean(axis=(1, 2)) / side
  count = jnp.maximum(has_face.sum(), 1.0)
  face = optax.losses.sigmoid_binary_cross_entropy(found.logit, has_face)
  return Losses(
    (each * has_face).sum() / count,
    (shift * has_face).sum() / count,
    face.mean(),
  )


def _weights() -> np.ndarray:
  weights = np.ones(anatomy.NUM_LANDMARKS, np.float32)
  weights[[*anatomy.OUTER_LIPS, *anatomy.INNER_LIPS]] = _MOUTH_WEIGHT
  weights[[*anatomy.RIGHT_EYE, *anatomy.LEFT_EYE, anatomy.CHIN]] = _CROP_WEIGHT
  return weights / weights.mean()


def corners(points: jax.Array) -> tuple[jax.Array, jax.Array]:
  """Returns the corners of the aligned crop and its side, differentiably.

  The crop is that of `alignment.crop_transform`.

  Args:
    points: [B, 468, 2 or more].

  Returns:
    [B, 4, 2] and [B], in the units of the points.
  """
  points = points[..., :2]
  right = points[:, np.array(anatomy.RIGHT_EYE)].mean(axis=1)
  left = points[:, np.array(anatomy.LEFT_EYE)].mean(axis=1)
  across = left - right
  distance = jnp.sqrt((across**2).sum(axis=-1) + 1e-12)
  x_axis = across / distance[:, None]
  y_axis = jnp.stack([-x_axis[:, 1], x_axis[:, 0]], axis=-1)
  x = jnp.einsum("bkc,bc->bk", points, x_axis)
  y = jnp.einsum("bkc,bc->bk", points, y_axis)
  eyes_y = ((right + left) / 2 * y_axis).sum(axis=-1)
  chin_y = y[:, anatomy.CHIN]
  side = jnp.maximum(
    alignment.SIDE_PER_EYE_DISTANCE * distance,
    alignment.SIDE_PER_FACE_HEIGHT * jnp.maximum(chin_y - eyes_y, 1e-3),
  )
  left_x = (x.min(axis=1) + x.max(axis=1)) / 2 - side / 2
  top_y = (eyes_y + chin_y) / 2 - alignment.MIDDLE_Y * side
  ends = [
    (left_x + i * side)[:, None] * x_axis + (top_y + k * side)[:, None] * y_axis
    for i in (0, 1)
    for k in (0, 1)
  ]
  return jnp.stack(ends, axis=1), side
