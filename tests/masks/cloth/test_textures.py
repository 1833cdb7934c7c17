import numpy as np
import pytest

from maskgan_jax.masks import params
from maskgan_jax.masks.cloth import patterns, textures
from maskgan_jax.masks.surface import flat, shapes
from tests.masks import conftest

EXTENT = (1.25, 0.65)
MARKS = flat.marks(
  shapes.mask_surface(
    conftest.make_landmarks(),
    params.MaskParams("cloth"),
    np.random.default_rng(0),
  )
)


def fabric_of(kind, seed=0, scale=160, **options):
  return textures.fabric(
    params.MaskParams(kind, **options),
    EXTENT,
    scale,
    MARKS,
    np.random.default_rng(seed),
  )


@pytest.mark.parametrize("kind", params.MASK_TYPES)
def test_shapes_and_ranges(kind):
  cloth = fabric_of(kind)
  assert cloth.albedo.shape == (104, 200, 3)
  assert cloth.albedo.dtype == cloth.relief.dtype == np.float32
  assert cloth.relief.shape == (104, 200)
  assert cloth.albedo.min() >= 0 and cloth.albedo.max() <= 1
  # Folds are millimetres on a face of 14 cm; clear plastic has none.
  if kind in ("clear_half_mask", *params.SHIELDS):
    assert np.ptp(cloth.relief) < 0.05
  else:
    assert 0.002 < np.ptp(cloth.relief) < 0.15


@pytest.mark.parametrize("kind", params.MASK_TYPES)
def test_same_seed_same_cloth(kind):
  first, second, other = (fabric_of(kind, seed) for seed in (3, 3, 4))
  np.testing.assert_array_equal(first.albedo, second.albedo)
  assert not np.array_equal(first.albedo, other.albedo)


def test_colour_is_the_cloths_own():
  cloth = fabric_of("cloth", colour=(200, 60, 30))
  middle = 255 * np.sqrt(np.median(cloth.albedo, (0, 1)))
  np.testing.assert_allclose(middle, (200, 60, 30), atol=12)


def test_pleats_darken_rows():
  # Some are open and hardly show.
  counts = []
  for seed in range(12):
    tone = fabric_of("surgical", seed).albedo.mean(-1)[:, 80:120].mean(1)
    inner = tone[15:-10]
    dips = (inner[1:-1] < inner[:-2]) & (inner[1:-1] < inner[2:])
    counts.append((inner[1:-1][dips] < 0.93 * np.median(inner)).sum())
  assert np.mean(counts) > 2


@pytest.mark.parametrize(
  "pattern",
  sorted({*params.PATTERNS} - {"plain", "floral", "pictorial", "lower_face"}),
)
def test_patterns_use_both_colours(pattern):
  x = np.linspace(-0.6, 0.6, 240, dtype=np.float32)[None]
  y = np.linspace(0, 0.6, 120, dtype=np.float32)[:, None]
  ink = patterns.paint(pattern, x, y, np.random.default_rng(2))
  assert ink.shape == (120, 240) and ink.dtype == np.float32
  assert ink.min() >= 0 and ink.max() <= 1
  assert np.ptp(ink) > 0.4 and 0.03 < ink.mean() < 0.97


def test_unknown_pattern():
  line = np.zeros((1, 4), np.float32)
  with pytest.raises(ValueError, match="'plain', expected one of checks"):
    patterns.paint("plain", line, line.T, np.random.default_rng(0))
