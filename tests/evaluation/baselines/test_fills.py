import numpy as np

from maskgan_jax.evaluation.baselines import fills
from maskgan_jax.faces import alignment


def _noise(size=48, seed=0):
  rng = np.random.default_rng(seed)
  return rng.integers(0, 256, (size, size, 3), np.uint8)


def _lower_half(size=48):
  mask = np.zeros((size, size), np.uint8)
  mask[size // 2 :] = 1
  return mask


def test_skin_colour_is_that_of_forehead_and_cheeks():
  image = np.zeros((100, 100, 3), np.uint8)
  image[20:32, 36:64] = [200, 150, 100]
  image[46:54, 30:70] = [200, 150, 100]
  mask = np.zeros((100, 100), np.uint8)
  mask[50:] = 1  # The lower half of the second box is hidden.
  image[50:] = [0, 0, 255]
  filled = fills.skin_colour(image, mask)
  np.testing.assert_array_equal(filled[:50], image[:50])
  assert (filled[50:] == [200, 150, 100]).all()


def test_visible_skin_is_what_the_mask_leaves_of_the_boxes():
  mask = np.zeros((100, 100), np.uint8)
  whole = alignment.visible_skin(mask)
  assert whole[25, 50] and whole[50, 35] and not whole[40, 50]
  assert whole.sum() == 12 * 28 + 8 * 40
  mask[50:] = 1
  assert alignment.visible_skin(mask).sum() == 12 * 28 + 4 * 40


def test_skin_colour_when_both_boxes_are_hidden():
  image = np.full((50, 50, 3), 9, np.uint8)
  image[0] = 77
  mask = np.ones((50, 50), np.uint8)
  mask[0] = 0
  assert (fills.skin_colour(image, mask)[1:] == 77).all()
  # Nothing is visible: the mask's own mean is all there is.
  everything = np.ones((50, 50), np.uint8)
  assert (fills.skin_colour(image, everything) == 10).all()


def test_an_empty_mask_changes_nothing():
  image, mask = _noise(), np.zeros((48, 48), np.uint8)
  for filled in (
    fills.skin_colour(image, mask),
    fills.telea(image, mask),
    fills.fill(image, mask, _noise(seed=1)),
  ):
    np.testing.assert_array_equal(filled, image)


def test_telea_fills_from_the_rim():
  image = np.full((48, 48, 3), [90, 120, 150], np.uint8)
  mask = np.zeros((48, 48), np.uint8)
  mask[16:32, 16:32] = 1
  # The rim beyond the mask is discoloured as by a shadow: 2 px are covered.
  image[14:34, 14:34] = 0
  filled = fills.telea(image, mask)
  assert np.abs(filled.astype(int) - np.array([[[90, 120, 150]]])).max() < 5


def test_telea_leaves_what_is_far_alone():
  image, mask = _noise(), _lower_half()
  filled = fills.telea(image, mask)
  np.testing.assert_array_equal(filled[:22], image[:22])
  assert (filled[24:] != image[24:]).any()


def test_mean_image_rounds_to_nearest():
  images = [np.full((4, 4, 3), value, np.uint8) for value in (0, 255, 255)]
  assert (fills.mean_image(iter(images)) == 170).all()
  assert fills.mean_image(images).dtype == np.uint8


def test_fill():
  image, content, mask = _noise(), _noise(seed=1), _lower_half()
  filled = fills.fill(image, mask, content)
  np.testing.assert_array_equal(filled[:24], image[:24])
  np.testing.assert_array_equal(filled[24:], content[24:])
