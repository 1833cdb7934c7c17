import numpy as np
import pytest

from maskgan_jax.unmasking import toning
from tests.unmasking.references import people

SIZE = 256
SKIN = np.uint8([210, 150, 120])


def _grey(image):
  return np.repeat(image @ [[0.299], [0.587], [0.114]], 3, axis=2)


def _sepia(image):
  grey = _grey(image)[..., :1] / 255
  return 255 * grey ** [0.8, 1.0, 1.3]


def _saved(image):
  noise = np.random.default_rng(0).normal(0, 1.5, image.shape)
  return _grey(image) + noise


def _toned(change, size=SIZE):
  face, _ = people.align()
  crop = np.clip(np.round(change(face.crop)), 0, 255).astype(np.uint8)
  seen = np.arange(SIZE)[:, None] < np.full(SIZE, 140)
  predicted = np.broadcast_to(SKIN, (size, size, 3))
  return crop, toning.tone(predicted, crop, seen)


def _colour(image):
  return np.ptp(np.asarray(image, float), axis=-1)


@pytest.mark.parametrize("change", [_grey, _saved])
@pytest.mark.parametrize("size", [SIZE, 64])
def test_grey_stays_grey_saved_as_jpeg_too(change, size):
  _, found = _toned(change, size)
  assert found.shape == (size, size, 3)
  assert _colour(found).max() < 1.5
  # It is as bright as it was.
  assert found.mean() == pytest.approx(_grey(SKIN[None, None]).mean(), abs=1)


def test_sepia_stays_sepia():
  crop, found = _toned(_sepia)
  bright, drawn = (_grey(x)[..., 0] for x in (crop, found))
  as_bright = np.abs(bright - drawn.mean()) < 2
  assert as_bright.sum() > 50
  expected = crop[as_bright].mean(axis=0)
  np.testing.assert_allclose(
    found, np.broadcast_to(expected, found.shape), atol=1.5
  )


def test_a_photo_in_colour_keeps_what_was_drawn():
  _, found = _toned(lambda image: image)
  np.testing.assert_array_equal(found, np.broadcast_to(SKIN, found.shape))


def test_too_little_that_is_seen_tells_nothing():
  face, _ = people.align()
  predicted = np.broadcast_to(SKIN, face.crop.shape)
  nothing = np.zeros((SIZE, SIZE), bool)
  found = toning.tone(predicted, face.crop, nothing)
  np.testing.assert_array_equal(found, predicted)


def test_what_is_dark_tells_nothing_of_what_is_bright():
  rng = np.random.default_rng(0)
  seen = np.ones((SIZE, SIZE), bool)
  predicted = np.broadcast_to(SKIN, (SIZE, SIZE, 3))
  for low, high in ((35, 45), (20, 110)):
    grey = rng.uniform(low, high, (SIZE, SIZE, 1))
    crop = np.round(grey + rng.normal(0, 1, (SIZE, SIZE, 3))).astype(np.uint8)
    found = toning.tone(predicted, crop, seen)
    as_it_was = high - low < 60
    assert (_colour(found).max() > 50) == as_it_was
    assert as_it_was or _colour(found).max() < 3
