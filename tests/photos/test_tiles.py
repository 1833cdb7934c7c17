import numpy as np

from maskgan_jax.photos import tiles


def _image(value):
  return np.full((16, 16, 3), value, np.uint8)


def test_tile_joins_rows_and_columns():
  tiled = tiles.tile([[_image(1), _image(2), _image(3)], [_image(4)] * 3])
  assert tiled.shape == (32, 48, 3) and tiled.dtype == np.uint8
  assert tiled[0, ::16, 0].tolist() == [1, 2, 3]
  assert (tiled[16:] == 4).all()
