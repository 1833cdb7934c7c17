import numpy as np

from maskgan_jax.networks import latent


def test_the_first_is_the_most_likely_one():
  np.testing.assert_array_equal(latent.code(0, 8), np.zeros(8))


def test_a_number_means_the_same_always():
  first, again, other = (latent.code(n, 8) for n in (1, 1, 2))
  np.testing.assert_array_equal(first, again)
  assert first.dtype == np.float32 and not np.allclose(first, other)
