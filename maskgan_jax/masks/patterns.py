"""Printed and woven patterns for cloth."""

import cv2
import numpy as np


def paint(
  pattern: str, x: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
  """How much of the second colour each place of a cloth takes.

  Args:
    pattern: "checks", "stripes", "dots", "weave" or "camouflage".
    x: float [1, w], face widths.
    y: float [h, 1], face widths.
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
  turn = rng.choice([0.0, np.pi / 4, rng.uniform(-0.2, 0.2)])
  a = (x * np.cos(turn) + y * np.sin(turn)).astype(np.float32)
  b = (y * np.cos(turn) - x * np.sin(turn)).astype(np.float32)
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
  period = rng.uniform(0.04, 0.14)
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


_PATTERNS = {
  "checks": _checks,
  "stripes": _stripes,
  "dots": _dots,
  "weave": _weave,
  "camouflage": _camouflage,
}
