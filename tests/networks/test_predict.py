import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from maskgan_jax.networks import predict as predict_lib


class LeftHalf(nn.Module):
  """Finds a mask on the left half."""

  @nn.compact
  def __call__(self, x, train):
    left = jnp.arange(x.shape[2])[:, None] < x.shape[2] // 2
    return jnp.where(jnp.broadcast_to(left, (*x.shape[:3], 1)), 5.0, -5.0)


class Shift(nn.Module):
  """Moves the picture to the right, and adds the mask's mean and a code."""

  @nn.compact
  def __call__(self, x, mask, latent=None, train=False):
    if latent is not None:
      x = x + latent[:, :, None, None]
    return jnp.roll(x, 1, axis=2) + mask.mean()


def predict(mirrored, x, mask=None, latent=None):
  step = predict_lib.make_predict_step(
    modules={"segmenter": LeftHalf(), "generator": Shift()}, mirrored=mirrored
  )
  variables = {"segmenter": {}, "generator": {}}
  return step(variables, x, jax.random.key(0), mask, latent)


@pytest.fixture
def x():
  return jax.random.normal(jax.random.key(1), (2, 16, 16, 3))


def test_completes_in_the_mask_it_finds(x):
  found = predict(False, x)
  expected = jnp.roll(x, 1, axis=2) + 0.5
  np.testing.assert_allclose(found.predicted_image, expected, rtol=1e-6)
  # Away from the mask's margin nothing changes.
  np.testing.assert_array_equal(found.completed_image[:, :, 12:], x[:, :, 12:])
  np.testing.assert_allclose(
    found.completed_image[:, :, :8], expected[:, :, :8], rtol=1e-6
  )


def test_a_mirrored_prediction_is_the_mean_of_both(x):
  found = predict(True, x)
  # A mask on the left as likely as on the right: all of it is completed, but
  # for what the mirrored view has moved across the middle.
  np.testing.assert_allclose(found.probability[:, :, :6], 0.5)
  np.testing.assert_allclose(found.probability[:, :, 8:], 0.5)
  assert (np.asarray(found.probability[:, :, 6:8]) > 0.99).all()
  mean = (jnp.roll(x, 1, axis=2) + jnp.roll(x, -1, axis=2)) / 2 + 1.0
  # Where no edge comes in.
  np.testing.assert_allclose(
    found.predicted_image[:, 2:-2, 3:-3], mean[:, 2:-2, 3:-3], atol=1e-5
  )


@pytest.mark.parametrize("view", predict_lib._PLAIN + predict_lib._MIRRORED)
def test_views_come_back(x, view):
  seen = view.back(view.of(x))
  inner = np.s_[:, 2:-2, 2:-2]
  np.testing.assert_array_equal(seen[inner], x[inner])
  assert seen.shape == x.shape


def test_a_given_mask_is_completed(x):
  found = predict(False, x, jnp.zeros((2, 16, 16, 1)))
  np.testing.assert_array_equal(found.completed_image, x)


@pytest.mark.parametrize("mirrored", [False, True])
def test_only_the_most_likely_completion_is_mirrored(x, mirrored):
  mask = jnp.ones((2, 16, 16, 1))
  likely = predict(mirrored, x, mask)
  code = jnp.array([[0.0], [2.0]])
  found = predict(mirrored, x, mask, code)
  np.testing.assert_allclose(
    found.predicted_image[0], likely.predicted_image[0], rtol=1e-6
  )
  single = predict(False, x, mask).predicted_image
  inner = np.s_[2:-2, 3:-3]  # Where no edge comes in.
  np.testing.assert_allclose(
    found.predicted_image[1][inner], single[1][inner] + 2.0, atol=1e-5
  )
  one_for_all = predict(mirrored, x, mask, jnp.zeros((1, 1)))
  np.testing.assert_array_equal(
    one_for_all.predicted_image, likely.predicted_image
  )
