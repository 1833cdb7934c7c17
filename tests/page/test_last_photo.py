import functools
import hashlib

import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.faces import embedding
from maskgan_jax.page import last_photo
from maskgan_jax.unmasking.references import album
from tests import pictures
from tests.fakes import unmasker
from tests.unmasking.references import people

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
    image, result = photo.unmask(
      last_photo.Upload("a.png", PHOTO), mask, sample
    )
    alone = unmasker.Unmasker()
    _, expected = last_photo.LastPhoto(alone).unmask(
      last_photo.Upload("a.png", PHOTO), mask, sample
    )
    np.testing.assert_array_equal(image, unmasker.photo())
    np.testing.assert_array_equal(result.image, expected.image)
  assert len(fake.looked) == 1 and len(fake.masks) == 4


def test_the_same_request_is_answered_at_once(fake):
  photo = last_photo.LastPhoto(fake)
  _, first = photo.unmask(last_photo.Upload("a.png", PHOTO), _mask(), 1)
  _, again = photo.unmask(
    last_photo.Upload("other name.png", PHOTO), _mask(), 1
  )
  assert again is first and len(fake.masks) == 1


def test_one_photo_is_kept_and_no_more(fake):
  photo = last_photo.LastPhoto(fake)
  for data in (PHOTO, OTHER, PHOTO):
    _, result = photo.unmask(last_photo.Upload("a.png", data), None, 0)
  assert len(fake.looked) == len(fake.masks) == 3
  _, expected = last_photo.LastPhoto(fake).unmask(
    last_photo.Upload("a.png", PHOTO), None, 0
  )
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
  _, first = photo.unmask(last_photo.Upload("a.png", PHOTO), None, 0)
  for _ in range(2):
    with pytest.raises(errors.UserError, match=message):
      photo.unmask(last_photo.Upload("b.png", data), mask, 0)
  _, again = photo.unmask(last_photo.Upload("a.png", PHOTO), None, 0)
  np.testing.assert_array_equal(again.image, first.image)


def test_another_photo_of_the_person_is_used(fake, monkeypatch):
  face = unmasker.Unmasker().find(unmasker.photo())[0]
  refer = functools.partial(people.refer, unmasker.photo(), face.landmarks)
  read = []

  def of_photo(networks, image, name, sha256):
    read.append((name, sha256))
    return [refer(name=name, sha256=sha256)], []

  monkeypatch.setattr(album, "of_photo", of_photo)
  vector = refer().vector
  monkeypatch.setattr(embedding, "embed_upper_half", lambda *_: vector)
  photo = last_photo.LastPhoto(fake)
  upload = last_photo.Upload("a.png", PHOTO)
  other = last_photo.Upload("mum.png", OTHER)
  _, plain = photo.unmask(upload, None, 0)
  _, result = photo.unmask(upload, None, 0, (other,))
  sha256 = hashlib.sha256(OTHER).hexdigest()
  assert read == [("mum.png", sha256)]
  assert result.ingredients == {sha256: "mum.png"}
  # Once more, another sample, and without it.
  assert photo.unmask(upload, None, 0, (other,))[1] is result
  _, second = photo.unmask(upload, None, 1, (other,))
  assert second.ingredients == result.ingredients
  # Read once, whatever the mask.
  _, painted = photo.unmask(upload, _mask(), 0, (other,))
  assert painted.ingredients == result.ingredients
  _, again = photo.unmask(upload, None, 0)
  np.testing.assert_array_equal(again.image, plain.image)
  assert len(fake.looked) == len(read) == 1
