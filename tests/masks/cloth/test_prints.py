import numpy as np
import pytest

from maskgan_jax.masks.cloth import prints

GROUND = (210, 40, 90)


def printed(seed, paint=prints.paint):
  x = np.linspace(-0.6, 0.6, 240, dtype=np.float32)[None]
  y = np.linspace(0, 0.6, 120, dtype=np.float32)[:, None]
  return paint(GROUND, x, y, np.random.default_rng(seed))


PAINTS = pytest.mark.parametrize("paint", [prints.paint, prints.floral])


@PAINTS
def test_many_colours_on_the_cloths_own(paint):
  for seed in range(12):
    rgb = printed(seed, paint)
    assert rgb.shape == (120, 240, 3) and rgb.dtype == np.float32
    assert rgb.min() >= 0 and rgb.max() <= 255
    plain = np.abs(rgb - GROUND).max(-1) < 2
    assert 0.03 < plain.mean() < 0.97
    colours, count = np.unique(
      np.round(rgb.reshape(-1, 3) / 16), axis=0, return_counts=True
    )
    assert (count > 0.004 * count.sum()).sum() >= 3


@PAINTS
def test_same_seed_same_print(paint):
  np.testing.assert_array_equal(printed(3, paint), printed(3, paint))
  assert not np.array_equal(printed(3, paint), printed(4, paint))


@PAINTS
def test_prints_repeat_without_a_seam(paint):
  # Over several tiles no column differs from the next as at a border.
  x = np.linspace(0, 3, 1500, dtype=np.float32)[None]
  y = np.linspace(0, 0.6, 300, dtype=np.float32)[:, None]
  for seed in range(6):
    rgb = paint(GROUND, x, y, np.random.default_rng(seed))
    step = np.abs(np.diff(rgb, axis=1)).mean((0, 2))
    assert step.max() < 25
