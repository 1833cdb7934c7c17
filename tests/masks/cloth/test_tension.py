import numpy as np

from maskgan_jax.masks.cloth import sheet as sheet_lib
from maskgan_jax.masks.cloth import tension


def made(fold, seed, amount=0.01):
  u = np.linspace(-1, 1, 300, dtype=np.float32)[None]
  v = np.linspace(0, 1, 160, dtype=np.float32)[:, None]
  sheet = sheet_lib.Sheet(u, v, u * np.float32(0.8), v * np.float32(0.8))
  work = sheet_lib.Work(
    np.ones((160, 300, 3), np.float32),
    np.ones((160, 300), np.float32),
    np.zeros((160, 300), np.float32),
  )
  fold(sheet, work, amount, np.random.default_rng(seed))
  return work.relief


def test_folds_run_from_the_corners_and_run_out():
  for seed in range(6):
    relief = made(tension.from_corners, seed)
    assert np.isfinite(relief).all()
    assert relief.min() >= 0 and 0.002 < relief.max() < 0.04
    sides = np.abs(relief[:, [20, -20]]).mean()
    assert sides > 3 * np.abs(relief[:, 140:160]).mean()
    np.testing.assert_array_equal(relief, made(tension.from_corners, seed))


def test_a_ridge_runs_down_from_the_nose():
  for seed in range(6):
    relief = made(tension.over_nose, seed, 0.02)
    assert abs(int(relief[20].argmax()) - 150) < 20
    assert relief[20].max() > 0.008
    assert np.abs(relief[20, [0, -1]]).max() < 0.1 * relief[20].max()
    assert relief[-1].max() <= relief[20].max()
