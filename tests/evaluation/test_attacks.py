import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.evaluation import attacks
from maskgan_jax.networks import images
from maskgan_jax.networks import predict as predict_lib
from maskgan_jax.training import batch, losses


def _given(value):
  """Networks that give the visible pixels' mean and a mask everywhere."""

  def predict(shown, mask=None):
    mean = value * shown.mean(axis=(1, 2, 3), keepdims=True)
    mean = jnp.broadcast_to(mean, shown.shape)
    return predict_lib.Prediction(jnp.ones_like(shown[..., :1]), mean, mean)

  return jax.tree_util.Partial(predict)


@pytest.mark.parametrize("radius", attacks.RADII)
def test_attacks_stay_in_the_ball_and_off_the_mask(predict, examples, radius):
  attacked = attacks.attack(predict, examples, jax.random.key(0), radius)
  assert attacked.shape == examples.image.shape and attacked.dtype == np.uint8
  change = np.asarray(attacked).astype(int) - examples.masked_image
  assert np.abs(change).max() == radius
  hidden = np.broadcast_to(examples.mask > 0, change.shape)
  assert hidden.any() and not change[hidden].any()


def test_attacks_raise_the_loss_more_than_noise_does(predict, examples):
  key = jax.random.key(0)

  def loss(shown):
    completed = predict(images.to_float(shown)).completed_image
    weight = (examples.mask * examples.valid).astype(np.float32)
    true = images.to_float(examples.image)
    found = losses.weighted_l1(completed, *map(jnp.asarray, (true, weight)))
    return float(found.mean())

  attacked = loss(attacks.attack(predict, examples, key, 4))
  rng = np.random.default_rng(0)
  noise = 4 * rng.choice([-1, 1], examples.image.shape) * (1 - examples.mask)
  noisy = loss(np.clip(examples.masked_image + noise, 0, 255).astype(np.uint8))
  clean = loss(examples.masked_image)
  assert attacked > max(noisy, clean) + 1e-2


def test_an_attack_finds_the_worst_corner():
  """Darker everywhere is worst where the truth is brighter than the guess."""
  size = 16
  examples = batch.Batch(
    image=np.full((1, size, size, 3), 250, np.uint8),
    masked_image=np.full((1, size, size, 3), 100, np.uint8),
    mask=np.zeros((1, size, size, 1), np.uint8),
    valid=np.ones((1, size, size, 1), np.uint8),
    landmarks=np.zeros((1, 468, 3), np.float32),
    distractor=np.zeros(1, bool),
  )
  examples.mask[:, 4:8, 4:8] = 1
  attacked = np.asarray(
    attacks.attack(_given(1.0), examples, jax.random.key(0), 4)
  )
  visible = examples.mask[..., 0] == 0
  assert (attacked[visible] == 96).all() and (attacked[~visible] == 100).all()


def test_pixels_stay_in_range():
  picture = np.zeros((1, 16, 16, 3), np.uint8)
  picture[:, 8:] = 255
  pixels = np.zeros((1, 16, 16, 1), np.uint8)
  pixels[:, :4] = 1
  examples = batch.Batch(
    *(picture, picture, pixels, np.ones_like(pixels)),
    landmarks=np.zeros((1, 468, 3), np.float32),
    distractor=np.zeros(1, bool),
  )
  attacked = attacks.attack(_given(1.0), examples, jax.random.key(0), 4)
  assert set(np.unique(attacked[:, 4:8])) <= set(range(5))
  assert set(np.unique(attacked[:, 8:])) <= set(range(251, 256))
