"""The head's front as a height field, and where the picture's rays meet it.

Units and axes are those of `face`.
"""

import functools
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.datasets.sample_faces import face
from maskgan_jax.faces import anatomy

# The square of the frontal plane that is covered: upper left corner and side.
CORNER = np.float32([-1.3, -1.3])
SIDE = 2.8
GRID = 112
_NEAR, _FAR, _STEPS = -0.75, 0.8, 14
_RIM_SLOPE = 3.0
_CRANIUM_CENTRE = (0.0, -0.15, 0.78)
_CRANIUM_RADII = (0.765, 0.9, 1.06)
# The cranium's silhouette; with the mesh it bounds the surface.
_TURN = np.linspace(np.pi, 2 * np.pi, 12)
TOP = np.stack(
  [0.8 * np.cos(_TURN), 0.93 * np.sin(_TURN) - 0.15, 0 * _TURN + 0.78], -1
).astype(np.float32)


class Surface(NamedTuple):
  """The head's front as a height field over the frontal plane."""

  height: np.ndarray  # [GRID, GRID] float32: z of the surface
  normal: np.ndarray  # [GRID, GRID, 3] float32: unit, out of the head


class Hits(NamedTuple):
  """Where the picture's rays meet the surface."""

  x: np.ndarray  # [H, W] float32, frontal plane
  y: np.ndarray  # [H, W] float32, frontal plane
  margin: np.ndarray  # [H, W] float32: pixels by which the ray hits, or misses


def _thin_plate(points: np.ndarray, query: np.ndarray) -> np.ndarray:
  """Thin-plate smoothing of z over (x, y); [N, 3], [M, 2] -> [M]."""

  def kernel(a, b):
    squared = ((a[:, None] - b[None]) ** 2).sum(-1)
    return 0.5 * squared * np.log(squared + 1e-12)

  count = len(points)
  xy, z = points[:, :2].astype(float), points[:, 2].astype(float)
  affine = np.c_[np.ones(count), xy]
  system = np.zeros((count + 3, count + 3))
  system[:count, :count] = kernel(xy, xy) + 2e-3 * np.eye(count)
  system[:count, count:] = affine
  system[count:, :count] = affine.T
  weights = np.linalg.solve(system, np.r_[z, 0, 0, 0])
  query = query.astype(float)
  return kernel(query, xy) @ weights[:count] + (
    np.c_[np.ones(len(query)), query] @ weights[count:]
  )


def cells(points: np.ndarray) -> np.ndarray:
  """Frontal places as the surface's cell coordinates, [..., 2]."""
  return (points - CORNER) * np.float32(GRID / SIDE) - np.float32(0.5)


def grid_points() -> np.ndarray:
  """Returns the frontal (x, y) of the surface's cells, [GRID, GRID, 2]."""
  steps = (np.arange(GRID, dtype=np.float32) + 0.5) * np.float32(SIDE / GRID)
  x, y = np.meshgrid(steps + CORNER[0], steps + CORNER[1])
  return np.stack([x, y], axis=-1)


