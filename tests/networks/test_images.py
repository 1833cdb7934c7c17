import cv2
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.networks import images, mask_postprocess


def test_eight_bits_survive_the_round_trip():
  x = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
  x = np.repeat(x, 3, axis=-1)
  got = images.to_float(x)
  assert got.min() == -1.0 and got.max() == 1.0
  np.testing.assert_array_equal(images.to_uint8(got), x)


def test_to_uint8_rounds_and_clips():
  x = jnp.array([-3.0, 0.9 / 127.5 - 1.0, 5.0]).reshape(1, 1, 1, 3)
  np.testing.assert_array_equal(images.to_uint8(x).ravel(), [0, 1, 255])


def test_dilate_is_that_of_opencv():
  mask = np.random.default_rng(0).random((2, 20, 30, 1), np.float32)
  found = np.asarray(mask_postprocess.dilate(mask, 2))[..., 0]
  square = np.ones((5, 5), np.uint8)
  for one, expected in zip(found, mask[..., 0], strict=True):
    np.testing.assert_array_equal(one, cv2.dilate(expected, square))


@pytest.mark.parametrize("size,reach", [(256, 3), (64, 1)])
def test_blend_mask_covers_the_mask_and_fades_in_proportion(size, reach):
  mask = jnp.zeros((1, size, size, 1)).at[:, size // 2 :].set(1.0)
  column = np.asarray(mask_postprocess.blend_mask(mask))[0, :, 0, 0]
  edge = size // 2
  np.testing.assert_allclose(column[edge - reach :], 1.0, rtol=1e-6)
  assert 0.3 < column[edge - 2 * reach] < 0.9
  np.testing.assert_array_equal(column[: edge - 3 * reach], 0.0)
  assert (np.diff(column) >= -1e-6).all()


@pytest.mark.parametrize("size", [64, 256])
def test_thin_parts_are_the_straps(size):
  unit = size // 64
  mask = np.zeros((1, size, size, 1), np.float32)
  mask[:, 20 * unit : 40 * unit, : 40 * unit] = 1  # Cut by the border.
  strap = np.s_[:, 30 * unit : 32 * unit, 40 * unit :]
  mask[strap] = 1
  thin = np.array(mask_postprocess.thin_parts(mask))
  assert (thin[strap] == 1).all()
  thin[strap] = 0
  assert (thin == 0).all()
  assert mask_postprocess.thin_parts(0 * mask).max() == 0


def test_blend_mask_of_a_bare_face_is_empty():
  mask = jnp.zeros((1, 32, 32, 1))
  assert not mask_postprocess.blend_mask(mask).any()


def test_complete_takes_each_picture_where_it_holds():
  mask = jnp.zeros((1, 64, 64, 1)).at[:, 32:].set(1.0)
  ones = jnp.ones((1, 64, 64, 3))
  got = mask_postprocess.complete(ones, -ones, mask)
  np.testing.assert_allclose(got[:, 31:], 1.0, rtol=1e-6)
  np.testing.assert_array_equal(got[:, :29], -1.0)


def test_moved_repeats_the_edge():
  image = np.arange(18, dtype=np.float32).reshape(1, 3, 3, 2)
  padded = np.pad(image, [(0, 0), (1, 0), (0, 2), (0, 0)], mode="edge")
  for shift in ((1, -2), jnp.array([1, -2])):
    np.testing.assert_array_equal(
      images.moved(image, *shift), padded[:, :3, 2:]
    )
  np.testing.assert_array_equal(images.moved(image, 0, 0), image)
