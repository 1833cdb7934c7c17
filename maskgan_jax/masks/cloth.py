"""A flat sheet of cloth in the making, and the marks put on it."""

import dataclasses
from typing import NamedTuple

import cv2
import numpy as np


@dataclasses.dataclass
class Work:
  """A cloth in the making, changed in place."""

  albedo: np.ndarray  # [h, w, 3], linear
  tone: np.ndarray  # [h, w], darkens the albedo: seams, folds, threads
  relief: np.ndarray  # [h, w], face widths


class Sheet(NamedTuple):
  """Coordinates of the flat mask."""

  u: np.ndarray  # [1, w] in [-1, 1]
  v: np.ndarray  # [h, 1] in [0, 1]
  x: np.ndarray  # [1, w], face widths from the middle
  y: np.ndarray  # [h, 1], face widths from the top edge

  @property
  def shape(self) -> tuple[int, int]:
    return self.v.shape[0], self.u.shape[1]

  def band(
    self, distance: np.ndarray, centre: float, width: float
  ) -> np.ndarray:
    """1 at `centre`, falling to 0 over `width`, smooth."""
    return np.exp(-np.square((distance - centre) / width))


def _smooth_noise(shape, cells, rng):
  """Noise of unit amplitude with about `cells` (rows, columns) bumps."""
  coarse = rng.standard_normal(
    (max(2, int(cells[0])), max(2, int(cells[1])))
  ).astype(np.float32)
  return cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)


def wrinkle(
  sheet: Sheet, work: Work, amount: float, rng: np.random.Generator
) -> None:
  """Soft dents and a few creases that run from the sides inwards."""
  work.relief += amount * _smooth_noise(sheet.shape, (4, 7), rng)
  work.relief += 0.4 * amount * _smooth_noise(sheet.shape, (9, 12), rng)
  for side in (-1, 1):
    for _ in range(rng.integers(1, 4)):
      v0, slope = rng.uniform(0.2, 0.9), rng.uniform(-0.35, 0.35)
      reach = rng.uniform(0.25, 0.7)
      distance = sheet.v - v0 - slope * (1 - side * sheet.u)
      fade = np.clip(1 - (1 - side * sheet.u) / reach, 0, 1)
      work.relief += amount * 1.6 * fade * sheet.band(distance, 0, 0.035)


def shade(work: Work, mask: np.ndarray, factor: float) -> None:
  """Multiplies the tone by `factor` where `mask` is 1."""
  work.tone *= 1 + np.float32(factor - 1) * mask


def hem(
  sheet: Sheet,
  work: Work,
  width: float,
  stitched: bool,
  rng: np.random.Generator,
) -> None:
  """A folded edge all round, `width` face widths, with a seam inside it."""
  edge = np.minimum(
    np.minimum(sheet.y, sheet.y[-1:] - sheet.y),
    sheet.x[:, -1:] - np.abs(sheet.x),
  )
  work.relief += 0.004 * np.clip((width - edge) / 0.008 + 0.5, 0, 1)
  shade(work, sheet.band(edge, width + 0.006, 0.006), 0.86)
  if stitched:
    dashes = ((sheet.x - sheet.y) * rng.uniform(55, 75)) % 1 < 0.6
    shade(work, sheet.band(edge, width * 0.6, 0.004) * dashes, 0.8)


def weave(sheet: Sheet, work: Work, rng: np.random.Generator) -> None:
  """Threads, as fine as the sheet can show."""
  threads = np.sin(sheet.x * 260) * np.sin(sheet.y * 260)
  shade(work, 0.5 + 0.5 * threads, 0.93)
  speckle(work, 0.04, rng)


def speckle(work: Work, amount: float, rng: np.random.Generator) -> None:
  """Grain of the fabric: noise of relative size `amount`."""
  noise = rng.standard_normal(work.tone.shape, np.float32)
  work.tone *= 1 + np.float32(amount) * noise


def lettering(
  sheet: Sheet,
  work: Work,
  text: str,
  place: tuple[float, float],
  strength: float,
) -> None:
  """Small grey lettering around `place` (x in face widths, v)."""
  height, width = sheet.shape
  scale = width / (sheet.x[0, -1] * 2)  # elements per face width
  size = 0.05 * scale / 22
  column = width / 2 + (place[0] - 0.06) * scale
  ink = np.zeros((height, width), np.uint8)
  cv2.putText(
    ink,
    text,
    (int(column), int(place[1] * height)),
    cv2.FONT_HERSHEY_SIMPLEX,
    size,
    255,
    max(1, round(size * 1.4)),
    cv2.LINE_AA,
  )
  shade(work, ink.astype(np.float32) / 255 * strength, 0.25)
