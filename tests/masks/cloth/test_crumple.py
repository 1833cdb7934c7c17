import numpy as np
import pytest

from maskgan_jax.masks.cloth import crumple


@pytest.mark.parametrize("make", [crumple.relief, crumple.felt])
def test_unit_deviation_and_determinism(make):
  pieces = [make((300, 400), 2.0, np.random.default_rng(s)) for s in (0, 0, 1)]
  assert pieces[0].shape == (300, 400) and pieces[0].dtype == np.float32
  assert 0.7 < pieces[0].std() < 1.3
  np.testing.assert_array_equal(pieces[0], pieces[1])
  assert (pieces[0] != pieces[2]).any()


def test_creases_are_longer_than_wide():
  rng = np.random.default_rng(0)
  relief = crumple.relief((300, 300), 1.0, rng, stretch=4.0)
  across, along = (np.abs(np.diff(relief, axis=a)).mean() for a in (0, 1))
  assert across > 1.6 * along


def test_larger_creases_are_flatter():
  fine, broad = (
    crumple.relief((300, 300), 1.0, np.random.default_rng(0), size=size)
    for size in (0.5, 2.0)
  )
  assert np.abs(np.diff(fine)).mean() > 2 * np.abs(np.diff(broad)).mean()


def test_tiles_repeat_without_a_seam():
  # Four times round the tile, no step anywhere is larger than elsewhere.
  relief = crumple.relief((64, 4096), 10.0, np.random.default_rng(0))
  steps = np.abs(np.diff(relief, axis=1)).max(0)
  assert steps.max() < 8 * np.median(steps)
