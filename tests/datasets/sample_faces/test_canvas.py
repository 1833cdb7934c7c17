import numpy as np

from maskgan_jax.datasets.sample_faces import canvas

SQUARE = np.float32([(-0.3, -0.3), (0.3, -0.3), (0.3, 0.3), (-0.3, 0.3)])
WHITE = np.full(3, 255, np.float32)


def _sheet():
  return canvas.Canvas(np.zeros(3, np.float32))


def test_noise_is_seamless_and_of_unit_deviation():
  tile = canvas.noise_tile(2.0)
  np.testing.assert_allclose(tile.std(), 1, atol=1e-4)
  inner = np.abs(np.diff(tile, axis=1)).max()
  assert np.abs(tile[:, 0] - tile[:, -1]).max() <= 1.5 * inner


def test_noise_fills_any_size():
  piece = canvas.noise(np.random.default_rng(0), 0.6, 1.0, 700, 300)
  assert piece.shape == (700, 300)
  np.testing.assert_array_equal(piece[:256], piece[256:512])


def test_a_fill_has_its_area_whatever_the_blur():
  side = 0.6 * canvas.DENSITY
  # OpenCV paints the border too: half a pixel all round, and a wide blur is
  # made with pixels of four.
  for blur, pixel in ((0.0, 1), (2.0, 1), (8.0, 4)):
    sheet = _sheet()
    sheet.fill(SQUARE, WHITE, blur)
    area = sheet.image[..., 0].sum() / 255
    np.testing.assert_allclose(area, (side + pixel) ** 2, rtol=0.02)


def test_a_clip_keeps_paint_inside():
  sheet = _sheet()
  sheet.fill(SQUARE, WHITE, 0.0, 1.0, SQUARE * 0.5)
  area = sheet.image[..., 0].sum() / 255
  np.testing.assert_allclose(area, (0.3 * canvas.DENSITY + 1) ** 2, rtol=0.02)


def test_paint_beside_the_sheet_is_harmless():
  sheet = _sheet()
  sheet.fill(SQUARE + 9, WHITE)
  assert sheet.image.max() == 0


def test_a_curve_passes_through_its_points():
  line = canvas.curve((0, 0), (1, 2), (2, 0))
  assert line.shape == (24, 2)
  np.testing.assert_allclose(line[[0, -1]], [(0, 0), (2, 0)], atol=1e-5)
  assert 1.95 < line[:, 1].max() <= 2.001


def test_an_ellipse_has_its_radii():
  ring = canvas.ellipse(1, 2, 0.5, 0.25)
  np.testing.assert_allclose(np.ptp(ring, axis=0), [1, 0.5], atol=1e-5)
  np.testing.assert_allclose(ring.mean(0), [1, 2], atol=1e-5)
