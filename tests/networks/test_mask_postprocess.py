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
