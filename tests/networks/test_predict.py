import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from maskgan_jax.networks import landmarker
from maskgan_jax.networks import predict as predict_lib


class LeftHalf(nn.Module):
  """Finds a mask on the left half."""

  @nn.compact
  def __call__(self, x, train):
    left = jnp.arange(x.shape[2])[:, None] < x.shape[2] // 2
    return jnp.where(jnp.broadcast_to(left, (*x.shape[:3], 1)), 5.0, -5.0)


class Shift(nn.Module):
  """Moves the picture to the right, and adds the mask's mean."""

  @nn.compact
  def __call__(self, x, mask, landmarks=None, train=False):
    return jnp.roll(x, 1, axis=2) + mask.mean()


class Dot(nn.Module):
  """Draws a bright dot where the first landmark lies."""

  @nn.compact
  def __call__(self, x, mask, landmarks=None, train=False):
    if landmarks is None:
      return x
    place = jnp.arange(x.shape[1])[None]
    across = jnp.abs(landmarks[:, :1, 0] - place) < 0.5  # [B, W]
    down = jnp.abs(landmarks[:, :1, 1] - place) < 0.5
    dot = down[:, :, None, None] & across[:, None, :, None]
    return jnp.where(dot, 1.0, jnp.zeros_like(x))


class Landmarker(nn.Module):
  """Finds all landmarks in the middle of a rough crop."""

  @nn.compact
  def __call__(self, x):
    assert x.shape[1:] == (32, 32, 3)
    points = jnp.tile(jnp.array([0.5, 0.5, 0.0]), (len(x), 468, 1))
    return landmarker.Landmarks(points, jnp.zeros(len(x)))


def predict(mirrored, x, mask=None, landmarks=None, generator=Shift, **options):
  modules = {
    "segmenter": LeftHalf(),
    "generator": generator(),
    "landmarker": Landmarker(),
  }
  step = predict_lib.make_predict_step(
    modules=modules, mirrored=mirrored, **options
  )
  return step(dict.fromkeys(modules, {}), x, jax.random.key(0), mask, landmarks)


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


def test_of_a_mirrored_prediction_the_mask_is_the_mean_of_both(x):
  found = predict(True, x)
  # A mask on the left as likely as on the right: all of it is completed, but
  # for what the mirrored view has moved across the middle.
  np.testing.assert_allclose(found.probability[:, :, :6], 0.5)
  np.testing.assert_allclose(found.probability[:, :, 8:], 0.5)
  assert (np.asarray(found.probability[:, :, 6:8]) > 0.99).all()
  # The picture is that of one view.
  expected = jnp.roll(x, 1, axis=2) + 1.0
  np.testing.assert_allclose(found.predicted_image, expected, atol=1e-5)


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
def test_given_landmarks_lie_where_they_are(x, mirrored):
  landmarks = np.zeros((2, 468, 3), np.float32)
  landmarks[0, :, :2], landmarks[1, :, :2] = (5, 9), (12, 4)
  mask = jnp.ones((2, 16, 16, 1))
  found = predict(mirrored, x, mask, landmarks, Dot, landmark_size=32)
  expected = np.zeros((2, 16, 16, 3))
  expected[0, 9, 5] = expected[1, 4, 12] = 1.0
  np.testing.assert_allclose(found.predicted_image, expected, atol=1e-6)


@pytest.mark.parametrize("mirrored", [False, True])
def test_landmarks_that_are_not_given_are_found(x, mirrored):
  mask = jnp.ones((2, 16, 16, 1))
  found = predict(mirrored, x, mask, None, Dot, landmark_size=32)
  bright = np.asarray(found.predicted_image[..., 0])
  # The middle of the rough crop, of which 16 pixels have two.
  assert [tuple(np.argwhere(one > 0.9)[0]) for one in bright] == [(8, 8)] * 2
  assert (bright > 0).sum() == 2
  # A generator that does not draw along them is given none.
  plain = predict(False, x, mask, None, Dot)
  np.testing.assert_array_equal(plain.predicted_image, x)


class Shown(nn.Module):
  """Draws the mask that it is shown."""

  @nn.compact
  def __call__(self, x, mask, landmarks=None, train=False):
    return jnp.broadcast_to(mask, x.shape)


def test_what_lies_near_the_mask_is_hidden_and_completed(x):
  mask = jnp.zeros((2, 16, 16, 1)).at[:, 6:10, 4:8].set(1.0)
  found = predict(False, x, mask, generator=Shown, hidden_reach=2 / 16)
  hidden = np.zeros((16, 16), bool)
  hidden[4:12, 2:10] = True
  np.testing.assert_array_equal(found.predicted_image[0, ..., 0], hidden)
  np.testing.assert_allclose(found.completed_image[:, hidden], 1.0, rtol=1e-6)
  # The blend reaches two pixels further, and feathers out in a third.
  np.testing.assert_array_equal(found.completed_image[:, :1], x[:, :1])
  np.testing.assert_array_equal(found.completed_image[:, :, 13:], x[:, :, 13:])
  # What is given as the mask stays what is found as the mask.
  own = predict(False, x, mask, generator=Shown)
  np.testing.assert_array_equal(own.probability, found.probability)
  np.testing.assert_array_equal(own.predicted_image[..., :1], mask)