@functools.lru_cache(maxsize=1)
def _mean_height() -> np.ndarray:
  """The mean head's height field: face, then cranium, then a steep rim."""
  grid = grid_points()
  front = _thin_plate(face.canonical(), grid.reshape(-1, 2)).reshape(GRID, GRID)
  offset = (grid - _CRANIUM_CENTRE[:2]) / _CRANIUM_RADII[:2]
  inside = 1 - (offset**2).sum(-1)
  cranium = _CRANIUM_CENTRE[2] - _CRANIUM_RADII[2] * np.sqrt(
    np.maximum(inside, 0)
  )
  oval = np.zeros((GRID, GRID), np.uint8)
  outline = (face.canonical()[list(anatomy.FACE_OVAL), :2] - CORNER) * (
    GRID / SIDE
  ) - 0.5
  for _ in range(3):  # Rounds the corners off (Chaikin, 1974).
    after = np.roll(outline, -1, axis=0)
    quarter, rest = 0.75 * outline + 0.25 * after, 0.25 * outline + 0.75 * after
    outline = np.stack([quarter, rest], axis=1).reshape(-1, 2)
  fixed = np.round(outline * 16).astype(np.int32)
  cv2.fillPoly(oval, [fixed], 255, cv2.LINE_AA, 4)
  union = np.where((oval > 0) | (inside > 0), 255, 0).astype(np.uint8)
  away = cv2.distanceTransform(255 - union, cv2.DIST_L2, 5) * (SIDE / GRID)
  rim = np.where(union > 0, cranium, _FAR + _RIM_SLOPE * away)
  eroded = cv2.erode(oval, np.ones((5, 5), np.uint8))
  share = cv2.GaussianBlur(eroded, (0, 0), 2.0).astype(np.float32) / 255
  # Under the jaw there is nothing to blend with: the edge stays sharp.
  sharp = cv2.GaussianBlur(oval, (0, 0), 0.7).astype(np.float32) / 255
  share = np.where(inside > 0, share, sharp)
  height = share * front + (1 - share) * rim
  return height.astype(np.float32)


def surface(shape: face.Shape) -> Surface:
  """Returns the head's front for one face."""
  grid = grid_points()
  source = grid
  for _ in range(2):  # Inverts the face.displacement by fixed-point steps.
    moved = face.displacement(source, shape)
    source = grid - moved[..., :2]
  height = cv2.remap(
    _mean_height(), cells(source), None, cv2.INTER_LINEAR, borderValue=5.0
  )
  height = height + moved[..., 2]
  smooth = cv2.GaussianBlur(np.minimum(height, 1.2), (0, 0), 0.8)
  slope_x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=GRID / SIDE / 8)
  slope_y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=GRID / SIDE / 8)
  length = np.sqrt(slope_x * slope_x + slope_y * slope_y + 1)
  normal = cv2.merge((slope_x / length, slope_y / length, -1 / length))
  return Surface(height, normal)


def trace(
  head: Surface, origin: np.ndarray, direction: np.ndarray, scale: float
) -> Hits:
  """Finds where parallel rays first meet the surface.

  Args:
    head: the surface.
    origin: float32 [H, W, 3], a point of each pixel's ray in head space.
    direction: float32 [3], the rays' direction in head space, z above 0.
    scale: picture pixels per unit, for the softness of the silhouette.

  Returns:
    The hits, [H, W]; where the margin is below -1, x and y mean nothing.
  """
  slope = (direction[:2] / direction[2]).astype(np.float32)
  per_cell = np.float32(GRID / SIDE)
  start = cells(origin[..., :2] - origin[..., 2:] * slope)
  slope = slope * per_cell

  def below(z):
    """How far depth z lies behind the surface."""
    depth = z if np.ndim(z) == 0 else z[..., None]
    height = cv2.remap(
      head.height,
      start + depth * slope,
      None,
      cv2.INTER_LINEAR,
      borderValue=5.0,
    )
    return z - height

  depths = np.linspace(_NEAR, _FAR, _STEPS, dtype=np.float32)
  last = below(depths[0])
  best = last.copy()
  found = np.full(last.shape, _FAR, np.float32)
  is_open = np.ones(last.shape, bool)
  for near, far in zip(depths[:-1], depths[1:], strict=True):
    now = below(far)
    crossing = is_open & (now >= 0)
    share = last / np.minimum(last - now, -1e-6)
    found = np.where(crossing, near + share * (far - near), found)
    is_open &= ~crossing
    np.maximum(best, now, out=best)
    last = now
  # One secant step takes away the terraces of the coarse march.
  error = below(found)
  found = found - np.where(is_open, 0, np.clip(error, -0.05, 0.05) * 0.7)
  margin = np.clip(best * np.float32(scale / _RIM_SLOPE), -9, 9)
  point = start + found[..., None] * slope
  point = (point + np.float32(0.5)) / per_cell + CORNER
  return Hits(point[..., 0], point[..., 1], margin)
