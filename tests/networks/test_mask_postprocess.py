import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.networks import mask_postprocess


def test_a_mask_is_completed_where_it_is_likely_enough():
  probability = np.array([0.0, 0.2, 0.21, 1.0], np.float32)
  for found in (
    mask_postprocess.completed_mask(probability),
    mask_postprocess.completed_mask(jnp.asarray(probability)),
  ):
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [0, 0, 1, 1])


@pytest.mark.parametrize(
  "share,height,expected", [(3 / 256, 256, 3), (0, 9, 1)]
)
def test_a_reach_is_a_pixel_at_least(share, height, expected):
  assert mask_postprocess.pixels(share, height) == expected


@pytest.mark.parametrize("height,width", [(256, 256), (64, 48)])
def test_blend_mask_is_that_of_the_device(height, width):
  rng = np.random.default_rng(0)
  coarse = rng.random((3, height // 16, width // 16, 1)) > 0.7
  mask = coarse.repeat(16, axis=1).repeat(16, axis=2).astype(np.float32)
  mask[2] = 0
  found = mask_postprocess.blend_mask(mask)
  assert found.dtype == np.float32 and 0 < found.mean() < 1
  np.testing.assert_allclose(
    found, mask_postprocess.blend_mask(mask), atol=1e-6
  )
  assert not found[2].any()


def test_a_hidden_mask_reaches_further():
  mask = np.zeros((1, 64, 64, 1), np.float32)
  mask[:, 30:34, 20:40] = 1
  expected = np.zeros_like(mask)
  expected[:, 26:38, 16:44] = 1
  for shown in (mask, jnp.asarray(mask)):
    found = mask_postprocess.hidden_mask(shown, 4 / 64)
    np.testing.assert_array_equal(found, expected)
    same = mask_postprocess.hidden_mask(shown, 0.0)
    np.testing.assert_array_equal(same, mask)
  assert not mask_postprocess.hidden_mask(0 * mask, 4 / 64).any()
