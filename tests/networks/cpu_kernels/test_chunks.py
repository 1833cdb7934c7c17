"""Tests for maskgan_jax.models.chunks."""

import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.networks.cpu_kernels import chunks

_MIB = 2**20


@pytest.mark.parametrize(
  "count,mib_a_picture,expected",
  [
    (8, 1, 8),
    (8, 2, 4),
    (12, 1, 6),
    (8, 64, 2),
    (1, 64, 1),
    (7, 64, 1),
    (64, 0.25, 32),
  ],
)
def test_chunks_fit_the_cache_and_divide_the_batch(
  count, mib_a_picture, expected
):
  numbers = int(mib_a_picture * _MIB) // 8
  shapes = ((count, numbers), (count, numbers // 4, 4))
  assert chunks.pictures_at_once(shapes, jnp.float32) == expected


@pytest.mark.parametrize("at_once", [1, 2, 3, 6])
def test_chunks_give_what_the_whole_gives(at_once):
  x = jnp.arange(12.0).reshape(6, 2)
  y = x + 1.0
  doubled = chunks.concatenated(lambda x: 2.0 * x, x, at_once)
  np.testing.assert_array_equal(doubled, 2.0 * x)
  product = chunks.summed(lambda x, y: x.T @ y, x, y, at_once)
  np.testing.assert_array_equal(product, x.T @ y)


def test_sums_of_narrow_dtypes_are_kept_wide():
  ones = jnp.ones((1024, 1), jnp.bfloat16)
  total = chunks.summed(lambda x, y: (x * y).sum(0), ones, ones, 1)
  # In bfloat16, 256 + 1 is 256.
  assert total.dtype == jnp.bfloat16
  assert total.item() == 1024
