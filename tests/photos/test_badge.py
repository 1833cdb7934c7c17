import numpy as np
import pytest

from maskgan_jax.photos import badge


@pytest.mark.parametrize("shape", [(64, 96), (600, 400)])
def test_the_badge_is_readable_and_in_its_corner(shape):
  image = np.full((*shape, 3), 120, np.uint8)
  before = image.copy()
  result = badge.with_badge(image)
  np.testing.assert_array_equal(image, before)
  changed = (result != image).any(axis=2)
  rows, columns = np.nonzero(changed)
  height = np.ptp(rows) + 1
  assert 8 <= height <= max(20, 0.08 * min(shape))
  assert rows.min() > shape[0] / 2 and columns.min() > shape[1] / 2
  letters = (result[changed] > 200).all(axis=1).mean()
  ground = (result[changed] < 50).all(axis=1).mean()
  assert 0.05 < letters < 0.6 and ground > 0.3
