"""Tests for maskgan_jax.models.windows."""

import jax
import numpy as np
import pytest
from jax import lax

from maskgan_jax.networks.cpu_kernels import geometry, windows

# (height, width), in, out, kernel, strides, pads
_SHAPES = [
  ((8, 8), 4, 8, (4, 4), (2, 2), ((1, 1), (1, 1))),
  ((13, 10), 3, 5, (4, 4), (2, 2), ((1, 2), (1, 1))),
  ((11, 12), 3, 4, (5, 3), (3, 2), ((2, 2), (0, 1))),
  ((9, 9), 2, 3, (2, 1), (3, 3), ((0, 0), (0, 0))),  # Skips pixels.
  ((7, 9), 3, 6, (3, 3), (1, 1), ((1, 1), (1, 1))),
  ((7, 8), 6, 1, (4, 4), (1, 1), ((0, 0), (1, 1))),  # Windows of g.
  ((7, 8), 6, 2, (2, 2), (1, 1), ((2, 2), (3, 1))),  # Pads beyond the kernel.
  ((7, 9), 4, 6, (1, 1), (1, 1), ((0, 0), (0, 0))),
  ((1, 1), 4, 6, (4, 4), (2, 2), ((1, 2), (1, 2))),
]


@pytest.mark.parametrize("shape", _SHAPES)
def test_all_pieces_equal_lax(shape):
  size, features_in, features, kernel_size, strides, pads = shape
  x = jax.random.normal(jax.random.key(0), (2, *size, features_in))
  kernel = jax.random.normal(
    jax.random.key(1), (*kernel_size, features_in, features)
  )

  @jax.jit
  def want(x, kernel):
    y, vjp = jax.vjp(
      lambda x, k: lax.conv_general_dilated(
        x, k, strides, pads, dimension_numbers=("NHWC", "HWIO", "NHWC")
      ),
      x,
      kernel,
    )
    return y, *vjp(jax.numpy.cos(y))

  @jax.jit
  def got(x, kernel):
    shapes = geometry.Geometry(x.shape, kernel.shape, strides, pads)
    y = windows.forward(x, kernel, shapes)
    g = jax.numpy.cos(y)
    return (
      y,
      windows.input_gradient(g, kernel, shapes),
      windows.kernel_gradient(x, g, shapes),
    )

  for a, b in zip(got(x, kernel), want(x, kernel), strict=True):
    np.testing.assert_allclose(a, b, atol=1e-5 * np.abs(b).max())
