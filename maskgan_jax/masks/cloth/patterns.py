"""Printed and woven patterns of two colours; prints.py has those of many."""

import math

import cv2
import numpy as np

# Side in pixels of what is drawn once and repeated.
_TILE = 160
_WORDS = ("HELLO", "SMILE", "2020", "STAY", "KIND", "LOVE", "NOVA", "RUN")


def paint(
  pattern: str, x: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
  """How much of the second colour each place of a cloth takes.

  Args:
    pattern: one of params.PATTERNS but "plain", "floral", "pictorial" and
      "lower_face".
    x: float [1, w], face widths.
    y: float [h, 1] or [h, w], face widths.
    rng: draws size, direction and phase.

  Returns:
    float32 [h, w] in [0, 1].

  Raises:
    ValueError: the pattern is unknown.
  """
  if pattern not in _PATTERNS:
    raise ValueError(
      f"pattern is {pattern!r}, expected one of {', '.join(_PATTERNS)}."
    )
  turn = float(rng.choice([0.0, np.pi / 4, rng.uniform(-0.2, 0.2)]))
  a = x * math.cos(turn) + y * math.sin(turn)
  b = y * math.cos(turn) - x * math.sin(turn)
  return _PATTERNS[pattern](a, b, rng).astype(np.float32)


def _square_wave(a, period, duty, phase):
  """Anti-aliased stripes of period `period` and share `duty`."""
  position = np.abs((a / period + phase) % 1 - 0.5) * period
  return np.clip((duty * period / 2 - position) / 0.008 + 0.5, 0, 1)


def _checks(a, b, rng):
  period = rng.uniform(0.07, 0.2)
  first = _square_wave(a, period, 0.5, rng.random())
  second = _square_wave(b, period, 0.5, rng.random())
  thin = _square_wave(a, period, 0.08, 0.3) + _square_wave(b, period, 0.08, 0.3)
  return np.clip(0.45 * (first + second) + 0.3 * thin, 0, 1)


def _stripes(a, b, rng):
  period = rng.uniform(0.03, 0.1)
  along = a if rng.random() < 0.5 else b
  return _square_wave(along, period, rng.uniform(0.25, 0.6), rng.random())


def _dots(a, b, rng):
  period = rng.uniform(0.06, 0.14)
  radius = period * rng.uniform(0.18, 0.34)
  row = np.floor(b / period)
  dx = ((a / period + 0.5 * (row % 2)) % 1 - 0.5) * period
  dy = (b / period - row - 0.5) * period
  dot = np.clip((radius - np.hypot(dx, dy)) / 0.008 + 0.5, 0, 1)
  if rng.random() < 0.4:  # rings around the dots, bandana fashion
    ring = np.abs(np.hypot(dx, dy) - radius * 1.4)
    dot = np.maximum(dot, np.clip((0.006 - ring) / 0.006 + 0.5, 0, 1))
  return dot


def _weave(a, b, rng):
  period = rng.uniform(0.025, 0.05)
  return 0.5 + 0.5 * np.sin(2 * np.pi * (a + b) / period) * np.sin(
    2 * np.pi * (a - b) / period
  )


def _camouflage(a, b, rng):
  shape = np.broadcast_shapes(a.shape, b.shape)
  blots = np.zeros(shape, np.float32)
  for cells, level in (((5, 8), 0.55), ((7, 11), 0.45)):
    noise = rng.standard_normal(cells).astype(np.float32)
    noise = cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC)
    blots += level * np.clip(noise * 12, 0, 1)
  return np.clip(blots, 0, 1)


def _tie_dye(a, b, rng):
  """A spiral, its arms frayed."""
  dx, dy = a - rng.uniform(-0.3, 0.3), b - rng.uniform(0.1, 0.5)
  shape = np.broadcast_shapes(a.shape, b.shape)
  fray = rng.standard_normal((6, 10)).astype(np.float32)
  fray = cv2.resize(fray, shape[::-1], interpolation=cv2.INTER_CUBIC)
  turns = int(rng.integers(3, 7) * rng.choice([-1, 1]))
  phase = np.arctan2(dy, dx) * turns + np.hypot(dx, dy) * rng.uniform(14, 30)
  return np.clip(0.5 + 0.9 * np.sin(phase + 0.9 * fray), 0, 1)


def _lettering(a, b, rng):
  """Words in rows."""
  tile = np.zeros((_TILE, _TILE), np.uint8)
  for y in (0.2, 0.53, 0.87):
    word = _WORDS[rng.integers(len(_WORDS))]
    cv2.putText(
      tile,
      word,
      (int(rng.integers(2, 24)), int(y * _TILE)),
      int(rng.choice([cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX])),
      1.25,
      255,
      int(rng.integers(2, 6)),
      cv2.LINE_AA,
    )
  return tiled(tile, a, b, rng.uniform(0.25, 0.6)) / 255


def tiled(
  tile: np.ndarray, a: np.ndarray, b: np.ndarray, period: float
) -> np.ndarray:
  """A tile repeated every `period` face widths.

  Args:
    tile: uint8 [side, side] or [side, side, 3] that joins with itself.
    a: float, face widths to the right on the tile.
    b: likewise, downwards; together they broadcast to [h, w].
    period: face widths.

  Returns:
    float32 [h, w] or [h, w, 3] in [0, 255].
  """
  a, b = (m.astype(np.float32) for m in np.broadcast_arrays(a, b))
  # No finer than the cloth is sampled: what is finer would glitter.
  step = math.hypot(a[0, 1] - a[0, 0], b[0, 1] - b[0, 0])
  side = min(len(tile), max(8, round(period / max(step, 1e-6))))
  tile = cv2.resize(tile, (side, side), interpolation=cv2.INTER_AREA)
  scale = np.float32(side / period)
  # Pixel k of a tile reaches from k to k + 1.
  return cv2.remap(
    tile,
    a * scale - 0.5,
    b * scale - 0.5,
    cv2.INTER_LINEAR,
    borderMode=cv2.BORDER_WRAP,
  ).astype(np.float32)


_PATTERNS = {
  "checks": _checks,
  "stripes": _stripes,
  "dots": _dots,
  "weave": _weave,
  "camouflage": _camouflage,
  "tie_dye": _tie_dye,
  "lettering": _lettering,
}
