import numpy as np

from maskgan_jax.masks.cloth import pleats
from maskgan_jax.masks.cloth import sheet as sheet_lib


def test_three_folds_each_with_a_shadow_below():
  u = np.linspace(-1, 1, 300, dtype=np.float32)[None]
  v = np.linspace(0, 1, 160, dtype=np.float32)[:, None]
  sheet = sheet_lib.Sheet(u, v, u * np.float32(0.8), v * np.float32(0.8))
  for seed in range(5):
    work = sheet_lib.Work(
      np.ones((160, 300, 3), np.float32),
      np.ones((160, 300), np.float32),
      np.zeros((160, 300), np.float32),
    )
    folded = pleats.fold(sheet, work, np.random.default_rng(seed))
    # Below each fold more cloth lies hidden; above the first none does.
    assert not folded[0].any()
    assert (np.diff(folded, axis=0) >= 0).all()
    steps = (np.diff(folded, axis=0) > 0).sum(0)
    assert (steps == 3).mean() > 0.8
    dark = np.unravel_index(work.tone.argmin(), work.tone.shape)
    rows = np.flatnonzero(np.diff(folded[:, dark[1]]) > 0)
    # Under its flap, where it gapes.
    below = dark[0] - rows
    assert ((below >= -3) & (below <= 9)).any()
    assert work.tone.min() < 0.85
