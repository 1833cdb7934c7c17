import jax
import numpy as np
import pytest

from maskgan_jax import features, model_files


def _noise(seed, amplitude):
  return amplitude * jax.random.normal(jax.random.key(seed), (2, 64, 64, 3))


def test_distance_grows_with_the_difference():
  image = jax.numpy.tanh(_noise(0, 1.0))
  distance = features.lpips()
  found = [distance(image, image + _noise(1, a)) for a in (0.0, 0.1, 0.5)]
  assert found[0].shape == (2,)
  np.testing.assert_allclose(found[0], 0.0, atol=1e-6)
  assert (found[1] > 0.0).all() and (found[2] > 2 * found[1]).all()


def test_each_picture_counts_for_itself():
  image, other = _noise(0, 0.5), _noise(1, 0.5)
  distance = features.lpips()
  both = distance(image, other)
  np.testing.assert_allclose(
    both[1:], distance(image[1:], other[1:]), rtol=1e-4
  )


def test_scale_forgives_what_is_finer():
  """A difference that averages out over each 2 x 2 square is not seen."""
  image = _noise(0, 0.5)
  sign = (-1.0) ** np.add.outer(np.arange(64), np.arange(64))[None, ..., None]
  changed = image + 0.3 * sign
  assert (features.lpips()(image, changed) > 0.05).all()
  np.testing.assert_allclose(features.lpips(2)(image, changed), 0.0, atol=1e-4)


def test_missing_weights_say_what_to_install(monkeypatch):
  monkeypatch.setattr(features, "_LPIPS", ("no_such_package", "a.ckpt", ""))
  features._network.cache_clear()
  with pytest.raises(
    model_files.MissingModelError, match="a.ckpt .*requirements-models.txt"
  ):
    features.lpips()
  features._network.cache_clear()
