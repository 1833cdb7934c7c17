import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.networks import mask_postprocess
from maskgan_jax.training import augment

_SIZE = 32
_augment = jax.jit(augment.augment, static_argnums=5)


def _example(count=4):
  """Pictures whose masked image differs under the mask alone."""
  key = jax.random.key(0)
  image = jax.random.uniform(key, (count, _SIZE, _SIZE, 3)) * 2 - 1
  mask = jnp.zeros((count, _SIZE, _SIZE, 1)).at[:, 18:, 6:20].set(1.0)
  masked_image = jnp.where(mask > 0, 0.3, image)
  valid = jnp.ones_like(mask).at[:, :, 24:].set(0.0)
  return image, masked_image, mask, valid


def _keys(count=4, seed=1):
  return jax.random.split(jax.random.key(seed), count)


def test_augment_without_variation_changes_nothing():
  example = _example()
  setting = augment.Augmentation(flip=False)
  got = _augment(*example, _keys(), setting)
  for a, b in zip(got, example, strict=True):
    np.testing.assert_allclose(a, b, atol=1e-6)


def test_augment_flips_each_example_by_its_own_key():
  example = _example(16)
  got = _augment(*example, _keys(16), augment.Augmentation())
  flipped = 0
  for i in range(16):
    same = bool(jnp.array_equal(got[2][i], example[2][i]))
    flipped += not same
    for a, b in zip(got, example, strict=True):
      want = b[i] if same else b[i, :, ::-1]
      np.testing.assert_allclose(a[i], want, atol=1e-6)
  assert 3 <= flipped <= 13
  alone = _augment(
    *(x[3:5] for x in example), _keys(16)[3:5], augment.Augmentation()
  )
  np.testing.assert_array_equal(alone[0], got[0][3:5])


def test_augment_keeps_pictures_and_masks_together():
  setting = augment.Augmentation(
    scale=(0.9, 1.2), shift=0.1, brightness=0.1, contrast=0.2, saturation=0.2
  )
  image, masked, mask, valid = _augment(*_example(), _keys(), setting)
  assert image.shape == (4, _SIZE, _SIZE, 3)
  for x in (mask, valid):
    assert set(np.unique(x)) <= {0.0, 1.0}
  # Away from the mask the two pictures remain equal.
  away = 1.0 - mask_postprocess.dilate(mask, 2)
  np.testing.assert_allclose(image * away, masked * away, atol=1e-5)
  assert jnp.abs(image - masked).max() > 0.1
  assert (valid.mean(axis=(1, 2, 3)) < 0.9).all()
  assert not jnp.array_equal(image[0], image[1])


def test_augment_bares_a_share_of_the_faces():
  example = _example(40)
  setting = augment.Augmentation(flip=False, bare_share=0.5)
  image, masked, mask, _ = _augment(*example, _keys(40), setting)
  bare = ~np.asarray(mask).any(axis=(1, 2, 3))
  assert 10 < bare.sum() < 30
  np.testing.assert_array_equal(masked[bare], image[bare])
  np.testing.assert_allclose(masked[~bare], example[1][~bare], atol=1e-6)


@pytest.mark.parametrize("scale", [0.75, 1.0, 1.5])
def test_augment_enlarges_about_the_centre(scale):
  """A disc keeps its place and grows; what comes in is invalid."""
  y, x = np.mgrid[:64, :64] - 31.5
  mask = jnp.asarray(np.hypot(y, x) < 16, jnp.float32)[None, ..., None]
  image = jnp.repeat(mask, 3, axis=-1)
  setting = augment.Augmentation(flip=False, scale=(scale, scale))
  _, _, got, valid = augment.augment(
    image, image, mask, jnp.ones_like(mask), _keys(1), setting
  )
  np.testing.assert_array_equal(got, got[:, ::-1])
  np.testing.assert_array_equal(got, got[:, :, ::-1])
  assert abs(float(got.sum() / mask.sum()) / scale**2 - 1) < 0.03
  kept = min(1.0, scale) ** 2
  assert abs(float(valid.mean()) - kept) < 0.05


def test_augment_moves_no_further_than_asked():
  mask = jnp.zeros((64, 64, 64, 1)).at[:, 32, 32].set(1.0)
  setting = augment.Augmentation(flip=False, shift=0.125)
  image = jnp.repeat(mask, 3, axis=-1)
  got, _, _, _ = augment.augment(
    image, image, mask, jnp.ones_like(mask), _keys(64), setting
  )
  weight = np.asarray(got[..., 0]) + 1e-9
  rows = (weight * np.arange(64)[:, None]).sum((1, 2)) / weight.sum((1, 2)) - 32
  assert 6 < np.abs(rows).max() <= 8.01
  assert abs(rows.mean()) < 2


@pytest.mark.parametrize("scale", [(0.0, 1.0), (1.2, 0.9)])
def test_augment_refuses_a_scale_that_is_none(scale):
  setting = augment.Augmentation(scale=scale)
  with pytest.raises(errors.UserError, match="augment.scale is .*lowest"):
    augment.augment(*_example(), _keys(), setting)


def test_jitter_mask_errs_a_little_and_never_invents():
  mask = jnp.zeros((32, 64, 64, 1)).at[:, 20:44, 20:44].set(1.0)
  got = jax.jit(augment.jitter_mask)(mask, _keys(32))
  assert set(np.unique(got)) == {0.0, 1.0}
  assert len(set(np.asarray(got.sum(axis=(1, 2, 3))))) == 3
  far = 1.0 - mask_postprocess.dilate(mask, 2)
  assert not (got * far).any()
  overlap = (got * mask).sum(axis=(1, 2, 3)) / mask.sum(axis=(1, 2, 3))
  assert overlap.min() > 0.8
  bare = jnp.zeros_like(mask)
  assert not jax.jit(augment.jitter_mask)(bare, _keys(32)).any()
