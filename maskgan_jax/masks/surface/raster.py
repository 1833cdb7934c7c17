"""Rasterises a grid surface: which of its points each pixel shows."""

from typing import NamedTuple

import cv2
import numpy as np

SHIFT = 4  # fractional bits of OpenCV's polygon corners


class Raster(NamedTuple):
  """The visible surface in a window of the picture."""

  coverage: np.ndarray  # [H, W] float32, share of the pixel in [0, 1]
  pixels: np.ndarray  # [n] indices of the pixels touched, row-major
  u: np.ndarray  # [n] in [0, 1], left to right, of these pixels
  v: np.ndarray  # [n] in [0, 1], top to bottom


def rasterise(points: np.ndarray, height: int, width: int, fine: int) -> Raster:
  """Draws the front faces of a surface, far ones first.

  Args:
    points: [R, C, 3]; x and y in pixels of the window, smaller z is nearer.
    height: of the window, pixels.
    width: of the window, pixels.
    fine: samples per pixel side, for the coverage.

  Returns:
    The coverage, and what the pixels that the surface touches show of it.
  """
  rows, columns = points.shape[:2]
  index = np.arange(rows * columns).reshape(rows, columns)
  a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
  c, d = index[1:, :-1].ravel(), index[1:, 1:].ravel()
  triangles = np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)])
  flat = points.reshape(-1, 3)
  p = flat[triangles]
  e1, e2 = p[:, 1, :2] - p[:, 0, :2], p[:, 2, :2] - p[:, 0, :2]
  area = e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]
  keep = np.flatnonzero(area > 1e-3)
  keep = keep[np.argsort(-p[keep, :, 2].mean(1), kind="stable")]
  owner = np.zeros((height * fine, width * fine), np.int16)
  corners = to_fine(p[keep, :, :2], fine)
  for i, corner in enumerate(corners, 1):
    cv2.fillConvexPoly(owner, corner, i, cv2.LINE_8, SHIFT)
  covered = cv2.compare(owner, 0, cv2.CMP_GT)
  coverage = cv2.resize(
    covered, (width, height), interpolation=cv2.INTER_AREA
  ) * np.float32(1 / 255)
  # A pixel shows the nearest triangle of its middle or, at the rim, of
  # its neighbours.
  middle = np.ascontiguousarray(owner[fine // 2 :: fine, fine // 2 :: fine])
  near = cv2.dilate(middle, np.ones((3, 3), np.uint8))
  owner = np.where(middle > 0, middle, near)
  coverage[owner == 0] = 0
  v, u = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : columns * 1j]
  values = np.stack([u.ravel(), v.ravel()], 1)[triangles[keep]]
  planes = _planes(p[keep, 0, :2], e1[keep], e2[keep], area[keep], values)
  # NumPy is slow at wide integers and at takes along an axis.
  pixels = np.flatnonzero(coverage > 0)
  y = pixels.astype(np.int32) // width
  x = pixels.astype(np.int32) - y * width
  shown = owner.ravel()[pixels] - 1
  x, y = x.astype(np.float32), y.astype(np.float32)
  u, v = (
    np.clip(dx[shown] * x + dy[shown] * y + constant[shown], 0, 1)
    for dx, dy, constant in planes.transpose(1, 0, 2)
  )
  return Raster(coverage, pixels, u, v)


def _planes(origin, e1, e2, area, values):
  """Each value as a plane over x and y: [(x, y, 1), values, triangles]."""
  d1, d2 = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
  inverse = 1 / area[:, None]
  dx = (d1 * e2[:, 1:] - d2 * e1[:, 1:]) * inverse
  dy = (d2 * e1[:, :1] - d1 * e2[:, :1]) * inverse
  constant = values[:, 0] - dx * origin[:, :1] - dy * origin[:, 1:]
  planes = np.stack([dx.T, dy.T, constant.T])
  return planes.astype(np.float32)


def to_fine(points: np.ndarray, fine: int) -> np.ndarray:
  """Window pixels to OpenCV's fixed-point corners on a grid `fine` as dense.

  Pixel centres lie at integers in both grids.
  """
  scaled = (points + 0.5) * fine - 0.5
  return np.round(scaled * (1 << SHIFT)).astype(np.int32)
