import cv2
import numpy as np

from maskgan_jax.photos import coding


def _noise(*shape):
  return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def test_png_is_exact():
  rgba, grey = _noise(17, 23, 4), _noise(17, 23)
  np.testing.assert_array_equal(coding.rgba(coding.png(rgba)), rgba)
  np.testing.assert_array_equal(coding.grey(coding.png(grey)), grey)


def test_png_keeps_colour_under_zero_alpha():
  rgba = _noise(8, 8, 4)
  rgba[..., 3] = 0
  np.testing.assert_array_equal(coding.rgba(coding.png(rgba)), rgba)


def test_jpeg_is_near_and_keeps_the_order_of_channels():
  smooth = cv2.resize(_noise(4, 4, 3), (64, 64), interpolation=cv2.INTER_CUBIC)
  difference = coding.rgb(coding.jpeg(smooth)).astype(int) - smooth
  assert np.abs(difference).mean() < 3
