"""The frontal plane as a sheet to paint on: stencils, curves, noise."""

import functools
from collections.abc import Sequence

import cv2
import numpy as np

from maskgan_jax.datasets.sample_faces import scene

# Texture pixels per unit, and what the texture covers: corner and extent.
DENSITY = 130
CORNER = np.float32([-1.05, -1.15])
WIDTH, HEIGHT = 273, 340
SHIFT = 4


@functools.lru_cache(maxsize=8)
def noise_tile(sigma: float, stretch: float = 1.0) -> np.ndarray:
  """A seamless tile of smooth noise, float32 [256, 256], deviation 1."""
  white = np.random.default_rng(7).standard_normal((256, 256))
  white = np.pad(white, 64, mode="wrap").astype(np.float32)
  smooth = cv2.GaussianBlur(white, (0, 0), sigma, sigmaY=sigma * stretch)
  smooth = smooth[64:-64, 64:-64]
  return (smooth - smooth.mean()) / smooth.std()


def noise(
  rng: np.random.Generator,
  sigma: float,
  stretch: float,
  rows: int,
  columns: int,
) -> np.ndarray:
  """A random piece of a tile, repeated as needed, [rows, columns]."""
  repeats = -(-max(rows, columns) // 256) + 1
  tiles = _tiled(sigma, stretch, repeats)
  down, across = rng.integers(0, 256, 2)
  return tiles[down : down + rows, across : across + columns]


@functools.lru_cache(maxsize=8)
def _tiled(sigma: float, stretch: float, repeats: int) -> np.ndarray:
  return np.tile(noise_tile(sigma, stretch), (repeats, repeats))


def pixels(points: np.ndarray) -> np.ndarray:
  """Head space to texture pixels; float32 [..., 2 or 3] -> [..., 2]."""
  return (points[..., :2] - CORNER) * DENSITY - 0.5


def fixed(points: np.ndarray) -> np.ndarray:
  return np.round(pixels(points) * (1 << SHIFT)).astype(np.int32)


class Canvas:
  """The texture in the making: paint is laid on through soft stencils."""

  def __init__(self, colour: np.ndarray):
    self.image = np.empty((HEIGHT, WIDTH, 3), np.float32)
    self.image[:] = colour

  def lay(
    self,
    stencil: np.ndarray,
    colour: np.ndarray,
    strength: float = 1.0,
    box: tuple[slice, slice] | None = None,
  ) -> None:
    """Blends a colour in where the stencil (float32 [H, W]) says."""
    part = self.image if box is None else self.image[box]
    scene.over(part, colour, stencil * np.float32(strength))

  def fill(
    self,
    points: np.ndarray,
    colour: np.ndarray,
    blur: float = 0.0,
    strength: float = 1.0,
    clip: np.ndarray | None = None,
  ) -> None:
    """Fills a polygon, edges softened by `blur` texture pixels."""
    self._stamp(points, colour, blur, strength, None, clip)

  def lines(
    self,
    paths: Sequence[np.ndarray],
    colour: np.ndarray,
    width: int,
    blur: float = 0.8,
    strength: float = 1.0,
  ) -> None:
    """Draws polylines in one go, `width` in texture pixels."""
    self._stamp(np.stack(paths), colour, blur, strength, width, None)

  def _stamp(self, points, colour, blur, strength, width, clip):
    # A wide blur needs no resolution: it is made small and enlarged.
    if strength < 0.02:
      return
    coarse = 4 if blur > 5 else 1
    margin = 3 * blur + (width or 0) + 3
    flat = pixels(points).reshape(-1, 2)
    low = np.maximum(np.floor(flat.min(0) - margin), 0).astype(int)
    high = np.ceil(flat.max(0) + margin).astype(int)
    high = np.minimum(high, (WIDTH, HEIGHT))
    if (high <= low).any():
      return
    box = (slice(low[1], high[1]), slice(low[0], high[0]))
    stencil = _mask(points, low, high, width, coarse)
    if blur:
      stencil = cv2.GaussianBlur(stencil, (0, 0), blur / coarse)
    stencil = stencil.astype(np.float32) * np.float32(1 / 255)
    if coarse > 1:
      stencil = cv2.resize(stencil, None, fx=coarse, fy=coarse)
      stencil = stencil[: high[1] - low[1], : high[0] - low[0]]
    if clip is not None:
      stencil *= _mask(clip, low, high, None) * np.float32(1 / 255)
    self.lay(stencil, colour, strength, box)


def _mask(points, low, high, width, coarse=1):
  columns, rows = -(-(high - low) // coarse)
  mask = np.zeros((rows, columns), np.uint8)
  flat = (pixels(points) - low + 0.5) / coarse - 0.5
  corners = np.round(flat * (1 << SHIFT)).astype(np.int32)
  if width is None:
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, SHIFT)
  else:
    cv2.polylines(mask, list(corners), False, 255, width, cv2.LINE_AA, SHIFT)
  return mask


def ellipse(
  x: float, y: float, rx: float, ry: float, count: int = 24
) -> np.ndarray:
  """A closed line around (x, y), float32 [count, 2]."""
  angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
  ring = np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], -1)
  return ring.astype(np.float32)


@functools.lru_cache(maxsize=4)
def _curve_basis(count):
  """From a curve's given points to its 24 drawn ones, [24, count]."""
  given = np.vander(np.arange(count), count)
  drawn = np.vander(np.linspace(0, count - 1, 24), count)
  return (drawn @ np.linalg.inv(given)).astype(np.float32)


def curve(*points: Sequence[float]) -> np.ndarray:
  """A smooth line through a few points, float32 [24, 2]."""
  return _curve_basis(len(points)) @ np.float32(points)
