"""Printed pictures in many colours: motifs strewn over cloth."""

import colorsys
import math

import cv2
import numpy as np

from maskgan_jax.masks.cloth import patterns

# Side in pixels of what is drawn once and repeated.
_TILE = 224


def paint(
  ground: tuple[int, int, int],
  x: np.ndarray,
  y: np.ndarray,
  rng: np.random.Generator,
) -> np.ndarray:
  """A print of one to three kinds of motifs in a palette of its own.

  Args:
    ground: RGB in 0..255 of the cloth between the motifs.
    x: float [1, w], face widths.
    y: float [h, 1] or [h, w], face widths.
    rng: draws motifs, palette, places and size.

  Returns:
    RGB float32 [h, w, 3] in [0, 255].
  """
  tile = np.full((_TILE, _TILE, 3), ground, np.uint8)
  palette = _palette(rng)
  kinds = rng.choice(len(_MOTIFS), size=rng.integers(1, 4), replace=False)
  outlined = rng.random() < 0.5
  # Jittered cells: motifs crowd, few lie on one another.
  cells = int(rng.integers(3, 5))
  for cell in rng.permutation(cells * cells).tolist():
    place = np.array(divmod(cell, cells)) + rng.uniform(0.2, 0.8, 2)
    size = rng.uniform(0.3, 0.65) / cells
    motif = _MOTIFS[kinds[rng.integers(len(kinds))]]
    shapes = motif(size * _TILE, rng.uniform(0, 2 * math.pi), palette, rng)
    for outline, colour in shapes:
      _stamp(tile, outline + place / cells * _TILE, colour, outlined)
  return patterns.tiled(tile, x, y, rng.uniform(0.35, 0.9))


def floral(
  ground: tuple[int, int, int],
  x: np.ndarray,
  y: np.ndarray,
  rng: np.random.Generator,
) -> np.ndarray:
  """A print of small blossoms and leaves in calm colours, see `paint`."""
  tile = np.full((_TILE, _TILE, 3), ground, np.uint8)
  petals, greens = (
    _muted(rng.random(), rng),
    _muted(rng.uniform(0.2, 0.42), rng),
  )
  if rng.random() < 0.3:
    petals = np.concatenate([petals, _muted(rng.random(), rng)])
  if rng.random() < 0.4:  # in shades of one colour
    petals = greens = _muted(rng.random(), rng)
  cells = int(rng.integers(5, 9))
  leafy = rng.uniform(0.3, 0.7)
  for cell in rng.permutation(cells * cells).tolist():
    place = np.array(divmod(cell, cells)) + rng.uniform(0.1, 0.9, 2)
    size = rng.uniform(0.25, 0.75) / cells * _TILE
    if rng.random() < 0.1:
      continue
    is_leaf = rng.random() < leafy
    motif, palette = (_leaves, greens) if is_leaf else (_flower, petals)
    for outline, colour in motif(size, rng.uniform(0, 6.3), palette, rng):
      # Each petal is of a darker and a lighter ink.
      middle = outline.mean(0)
      for share, tone in ((1.0, rng.uniform(0.6, 0.9)), (0.7, 1.0)):
        shade = tuple(int(c * tone) for c in colour)
        inner = middle + share * (outline - middle)
        _stamp(tile, inner + place / cells * _TILE, shade, False)
  # Ink runs a little into the cloth.
  tile = np.pad(tile, ((4, 4), (4, 4), (0, 0)), mode="wrap")
  tile = cv2.GaussianBlur(tile, (0, 0), 0.8)[4:-4, 4:-4]
  return patterns.tiled(tile, x, y, rng.uniform(0.4, 0.75))


def _muted(hue, rng):
  """Shades of one calm colour, [n, 3]."""
  colours = [
    colorsys.hsv_to_rgb(
      (hue + rng.uniform(-0.04, 0.04)) % 1,
      rng.uniform(0.1, 0.65),
      rng.uniform(0.3, 0.95),
    )
    for _ in range(4)
  ]
  return np.round(255 * np.array(colours)).astype(int)


def _palette(rng):
  """Two to four colours that go together and black or white, [n, 3]."""
  first, spread = rng.random(), rng.choice([0.08, 0.2, 0.5])
  colours = [
    colorsys.hsv_to_rgb(
      (first + spread * rng.uniform(-1, 1)) % 1,
      rng.uniform(0.2, 0.85),
      rng.uniform(0.3, 0.95),
    )
    for _ in range(rng.integers(2, 5))
  ]
  colours.append((1.0,) * 3 if rng.random() < 0.5 else (0.08,) * 3)
  return np.round(255 * np.array(colours)).astype(int)


