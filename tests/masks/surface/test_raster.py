import numpy as np

from maskgan_jax.masks.surface import raster


def plane(x0, y0, x1, y1, z=0.0):
  y, x = np.mgrid[y0 : y1 : 5 * 1j, x0 : x1 : 7 * 1j]
  return np.stack([x, y, np.full_like(x, z)], -1)


def test_flat_sheet_shows_its_coordinates():
  shown = raster.rasterise(plane(4, 6, 24, 16), 24, 32, 4)
  y, x = np.nonzero(shown.coverage)
  np.testing.assert_allclose(shown.u, np.clip((x - 4) / 20, 0, 1), atol=1e-4)
  np.testing.assert_allclose(shown.v, np.clip((y - 6) / 10, 0, 1), atol=1e-4)
  # OpenCV draws the outline too: a sample wider at most on each side.
  assert 200 <= shown.coverage.sum() < 235


def test_back_faces_are_not_drawn():
  flipped = plane(24, 6, 4, 16)
  shown = raster.rasterise(flipped, 24, 32, 4)
  assert shown.coverage.max() == 0 and shown.u.size == 0


def test_the_nearer_part_hides_the_farther():
  # A sheet folded like a Z: its left third lies before its right third.
  points = plane(4, 6, 24, 16)
  points[:, :3, 0] = np.linspace(10, 20, 3)
  points[:, :3, 2] = -5
  points[:, 3, :] = points[:, 2, :]
  points[:, 4:, 0] = np.linspace(10, 20, 3)
  shown = raster.rasterise(points, 24, 32, 4)
  x = np.nonzero(shown.coverage)[1]
  middle = (x >= 11) & (x <= 17)
  assert middle.any() and (shown.u[middle] < 0.4).all()
