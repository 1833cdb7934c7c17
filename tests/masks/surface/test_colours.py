import cv2
import numpy as np

from maskgan_jax.masks.surface import colours


def test_the_nearest_pixel_s_colour_also_beside_the_picture():
  image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
  lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
  points = np.array([[[1.4, 2.6], [6.0, 0.0]], [[-3.0, 9.0], [9.0, 1.0]]])
  found = colours.lab_at(image, points)
  assert found.shape == (2, 2, 3) and found.dtype == np.float32
  expected = [[lab[3, 1], lab[0, 6]], [lab[4, 0], lab[1, 6]]]
  np.testing.assert_array_equal(found, expected)
