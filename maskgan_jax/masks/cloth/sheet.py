"""A flat sheet of cloth in the making, and the marks put on it."""

import dataclasses
import functools
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax import photos
from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.cloth import crumple, lower_faces, patterns, prints

# Pictures are printed no finer than this, pixels a side.
_PRINT_SIDE = 768


@dataclasses.dataclass
class Work:
  """A cloth in the making, changed in place."""

  albedo: np.ndarray  # [h, w, 3], linear
  tone: np.ndarray  # [h, w], darkens the albedo: seams, folds, threads
  relief: np.ndarray  # [h, w], face widths
  # [h, w] in [0, 1], how much of the face plastic hides; None: cloth hides all
  opacity: np.ndarray | None = None
  shine: float = 0.0  # of highlights, linear


class Sheet(NamedTuple):
  """Coordinates of the flat mask."""

  u: np.ndarray  # [1, w] in [-1, 1]
  v: np.ndarray  # [h, 1] in [0, 1]
  x: np.ndarray  # [1, w], face widths from the middle
  y: np.ndarray  # [h, 1], face widths from the top edge
  # [468, 2], x and y of the landmarks below it; filters and valves have none.
  marks: np.ndarray = np.zeros((0, 2), np.float32)

  @property
  def shape(self) -> tuple[int, int]:
    return self.v.shape[0], self.u.shape[1]

  def band(
    self, distance: np.ndarray, centre: float, width: float
  ) -> np.ndarray:
    """1 at `centre`, falling to 0 over `width`, smooth."""
    return np.exp(-np.square((distance - centre) / width))


def linear(colour: tuple[int, int, int]) -> np.ndarray:
  """RGB in 0..255 to linear float32 [3]."""
  return np.square(np.array(colour, np.float32) / 255)


def slack(params: params_lib.MaskParams) -> float:
  """How much more than usual a mask wrinkles as it is worn."""
  gathered = params.wear in ("under_lip", "chin")
  return 0.8 + 0.9 * params.looseness + 0.8 * gathered


def stamp(
  sheet: Sheet,
  params: params_lib.MaskParams,
  work: Work,
  rng: np.random.Generator,
) -> None:
  """Prints the mask's texture or pattern on the cloth.

  Raises:
    photos.PhotoError: the texture is no readable picture.
  """
  if params.texture:
    picture = _print_of(params.texture)
    # The largest piece of the cloth's proportions, or one smaller.
    height, width = work.tone.shape
    zoom = rng.uniform(0.6, 1.0)
    fit = min(picture.shape[0] / height, picture.shape[1] / width) * zoom
    part = max(1, int(height * fit)), max(1, int(width * fit))
    y, x = (
      int(rng.integers(whole - wanted + 1))
      for whole, wanted in zip(picture.shape[:2], part, strict=True)
    )
    piece = picture[y : y + part[0], x : x + part[1]]
    piece = cv2.resize(piece, (width, height), interpolation=cv2.INTER_AREA)
    work.albedo[:] = np.square(piece.astype(np.float32) * (0.94 / 255))
  elif params.pattern == "pictorial":
    printed = prints.paint(params.colour, sheet.x, sheet.y, rng)
    work.albedo[:] = np.square(printed / 255)
  elif params.pattern == "floral":
    printed = prints.floral(params.colour, sheet.x, sheet.y, rng)
    work.albedo[:] = np.square(printed / 255)
  elif params.pattern == "lower_face":
    printed = lower_faces.paint(
      params.colour, sheet.x, sheet.y, sheet.marks, rng
    )
    work.albedo[:] = np.square(printed / 255)
  elif params.pattern != "plain":
    ink = patterns.paint(params.pattern, sheet.x, sheet.y, rng)[..., None]
    ink *= np.float32(rng.uniform(0.4, 1.0))
    work.albedo += (linear(params.accent) - work.albedo) * ink


@functools.lru_cache(maxsize=16)
def _print_of(path):
  picture = photos.read(path)
  scale = _PRINT_SIDE / max(picture.shape[:2])
  if scale >= 1:
    return picture
  return cv2.resize(
    picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
  )


