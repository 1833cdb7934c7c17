import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import robustness
from maskgan_jax.networks import images, mask_postprocess
from maskgan_jax.networks import predict as predict_lib
from maskgan_jax.training import batch, batches, losses


def _network(weights, shown, mask=None):
  """Finds what is grey, and fills it with a mean of what is visible."""
  probability = jax.nn.sigmoid(4.0 - 40.0 * shown.std(axis=-1, keepdims=True))
  if mask is None:
    mask = mask_postprocess.completed_mask(probability)
  visible = (weights * shown * (1.0 - mask)).mean(axis=(1, 2), keepdims=True)
  predicted = jnp.broadcast_to(jnp.tanh(visible), shown.shape)
  completed = mask_postprocess.complete(predicted, shown, mask)
  return predict_lib.Prediction(probability, predicted, completed)


@pytest.fixture
def predict():
  """A tiny network."""
  weights = 4.0 * jax.random.normal(jax.random.key(1), (1, 64, 64, 3))
  return jax.tree_util.Partial(_network, weights)


@pytest.fixture
def examples(built):
  source = batches.open_split(built[0], "train", 64)
  found = next(batches.eval_batches(source, 4)).batch
  return found._replace(mask=np.asarray(found.mask))


def _given(value):
  """Networks that give the visible pixels' mean and a mask everywhere."""

  def predict(shown, mask=None):
    mean = value * shown.mean(axis=(1, 2, 3), keepdims=True)
    mean = jnp.broadcast_to(mean, shown.shape)
    return predict_lib.Prediction(jnp.ones_like(shown[..., :1]), mean, mean)

  return jax.tree_util.Partial(predict)


@pytest.mark.parametrize("radius", robustness.RADII)
def test_attacks_stay_in_the_ball_and_off_the_mask(predict, examples, radius):
  attacked = robustness.attack(predict, examples, jax.random.key(0), radius)
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

  attacked = loss(robustness.attack(predict, examples, key, 4))
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
  )
  examples.mask[:, 4:8, 4:8] = 1
  attacked = np.asarray(
    robustness.attack(_given(1.0), examples, jax.random.key(0), 4)
  )
  visible = examples.mask[..., 0] == 0
  assert (attacked[visible] == 96).all() and (attacked[~visible] == 100).all()


def test_pixels_stay_in_range():
  picture = np.zeros((1, 16, 16, 3), np.uint8)
  picture[:, 8:] = 255
  pixels = np.zeros((1, 16, 16, 1), np.uint8)
  pixels[:, :4] = 1
  examples = batch.Batch(picture, picture, pixels, np.ones_like(pixels))
  attacked = robustness.attack(_given(1.0), examples, jax.random.key(0), 4)
  assert set(np.unique(attacked[:, 4:8])) <= set(range(5))
  assert set(np.unique(attacked[:, 8:])) <= set(range(251, 256))


def _picture(size=64):
  ramp = np.linspace(60, 200, size)
  return np.broadcast_to(
    np.add.outer(ramp, ramp)[..., None] / 2, (size, size, 3)
  ).astype(np.uint8)


@pytest.mark.parametrize("name", robustness.CORRUPTIONS)
def test_corruptions_are_pictures_and_repeatable(name):
  image = _picture()
  apply = robustness.CORRUPTIONS[name].apply
  found = [apply(image, np.random.default_rng(0)) for _ in range(2)]
  np.testing.assert_array_equal(*found)
  assert found[0].shape == image.shape and found[0].dtype == np.uint8
  assert (name == "clean") == np.array_equal(found[0], image)


def test_how_much_is_taken_away():
  rng = np.random.default_rng(0)
  grey = np.full((64, 64, 3), 128, np.uint8)
  assert np.std(robustness.noise(grey, rng)) == pytest.approx(12, rel=0.05)
  assert robustness.low_light(grey, rng).mean() == pytest.approx(38.4, abs=0.2)
  checks = 255 * (np.add.outer(np.arange(64), np.arange(64)) % 2)
  checks = np.repeat(checks[..., None], 3, axis=2).astype(np.uint8)
  # What is finer than half the resolution is gone.
  assert np.std(robustness.half_resolution(checks, rng)) < 1
  assert 0 < np.std(robustness.blur(checks, rng)) < 100
  red = np.zeros((64, 64, 3), np.uint8)
  red[..., 0] = 200
  # The order of the channels is kept.
  assert robustness.jpeg(red, rng)[..., 0].mean() > 190


def test_low_light_is_lit_up_before_it_is_compared(examples):
  """A network that leaves the true face as it is loses nothing to the dark."""
  shown = np.round(robustness.LOW_LIGHT * examples.image).astype(np.uint8)

  def same(shown, mask=None):
    return predict_lib.Prediction(jnp.ones_like(shown[..., :1]), shown, shown)

  same = jax.tree_util.Partial(same)
  _, dark = robustness._scores(same, shown, examples, 1.0)
  _, lit = robustness._scores(same, shown, examples, robustness.LOW_LIGHT)
  masked = examples.mask.any(axis=(1, 2, 3))
  assert (lit["psnr_in_mask"][masked] > 40).all()
  assert (dark["psnr_in_mask"][masked] < 20).all()


def test_every_condition_is_scored(predict, built):
  source = batches.open_split(built[0], "train", 64)
  found = robustness.measure(predict, source, 4, 6)
  assert found["robustness_images"] == found["n"] == 6
  assert list(found["conditions"]) == [
    "clean",
    "JPEG 30",
    "noise",
    "blur",
    "low light",
    "half resolution",
    "attack 2/255",
    "attack 4/255",
  ]
  for scores in found["conditions"].values():
    assert list(scores) == ["psnr_in_mask", "identity", "iou"]
  psnr = {k: v["psnr_in_mask"]["mean"] for k, v in found["conditions"].items()}
  assert psnr["clean"] > psnr["attack 2/255"] > psnr["attack 4/255"]
  lines = robustness.table(found).splitlines()
  assert lines[0] == "6 masked faces, completed with the predicted mask"
  assert len(lines) == 4 + 8
  assert {line.count("|") for line in lines[2:]} == {5}
  assert lines[4].startswith(f"| clean | {psnr['clean']:.2f} (")


def test_fewer_masked_faces_than_asked_for(predict, built):
  source = batches.open_split(built[0], "validation", 64)
  assert len(robustness._masked_examples(source, 99)) <= len(source)
  bare = [
    source[i]
    for i in range(len(source))
    if not batches.example(source, i)["mask"].any()
  ]
  with pytest.raises(errors.UserError, match="No example of this split has a"):
    robustness._masked_examples(bare, 3)
