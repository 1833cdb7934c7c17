import numpy as np

from maskgan_jax.masks.cloth import ink, lower_faces
from tests.masks.cloth import test_textures

GROUND = (40, 90, 200)


def printed(seed):
  x = np.linspace(-0.6, 0.6, 240, dtype=np.float32)[None]
  y = np.linspace(0, 0.65, 130, dtype=np.float32)[:, None]
  rng = np.random.default_rng(seed)
  return lower_faces.paint(GROUND, x, y, test_textures.MARKS, rng)


def test_something_is_printed_where_the_mouth_is():
  x, y = test_textures.MARKS[[61, 291]].mean(0)
  column, row = int((x + 0.6) * 200), int(y * 200)
  for seed in range(16):
    rgb = printed(seed)
    assert rgb.shape == (130, 240, 3) and rgb.dtype == np.float32
    assert rgb.min() >= 0 and rgb.max() <= 255
    mouth = rgb[row - 12 : row + 16, column - 24 : column + 24]
    assert mouth.std((0, 1)).max() > 5


def test_all_styles_come_up():
  plain = np.array(GROUND) * 0.96 + 6
  free = [np.abs(printed(s) - plain).max(-1) < 3 for s in range(24)]
  shares = np.array([f.mean() for f in free])
  # Skin, bone and fur cover the cloth, mouths alone leave most of it free.
  assert (shares > 0.5).any() and (shares < 0.02).any()


def test_same_seed_same_print():
  np.testing.assert_array_equal(printed(3), printed(3))
  assert not np.array_equal(printed(3), printed(4))


def test_hair_beside_the_cloth_changes_nothing():
  x = np.linspace(-0.6, 0.6, 240, dtype=np.float32)[None]
  y = np.linspace(0, 0.65, 130, dtype=np.float32)[:, None]
  rng = np.random.default_rng(0)
  canvas = ink.Canvas(GROUND, x, y, test_textures.MARKS, rng)
  before, brown = canvas.pixels.copy(), np.array([90.0, 60.0, 40.0])
  canvas.hair(ink.ellipse(np.array([3.0, 3.0]), (0.1, 0.1)), brown, 20.0, 0.01)
  np.testing.assert_array_equal(canvas.pixels, before)
  canvas.hair(ink.ellipse(np.array([0.0, 0.3]), (0.1, 0.1)), brown, 20.0, 0.01)
  assert (canvas.pixels != before).any()
