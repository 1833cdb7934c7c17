"""The 3-D face mesh of the portrait painter, and how faces differ.

Units are outer eye distances; x runs to the right of the picture, y down, z
away from the camera; the origin lies midway between the outer eye corners.
`canonical_face.npy` is the mean, made symmetric, of the mesh that MediaPipe's
model (Kartynnik et al., 2019) finds on 200 frontal photographs.
"""

import functools
import pathlib
from typing import NamedTuple

import numpy as np

from maskgan_jax.faces import anatomy


class Shape(NamedTuple):
  """How one face differs from the mean; each about -1 to 1, 0 the mean.

  Opening and smile run from 0 to 1.
  """

  width: float = 0.0
  jaw: float = 0.0
  chin: float = 0.0
  nose_width: float = 0.0
  nose_length: float = 0.0
  nose_depth: float = 0.0
  mouth_width: float = 0.0
  lips: float = 0.0
  eye_spacing: float = 0.0
  eye_opening: float = 0.0
  brow: float = 0.0
  cheeks: float = 0.0
  smile: float = 0.0
  mouth_opening: float = 0.0


@functools.lru_cache(maxsize=1)
def canonical() -> np.ndarray:
  """Returns the mean face, float32 [468, 3]."""
  path = pathlib.Path(__file__).with_name("canonical_face.npy")
  return np.load(path).astype(np.float32)


def _bump(points: np.ndarray, x: float, y: float, sx: float, sy: float):
  """A Gaussian round (x, y) and its mirror image, [...]."""
  across = (np.abs(points[..., 0]) - x) / sx
  down = (points[..., 1] - y) / sy
  return np.exp(-0.5 * (across * across + down * down))


def _ramp(value: np.ndarray, low: float, high: float) -> np.ndarray:
  share = np.clip((value - low) / (high - low), 0, 1)
  return share * share * (3 - 2 * share)


def displacement(points: np.ndarray, shape: Shape) -> np.ndarray:
  """The smooth part of a face's difference from the mean.

  Args:
    points: float32 [..., 2 or more]; only x and y are read.
    shape: the face.

  Returns:
    float32 [..., 3], to be added to the points.
  """
  x, y = points[..., 0], points[..., 1]
  side = np.sign(x)
  jaw = _ramp(y, 0.2, 1.0)
  nose = _bump(points, 0, 0.45, 0.14, 0.12)
  mouth = _bump(points, 0, 0.72, 0.3, 0.16)
  corner = _bump(points, 0.345, 0.64, 0.14, 0.1)
  cheek = _bump(points, 0.48, 0.36, 0.2, 0.17)
  eyes = _bump(points, 0.35, 0, 0.22, 0.2)
  brow = _bump(points, 0.4, -0.2, 0.25, 0.09)
  opening = shape.mouth_opening * 0.1 * _ramp(y, 0.74, 1.0)
  dx = x * (0.05 * shape.width + 0.09 * shape.jaw * jaw)
  dx = dx + x * (0.2 * shape.nose_width * nose)
  dx = dx + x * (0.13 * shape.mouth_width * mouth)
  dx = dx + side * (0.055 * shape.smile * corner)
  dx = dx + side * (0.025 * shape.eye_spacing * eyes)
  dy = 0.08 * shape.chin * _ramp(y, 0.75, 1.15) + opening
  dy = dy + 0.04 * shape.nose_length * _bump(points, 0, 0.5, 0.25, 0.14)
  dy = dy - shape.smile * (0.075 * corner + 0.03 * cheek)
  dy = dy - 0.05 * shape.brow * brow
  dz = -0.07 * shape.nose_depth * _bump(points, 0, 0.42, 0.1, 0.14)
  dz = dz - (0.05 * shape.cheeks + 0.07 * shape.smile) * cheek
  return np.stack([dx, dy, dz], axis=-1).astype(np.float32)


def landmarks(shape: Shape) -> np.ndarray:
  """Returns the face's mesh in head space, float32 [468, 3]."""
  points = canonical().copy()
  for ring in anatomy.EYES:
    middle = points[list(ring), 1].mean()
    # The mesh has three rows of lid points round each eye; all of them move.
    near = _bump(points, 0.345, middle, 0.17, 0.06)
    points[:, 1] += 0.32 * shape.eye_opening * near * (points[:, 1] - middle)
  seam = 0.705
  # Lip points between the inner and the outer ring follow by nearness.
  near = _bump(points, 0, seam, 0.24, 0.13)
  points[:, 1] += 0.28 * shape.lips * near * (points[:, 1] - seam)
  inner = list(anatomy.INNER_LIPS)
  upper = inner[11:]
  lower = inner[1:10]
  gap = shape.mouth_opening * np.sqrt(
    np.clip(1 - (points[:, 0] / 0.33) ** 2, 0, 1)
  )
  points[upper, 1] = seam - 0.03 * gap[upper]
  points[lower, 1] = seam + 0.05 * gap[lower]
  low = list(anatomy.OUTER_LIPS[1:10])
  points[low, 1] += 0.04 * gap[low] - 0.02
  return points + displacement(points, shape)
