import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.page import last_photo
from tests import pictures
from tests.fakes import unmasker

PHOTO = pictures.encode(unmasker.photo())
OTHER = pictures.encode(unmasker.photo()[::-1])


@pytest.fixture
def fake():
  return unmasker.Unmasker()


def _mask():
  white = np.zeros((200, 300), np.uint8)
  white[60:110, 60:150] = 255
  return pictures.encode(white)


def test_the_same_photo_is_not_searched_again(fake):
  photo = last_photo.LastPhoto(fake)
  for mask, sample in ((None, 0), (None, 1), (_mask(), 1), (None, 0)):
    image, result = photo.unmask(PHOTO, "a.png", mask, sample)
    alone = unmasker.Unmasker()
    _, expected = last_photo.LastPhoto(alone).unmask(
      PHOTO, "a.png", mask, sample
    )
    np.testing.assert_array_equal(image, unmasker.photo())
    np.testing.assert_array_equal(result.image, expected.image)
  assert len(fake.looked) == 1 and len(fake.masks) == 4


def test_the_same_request_is_answered_at_once(fake):
  photo = last_photo.LastPhoto(fake)
  _, first = photo.unmask(PHOTO, "a.png", _mask(), 1)
  _, again = photo.unmask(PHOTO, "other name.png", _mask(), 1)
  assert again is first and len(fake.masks) == 1


def test_one_photo_is_kept_and_no_more(fake):
  photo = last_photo.LastPhoto(fake)
  for data in (PHOTO, OTHER, PHOTO):
    _, result = photo.unmask(data, "a.png", None, 0)
  assert len(fake.looked) == len(fake.masks) == 3
  _, expected = last_photo.LastPhoto(fake).unmask(PHOTO, "a.png", None, 0)
  np.testing.assert_array_equal(result.image, expected.image)


@pytest.mark.parametrize(
  ("data", "mask", "message"),
  [
    (b"text", None, "b.png: not a readable picture"),
    (pictures.encode(unmasker.faceless()), None, "No face found"),
    (PHOTO, b"text", "The mask: not a readable picture"),
    (PHOTO, pictures.encode(np.zeros((9, 9), np.uint8)), "smaller than 32"),
    (PHOTO, pictures.encode(np.zeros((40, 40), np.uint8)), "mask is empty"),
  ],
)
def test_a_failure_is_not_kept(fake, data, mask, message):
  photo = last_photo.LastPhoto(fake)
  _, first = photo.unmask(PHOTO, "a.png", None, 0)
  for _ in range(2):
    with pytest.raises(errors.UserError, match=message):
      photo.unmask(data, "b.png", mask, 0)
  _, again = photo.unmask(PHOTO, "a.png", None, 0)
  np.testing.assert_array_equal(again.image, first.image)
