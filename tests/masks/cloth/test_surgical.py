import numpy as np

from maskgan_jax import masks
from maskgan_jax.masks.cloth import textures
from maskgan_jax.masks.surface import straps


def cloth_of(seed=0, colour=(122, 172, 206), **changes):
  params = masks.MaskParams("surgical", colour=colour, seed=seed, **changes)
  rng = np.random.default_rng(seed)
  marks = np.zeros((468, 2), np.float32)
  return textures.fabric(params, (1.6, 0.8), 200.0, marks, rng)


def test_the_band_over_the_wire_is_often_white():
  rows = [
    cloth_of(seed).albedo[4:12, 100:220].mean((0, 1)) for seed in range(20)
  ]
  # Red is what white has and light blue lacks.
  white = np.array(rows)[:, 0] > 0.34
  assert 0.2 < white.mean() < 0.9
  dark = [cloth_of(s, (40, 42, 46)).albedo[4:12].max() for s in range(8)]
  assert max(dark) < 0.3


def test_sides_are_welded_or_bound_with_tape():
  seeds = range(40)
  tied = [
    straps.is_tied(masks.MaskParams("surgical", seed=seed)) for seed in seeds
  ]
  edges = np.array([cloth_of(s).albedo[60:110, :4].mean((0, 1)) for s in seeds])
  assert edges[np.array(tied), 0].min() > 0.35
  assert edges[~np.array(tied), 0].max() < 0.35


def test_a_print_is_cut_by_the_pleats():
  plain, striped = (
    cloth_of(3, pattern=pattern).albedo for pattern in ("plain", "lettering")
  )
  assert (np.abs(plain - striped) > 0.05).mean() > 0.02
