import jax
import numpy as np
import pytest

from maskgan_jax.networks import blocks


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_enlarge_is_bilinear(scale):
  x = np.random.default_rng(0).random((2, 5, 8, 3), np.float32)
  expected = jax.image.resize(x, (2, 5 * scale, 8 * scale, 3), "linear")
  found = blocks.enlarge(x, scale)
  assert found.dtype == np.float32
  np.testing.assert_allclose(found, expected, atol=1e-6)


def test_enlarge_of_a_slope_is_a_slope():
  """By hand: 0, 1 at half the step is 0, 1/4, 3/4, 1."""
  x = np.array([0.0, 1.0], np.float32).reshape(1, 1, 2, 1)
  found = np.asarray(blocks.enlarge(x, 2))
  np.testing.assert_allclose(found[0, 0, :, 0], [0, 0.25, 0.75, 1], atol=1e-7)


def test_enlarge_keeps_half_precision():
  x = jax.numpy.ones((1, 2, 2, 1), jax.numpy.bfloat16)
  assert blocks.enlarge(x, 2).dtype == jax.numpy.bfloat16
