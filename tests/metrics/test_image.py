import dm_pix as pix
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.metrics import image as image_lib


def _pictures(size=24):
  keys = jax.random.split(jax.random.key(0))
  a = jax.random.uniform(keys[0], (2, size, size, 3))
  b = jnp.clip(a + 0.1 * jax.random.normal(keys[1], a.shape), 0.0, 1.0)
  return a, b


def test_psnr_of_a_known_error():
  a = jnp.zeros((1, 4, 4, 3))
  got = image_lib.psnr(a, a + 0.1, jnp.ones((1, 4, 4, 1)))
  np.testing.assert_allclose(got, 20.0, rtol=1e-5)


def test_psnr_is_capped_and_nan_over_nothing():
  a = jnp.zeros((2, 4, 4, 3))
  got = image_lib.psnr(a, a, jnp.ones((2, 4, 4, 1)).at[1].set(0.0))
  np.testing.assert_array_equal(got, [100.0, np.nan])


def test_full_frame_psnr_follows_from_psnr_in_mask():
  a = jnp.zeros((1, 10, 10, 3))
  mask = jnp.zeros((1, 10, 10, 1)).at[:, :2].set(1.0)
  b = a + 0.1 * mask
  frame = image_lib.psnr(a, b, jnp.ones_like(mask))
  inside = image_lib.psnr(a, b, mask)
  np.testing.assert_allclose(frame, inside - 10 * np.log10(0.2), rtol=1e-5)


def test_ssim_over_the_frame_is_that_of_dm_pix():
  a, b = _pictures()
  got = image_lib.ssim(a, b, jnp.ones((2, 24, 24, 1)))
  np.testing.assert_allclose(got, pix.ssim(a, b), atol=1e-5)


def test_ssim_in_mask_is_the_map_over_the_cropped_mask():
  a, b = _pictures()
  similarity = pix.ssim(a, b, return_map=True)
  assert similarity.shape == (2, 14, 14, 3)
  mask = jnp.zeros((2, 24, 24, 1)).at[:, 5:9, 7:20].set(1.0)
  got = image_lib.ssim(a, b, mask)
  want = similarity[:, 0:4, 2:15].mean(axis=(1, 2, 3))
  np.testing.assert_allclose(got, want, atol=1e-5)


def test_ssim_corners():
  a, _ = _pictures()
  weight = jnp.ones((2, 24, 24, 1)).at[1].set(0.0)
  got = image_lib.ssim(a, a, weight)
  np.testing.assert_allclose(got, [1.0, np.nan], atol=1e-6)


def test_ssim_refuses_tiny_pictures():
  a = jnp.zeros((1, 10, 30, 3))
  with pytest.raises(errors.UserError, match="at least 11 x 11 .* 10 x 30"):
    image_lib.ssim(a, a, jnp.ones((1, 10, 30, 1)))


def test_image_scores_leave_invalid_pixels_out():
  image = np.full((1, 24, 24, 3), 100, np.uint8)
  mask = np.zeros((1, 24, 24, 1), np.uint8)
  mask[:, 12:] = 1
  valid = np.ones_like(mask)
  valid[:, 20:] = 0
  candidate = image.copy()
  candidate[:, 20:] = 0
  got = image_lib.image_scores(candidate, image, mask, valid)
  assert set(got) == {"psnr", "ssim", "psnr_in_mask", "ssim_in_mask"}
  assert got["psnr"] == got["psnr_in_mask"] == 100.0


def test_image_scores_in_an_empty_mask_are_nan():
  image = np.full((1, 24, 24, 3), 100, np.uint8)
  mask = np.zeros((1, 24, 24, 1), np.uint8)
  got = image_lib.image_scores(image, image, mask, mask + 1)
  assert np.isnan(got["psnr_in_mask"]) and np.isnan(got["ssim_in_mask"])
  assert got["psnr"] == 100.0


def test_iou_and_f1_of_known_overlaps():
  mask = jnp.zeros((3, 4, 4, 1)).at[:2, :2].set(1.0)
  probability = jnp.zeros((3, 4, 4, 1)).at[0, 1:3].set(0.9)
  probability = probability.at[1, :2].set(0.51)
  np.testing.assert_allclose(
    image_lib.iou(probability, mask), [1 / 3, 1.0, np.nan]
  )
  np.testing.assert_allclose(
    image_lib.f1(probability, mask), [0.5, 1.0, np.nan]
  )
