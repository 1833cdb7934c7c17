"""Creases and fibres of cloth, cut from two tiles that are made once.

Creases are crisp on one side and soft on the other, and long in one direction:
smooth bumps look moulded, not worn.
"""

import functools

import cv2
import numpy as np

_SIDE = 512
# Elements of the tiles per face width.
_PER_WIDTH = 200


def relief(
  shape: tuple[int, int],
  width: float,
  rng: np.random.Generator,
  *,
  size: float = 1.0,
  stretch: float = 1.6,
) -> np.ndarray:
  """Relief of crumpled cloth, float32 [h, w] of about unit deviation.

  Args:
    shape: of the result.
    width: of the cloth, face widths.
    rng: draws which part of the tile is used.
    size: of the creases; 1 has main ones about a quarter of a face apart.
    stretch: how many times as long as wide they are.
  """
  turn = rng.uniform(-0.3, 0.3)  # Radians from the horizontal.
  return _cut(_creased(), shape, width / size, rng, stretch, turn)


def felt(
  shape: tuple[int, int], width: float, rng: np.random.Generator
) -> np.ndarray:
  """Tone of felted fibres, float32 [h, w] of about unit deviation.

  Args:
    shape: of the result.
    width: of the cloth, face widths.
    rng: draws which part of the tile is used.
  """
  return _cut(_felt(), shape, width, rng, 1.0, rng.uniform(-3, 3))


def threads(
  shape: tuple[int, int], width: float, rng: np.random.Generator
) -> np.ndarray:
  """Tone of uneven yarn both ways, float32 [h, w] of about unit deviation.

  Args:
    shape: of the result.
    width: of the cloth, face widths.
    rng: draws which parts of the tile are used.
  """
  turn = rng.uniform(-0.1, 0.1)
  weft, warp = (
    _cut(_felt(), shape, width, rng, 7.0, turn + quarter)
    for quarter in (0.0, np.pi / 2)
  )
  return (weft + warp) * np.float32(0.7)


def _cut(tile, shape, width, rng, stretch, turn):
  """A piece of a tile, `width` face widths wide."""
  # Elements of the tile for one element of the result.
  step = width * _PER_WIDTH / shape[1]
  cos, sin = np.cos(turn) * step, np.sin(turn) * step
  x, y = rng.uniform(0, _SIDE, 2)
  return cv2.warpAffine(
    tile,
    np.array([[cos / stretch, sin / stretch, x], [-sin, cos, y]]),
    shape[::-1],
    flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    borderMode=cv2.BORDER_WRAP,
  )


def _noise(cells, rng):
  """Smooth noise that repeats without a seam, [_SIDE, _SIDE]."""
  coarse = rng.standard_normal((cells, cells)).astype(np.float32)
  padded = np.pad(coarse, 3, mode="wrap")
  scale = _SIDE // cells
  fine = cv2.resize(
    padded, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC
  )
  return fine[3 * scale : 3 * scale + _SIDE, 3 * scale : 3 * scale + _SIDE]


@functools.cache
def _creased():
  """Relief of unit deviation with sharp creases."""
  rng = np.random.default_rng(11)
  relief = np.zeros((_SIDE, _SIDE), np.float32)
  for cells, share in ((8, 1.0), (16, 0.42), (32, 0.13)):
    # A fold's ridge where noise changes its sign, here and there only.
    ridge = -np.abs(_noise(cells, rng))
    where = np.clip(0.5 + 0.8 * _noise(cells // 2, rng), 0.1, 1)
    relief += share * (ridge * where + 0.45 * _noise(cells, rng))
  # The filters know no border that wraps.
  relief = np.pad(relief, 8, mode="wrap")
  relief = cv2.GaussianBlur(relief, (0, 0), 1.0)[8:-8, 8:-8]
  return (relief - relief.mean()) / relief.std()


@functools.cache
def _felt():
  """Tone of unit deviation: fibres and thin places."""
  rng = np.random.default_rng(12)
  tone = np.zeros((_SIDE, _SIDE), np.float32)
  for angle in np.arange(6) * np.pi / 6:
    kernel = np.zeros((17, 17), np.float32)
    reach = 7 * np.array([np.cos(angle), np.sin(angle)])
    ends = [tuple(int(v) for v in np.round(8 + s * reach)) for s in (-1, 1)]
    cv2.line(kernel, *ends, 1.0)
    fine = rng.standard_normal((_SIDE, _SIDE)).astype(np.float32)
    fine = np.pad(fine, 8, mode="wrap")
    fine = cv2.filter2D(fine, -1, kernel / kernel.sum())[8:-8, 8:-8]
    tone += fine / fine.std()
  tone = tone / tone.std() + 0.7 * _noise(64, rng) + 0.5 * _noise(16, rng)
  return (tone / tone.std()).astype(np.float32)
