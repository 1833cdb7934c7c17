import numpy as np
import pytest

from maskgan_jax.evaluation.baselines import fills, ridge


@pytest.fixture
def shades():
  """Pictures of one shade each: what is hidden follows from what is not."""
  mask = np.zeros((96, 96), np.uint8)
  mask[48:] = 1
  examples = []
  for shade in range(20, 240, 20):
    image = np.full((96, 96, 3), shade, np.uint8)
    masked = image.copy()
    masked[mask > 0] = 5
    examples.append((image, masked, mask))
  return examples


def test_ridge_learns_a_linear_law(shades, monkeypatch):
  monkeypatch.setattr(ridge, "SIZE", 12)
  left_out = shades.pop(4)
  model = ridge.Ridge(weight_decay=0.01).fit(shades)
  image, masked, mask = left_out
  predicted = model.predict(masked, mask)
  assert predicted.dtype == np.uint8
  np.testing.assert_array_equal(predicted[:48], masked[:48])
  np.testing.assert_allclose(predicted.astype(float), image, atol=1)


def test_ridge_does_not_look_under_the_mask(shades, monkeypatch):
  monkeypatch.setattr(ridge, "SIZE", 12)
  model = ridge.Ridge().fit(shades)
  image, masked, mask = shades[0]
  np.testing.assert_array_equal(
    model.predict(image, mask), model.predict(masked, mask)
  )


def test_ridge_with_much_decay_is_the_mean_face(shades, monkeypatch):
  monkeypatch.setattr(ridge, "SIZE", 12)
  model = ridge.Ridge(weight_decay=1e9).fit(shades)
  _, masked, mask = shades[0]
  mean = fills.mean_image(image for image, _, _ in shades)
  np.testing.assert_allclose(
    model.predict(masked, mask)[48:].astype(float), mean[48:], atol=1
  )
