import numpy as np
import pytest

from maskgan_jax.evaluation import corruptions


def _picture(size=64):
  ramp = np.linspace(60, 200, size)
  return np.broadcast_to(
    np.add.outer(ramp, ramp)[..., None] / 2, (size, size, 3)
  ).astype(np.uint8)


@pytest.mark.parametrize("name", corruptions.CORRUPTIONS)
def test_corruptions_are_pictures_and_repeatable(name):
  image = _picture()
  apply = corruptions.CORRUPTIONS[name].apply
  found = [apply(image, np.random.default_rng(0)) for _ in range(2)]
  np.testing.assert_array_equal(*found)
  assert found[0].shape == image.shape and found[0].dtype == np.uint8
  assert (name == "clean") == np.array_equal(found[0], image)


def test_how_much_is_taken_away():
  rng = np.random.default_rng(0)
  grey = np.full((64, 64, 3), 128, np.uint8)
  assert np.std(corruptions.noise(grey, rng)) == pytest.approx(12, rel=0.05)
  assert corruptions.low_light(grey, rng).mean() == pytest.approx(38.4, abs=0.2)
  checks = 255 * (np.add.outer(np.arange(64), np.arange(64)) % 2)
  checks = np.repeat(checks[..., None], 3, axis=2).astype(np.uint8)
  # What is finer than half the resolution is gone.
  assert np.std(corruptions.half_resolution(checks, rng)) < 1
  assert 0 < np.std(corruptions.blur(checks, rng)) < 100
  red = np.zeros((64, 64, 3), np.uint8)
  red[..., 0] = 200
  # The order of the channels is kept.
  assert corruptions.jpeg(red, rng)[..., 0].mean() > 190