def _stamp(tile, outline, colour, outlined):
  """Fills a closed outline [n, 2], px, on a tile that joins with itself."""
  low, high = outline.min(0) - 2, outline.max(0) + 2
  for dx in (-_TILE, 0, _TILE):
    for dy in (-_TILE, 0, _TILE):
      moved = [dx, dy]
      if (low + moved > _TILE).any() or (high + moved < 0).any():
        continue
      corners = [np.round((outline + moved) * 16).astype(np.int32)]
      cv2.fillPoly(tile, corners, colour, cv2.LINE_AA, 4)
      if outlined:
        cv2.polylines(tile, corners, True, (24, 22, 24), 2, cv2.LINE_AA, 4)


def _pick(palette, rng):
  return tuple(int(c) for c in palette[rng.integers(len(palette))])


def _round(centre, radii, turn, count=20):
  """An ellipse [count, 2] about a centre."""
  angle = np.arange(count) * 2 * math.pi / count
  x, y = radii[0] * np.cos(angle), radii[1] * np.sin(angle)
  cos, sin = math.cos(turn), math.sin(turn)
  return np.stack([x * cos - y * sin, x * sin + y * cos], 1) + centre


def _polar(radius, turn):
  """The closed outline through radii [n] at equal angles."""
  angle = turn + np.arange(len(radius)) * 2 * math.pi / len(radius)
  return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)


def _flower(size, turn, palette, rng):
  petals, colour = int(rng.integers(5, 9)), _pick(palette, rng)
  for k in range(petals):
    angle = turn + 2 * math.pi * k / petals
    centre = 0.62 * size * np.array([math.cos(angle), math.sin(angle)])
    yield _round(centre, (0.42 * size, 0.26 * size), angle), colour
  yield _round(0, (0.25 * size,) * 2, 0), _pick(palette, rng)


def _leaves(size, turn, palette, rng):
  colour = _pick(palette, rng)
  for k in range(rng.integers(1, 6)):
    angle = turn + 0.55 * (k - 2)
    centre = 0.6 * size * np.array([math.cos(angle), math.sin(angle)])
    yield _round(centre, (0.6 * size, 0.17 * size), angle), colour


def _star(size, turn, palette, rng):
  spikes = int(rng.integers(4, 9))
  radius = np.tile([1.0, rng.uniform(0.35, 0.8)], spikes) * size
  yield _polar(radius, turn), _pick(palette, rng)


def _disc(size, turn, palette, rng):
  for share in np.linspace(1, 0.3, rng.integers(1, 4)).tolist():
    yield _round(0, (share * size,) * 2, turn), _pick(palette, rng)


def _blob(size, turn, palette, rng):
  angle = np.arange(28) * 2 * math.pi / 28
  wave = sum(
    rng.uniform(-0.3, 0.3) * np.cos(n * angle + rng.uniform(0, 6))
    for n in (1, 2, 3, 5)
  )
  yield _polar(1.3 * size * (0.9 + wave), turn), _pick(palette, rng)


def _head(size, turn, palette, rng):
  """A creature's or a skull's: two eyes over a snout or a jaw."""
  colour, dark = _pick(palette, rng), (26, 24, 26)
  tilt = 0.25 * math.sin(turn)
  yield _round((0, 0.45 * size), (0.55 * size, 0.6 * size), tilt), colour
  yield _round(0, (0.9 * size, 0.75 * size), tilt), colour
  for side in (-1, 1):
    yield _round((0.36 * side * size, 0), (0.2 * size, 0.24 * size), 0), dark
  yield _round((0, 0.42 * size), (0.09 * size, 0.13 * size), 0), dark


def _bolt(size, turn, palette, rng):
  """A zigzag."""
  along = np.linspace(-1, 1, int(rng.integers(4, 7)))
  across = 0.35 * np.where(np.arange(len(along)) % 2, 1, -1)
  there = np.stack([along, across - 0.14], 1)
  back = np.stack([along, across + 0.14], 1)[::-1]
  outline = 1.2 * size * np.concatenate([there, back])
  cos, sin = math.cos(turn), math.sin(turn)
  yield outline @ np.array([[cos, sin], [-sin, cos]]), _pick(palette, rng)


_MOTIFS = (_flower, _leaves, _star, _disc, _blob, _head, _bolt)
