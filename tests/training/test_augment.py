import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.networks import mask_postprocess, structure
from maskgan_jax.training import augment

_SIZE = 32
_augment = jax.jit(augment.augment, static_argnums=6)


def _example(count=4):
  """Pictures whose masked image differs under the mask alone."""
  key = jax.random.key(0)
  image = jax.random.uniform(key, (count, _SIZE, _SIZE, 3)) * 2 - 1
  mask = jnp.zeros((count, _SIZE, _SIZE, 1)).at[:, 18:, 6:20].set(1.0)
  masked_image = jnp.where(mask > 0, 0.3, image)
  valid = jnp.ones_like(mask).at[:, :, 24:].set(0.0)
  landmarks = jax.random.uniform(key, (count, 468, 3)) * _SIZE
  return image, masked_image, mask, valid, landmarks


def _nowhere(count=1):
  return jnp.full((count, 468, 3), jnp.nan)


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
    for a, b in zip(got[:4], example[:4], strict=True):
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
  image, masked, mask, valid, _ = _augment(*_example(), _keys(), setting)
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
  image, masked, mask, *_ = _augment(*example, _keys(40), setting)
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
  _, _, got, valid, _ = augment.augment(
    image, image, mask, jnp.ones_like(mask), _nowhere(), _keys(1), setting
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
  got, *_ = augment.augment(
    image, image, mask, jnp.ones_like(mask), _nowhere(64), _keys(64), setting
  )
  weight = np.asarray(got[..., 0]) + 1e-9
  rows = (weight * np.arange(64)[:, None]).sum((1, 2)) / weight.sum((1, 2)) - 32
  assert 6 < np.abs(rows).max() <= 8.01
  assert abs(rows.mean()) < 2


@pytest.mark.parametrize(
  "setting",
  [
    augment.Augmentation(),
    augment.Augmentation(flip=False, scale=(0.8, 1.3)),
    augment.Augmentation(flip=False, shift=0.1),
    augment.Augmentation(scale=(0.8, 1.3), shift=0.1),
  ],
)
def test_augment_moves_landmarks_with_the_pixels(setting):
  """A dot of each colour is found where its landmark is."""
  count, size = 16, 64
  places = np.array([[20.0, 25.0], [40.0, 30.5], [33.5, 44.0]])  # x, y
  y, x = np.mgrid[:size, :size]
  dots = np.stack(
    [np.exp(-((x - a) ** 2 + (y - b) ** 2) / 8) for a, b in places], axis=-1
  )
  image = jnp.broadcast_to(jnp.asarray(dots, jnp.float32), (count, *dots.shape))
  landmarks = np.tile(np.c_[places, [7.0, 8.0, 9.0]], (156, 1))
  landmarks = np.tile(np.float32(landmarks), (count, 1, 1))
  landmarks[0] = np.nan
  ones = jnp.ones((count, size, size, 1))
  got, *_, moved = _augment(
    image, image, ones, ones, landmarks, _keys(count), setting
  )
  assert np.isnan(moved[0, :, :2]).all()
  weight = np.asarray(got, np.float64)
  weight /= weight.sum(axis=(1, 2), keepdims=True)
  found = [(weight * g[..., None]).sum(axis=(1, 2)) for g in (x, y)]
  found = np.stack(found, axis=-1)[1:]
  np.testing.assert_allclose(found, moved[1:, :3, :2], atol=0.1)
  assert np.abs(found - places).max() > 2
  np.testing.assert_array_equal(moved[1:, :, 2], landmarks[1:, :, 2])


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


def test_hide_more_grows_by_one_of_the_reaches():
  mask = jnp.zeros((64, 64, 64, 1)).at[:, 24:40, 20:44].set(1.0).at[0].set(0.0)
  got = augment.hide_more(mask, _keys(64), (0.016, 0.05, 0.1))
  wanted = [mask_postprocess.dilate(mask, radius) for radius in (1, 3, 6)]
  equal = np.array([(got == x).all(axis=(1, 2, 3)) for x in wanted])
  assert equal.any(axis=0).all()
  assert not got[0].any()
  assert (equal[:, 1:].sum(axis=1) > 8).all()


def test_jitter_landmarks_is_wrong_by_as_much_as_it_says():
  rng = np.random.default_rng(0)
  face = np.float32(rng.uniform(80, 180, (468, 3)))
  count = 800
  faces = jnp.tile(face, (count, 1, 1))
  got = np.asarray(augment.jitter_landmarks(faces, _keys(count), 256))
  np.testing.assert_array_equal(got[..., 2], np.tile(face[:, 2], (count, 1)))
  error = got[..., :2] - face[:, :2]
  parts = {
    structure.LIPS: (0.512, 0.01),
    structure.NOSE: (1.024, 0.02),
    structure.JAW: (2.56, 0.04),
  }
  rest = np.setdiff1d(
    np.arange(468), np.concatenate([np.ravel(x) for x in parts])
  )
  np.testing.assert_array_equal(error[:, rest], 0.0)
  for indices, (spread, size) in parts.items():
    part = np.unique(indices)
    np.testing.assert_allclose(error[:, part].mean(1).std(0), spread, rtol=0.1)
    # What is left is the part's own size.
    width = got[:, part, :2].std(axis=1) / face[part, :2].std(axis=0)
    np.testing.assert_allclose(width.mean(axis=0), 1.0, atol=0.01)
    np.testing.assert_allclose(width.std(axis=0), size, rtol=0.1)