def wrinkle(
  sheet: Sheet, work: Work, amount: float, rng: np.random.Generator
) -> None:
  """Creases all over and a few that run from the sides inwards.

  Args:
    sheet: where.
    work: its relief is changed in place.
    amount: of the relief, face widths.
    rng: draws where.
  """
  crumple_over(sheet, work, 0.7 * amount, rng, stretch=rng.uniform(1.2, 2.4))
  crumple_over(sheet, work, 0.25 * amount, rng, size=0.45)
  for side in (-1, 1):
    for _ in range(rng.integers(1, 4)):
      v0, slope = rng.uniform(0.2, 0.9), rng.uniform(-0.35, 0.35)
      reach = rng.uniform(0.25, 0.7)
      distance = sheet.v - v0 - slope * (1 - side * sheet.u)
      fade = np.clip(1 - (1 - side * sheet.u) / reach, 0, 1)
      crisp = np.exp(-np.abs(distance) / np.float32(rng.uniform(0.015, 0.04)))
      work.relief += np.float32(1.3 * amount) * fade * crisp


def crumple_over(
  sheet: Sheet,
  work: Work,
  amount: float,
  rng: np.random.Generator,
  *,
  size: float = 1.0,
  stretch: float = 1.6,
) -> None:
  """Crumples the cloth: relief of deviation `amount`, see crumple.relief."""
  creases = crumple.relief(
    sheet.shape, 2 * sheet.x[0, -1], rng, size=size, stretch=stretch
  )
  work.relief += np.float32(amount) * creases


def fibres(
  sheet: Sheet, work: Work, amount: float, rng: np.random.Generator
) -> None:
  """Mottles the cloth as felted fibres do, by a relative `amount`."""
  mottled = crumple.felt(sheet.shape, 2 * sheet.x[0, -1], rng)
  work.tone *= 1 + np.float32(amount) * mottled


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
  work.relief += 0.003 * np.clip((width - edge) / 0.008 + 0.5, 0, 1)
  line = sheet.band(edge, width + 0.006, 0.006)
  shade(work, line, rng.uniform(0.84, 0.95))
  if stitched:
    dashes = ((sheet.x - sheet.y) * rng.uniform(55, 75)) % 1 < 0.6
    shade(work, sheet.band(edge, width * 0.6, 0.004) * dashes, 0.8)


def weave(sheet: Sheet, work: Work, rng: np.random.Generator) -> None:
  """Threads, as fine as the sheet can show."""
  count = np.float32(rng.uniform(380, 620))
  threads = np.sin(sheet.x * count) * np.sin(sheet.y * count)
  shade(work, 0.5 + 0.5 * threads, rng.uniform(0.9, 0.98))
  slubs = crumple.threads(sheet.shape, 2 * sheet.x[0, -1], rng)
  work.tone *= 1 + np.float32(rng.uniform(0.02, 0.09)) * slubs
  fibres(sheet, work, 0.025, rng)
  speckle(work, 0.03, rng)


def speckle(work: Work, amount: float, rng: np.random.Generator) -> None:
  """Grain of the fabric: noise of relative size `amount`."""
  work.tone *= 1 + np.float32(amount) * white_noise(work.tone.shape, rng)


def white_noise(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
  """A piece of one fixed sheet of unit noise, float32 [h, w]."""
  # A new one for each mask would take a tenth of all its time.
  tile = _noise_tile()
  side = len(tile) // 2
  y, x = (int(v) for v in rng.integers(side, size=2))
  height, width = shape
  if max(shape) <= side:
    return tile[y : y + height, x : x + width]
  rows, columns = (y + np.arange(height)) % side, (x + np.arange(width)) % side
  return tile[rows][:, columns]


@functools.cache
def _noise_tile():
  """Twice repeated each way, so that most pieces are views of it."""
  noise = np.random.default_rng(0).standard_normal((509, 509), np.float32)
  return np.tile(noise, (2, 2))


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
