import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from maskgan_jax import eval_step


class LeftHalf(nn.Module):
  """Finds a mask on the left half."""

  @nn.compact
  def __call__(self, x, train):
    left = jnp.arange(x.shape[2])[:, None] < x.shape[2] // 2
    return jnp.where(jnp.broadcast_to(left, (*x.shape[:3], 1)), 5.0, -5.0)


class Shift(nn.Module):
  """Moves the picture right by one pixel and adds the mask's mean."""

  @nn.compact
  def __call__(self, x, mask, train):
    return jnp.roll(x, 1, axis=2) + mask.mean()


def predict(mirrored, x, mask=None):
  step = eval_step.make_predict_step(
    modules={"segmenter": LeftHalf(), "generator": Shift()}, mirrored=mirrored
  )
  return step({"segmenter": {}, "generator": {}}, x, jax.random.key(0), mask)


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
  # A mask on the left as likely as on the right: all of it is completed.
  np.testing.assert_allclose(found.probability, 0.5)
  expected = (jnp.roll(x, 1, axis=2) + jnp.roll(x, -1, axis=2)) / 2 + 1.0
  np.testing.assert_allclose(
    found.predicted_image, expected, rtol=1e-5, atol=1e-6
  )


def test_a_given_mask_is_completed(x):
  found = predict(False, x, jnp.zeros((2, 16, 16, 1)))
  np.testing.assert_array_equal(found.completed_image, x)
