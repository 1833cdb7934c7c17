import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from maskgan_jax.common import errors
from maskgan_jax.page import last_photo, requests
from maskgan_jax.photos import files
from tests import pictures
from tests.fakes import unmasker

PHOTO = unmasker.photo()
X, Y, WIDTH, HEIGHT = unmasker.BOX
LOWER = (
  slice(Y + HEIGHT // 2 + 4, Y + HEIGHT - 4),
  slice(X + 4, X + WIDTH - 4),
)


def _request(**changes):
  fields = {
    "photo": pictures.encode(PHOTO),
    "mask": None,
    "badge": False,
    "sample": 0,
    "references": (),
  } | changes
  name = fields.pop("name", "wedding.png")
  photo = last_photo.Upload(name, fields.pop("photo"))
  return requests.Request(photo, **fields)


def _answer(**changes):
  return requests.Answers(unmasker.Unmasker())(_request(**changes))


def _picture(data):
  """Pixels of a data URL, or of base64 alone."""
  content = base64.b64decode(data.rpartition(",")[2])
  return np.asarray(Image.open(io.BytesIO(content)))


def test_the_result_in_full_size():
  found = _answer()
  result = _picture(found["file"])
  assert result.shape == PHOTO.shape
  assert (result[LOWER] == unmasker.COLOUR).all()
  np.testing.assert_array_equal(result[:Y], PHOTO[:Y])
  assert found["name"] == "wedding_unmasked.png"
  json.dumps(found)


def test_another_guess():
  found = _answer(sample=1)
  assert found["num_samples"] == 4
  assert (_picture(found["file"])[LOWER] == unmasker.colour(1)).all()


def test_networks_that_know_one_guess(monkeypatch):
  monkeypatch.setattr(unmasker.Networks, "structure", False)
  assert _answer()["num_samples"] == 1


def test_the_result_says_what_it_is():
  content = base64.b64decode(_answer()["file"])
  assert b"compositeWithTrainedAlgorithmicMedia" in content


def test_faces_are_told_in_shares_of_the_photo():
  [face] = _answer()["faces"]
  assert face["found_mask"] and face["answer"] == "yes"
  assert face["reason"].startswith("a mask is ")
  np.testing.assert_allclose(
    face["box"], [X / 300, Y / 200, WIDTH / 300, HEIGHT / 200], rtol=1e-6
  )


def test_the_badge_is_shown_and_downloaded():
  plain, marked = _answer(), _answer(badge=True)
  corner = (slice(-20, None), slice(-30, None))
  for key in ("after", "file"):
    difference = _picture(marked[key])[corner].astype(int)
    difference -= _picture(plain[key])[corner]
    assert np.abs(difference).max() > 100
  assert plain["before"] == marked["before"]


def test_the_badge_alone_asks_for_nothing_else():
  fake = unmasker.Unmasker()
  answers = requests.Answers(fake)
  first, second = (answers(_request(badge=badge)) for badge in (False, True))
  assert first["file"] != second["file"] and first["mask"] == second["mask"]
  assert len(fake.looked) == len(fake.masks) == 1


def test_the_found_mask_is_where_the_mask_is():
  mask = _picture(_answer()["mask"])
  assert set(np.unique(mask)) == {0, 255}
  assert mask[LOWER].min() == 255
  assert mask[: Y + HEIGHT // 2 - 4].max() == 0
  assert mask.mean() / 255 == pytest.approx(128 * 64 / 300 / 200, rel=0.05)


def test_a_found_mask_completed_again_is_the_same_picture():
  first = _answer()
  mask = base64.b64decode(first["mask"].partition(",")[2])
  second = _picture(_answer(mask=mask)["file"]).astype(int)
  assert (second != _picture(first["file"])).mean() < 0.01


def test_a_corrected_mask_is_used_at_the_photos_size():
  mask = np.zeros((100, 150, 3), np.uint8)  # Half of it: what was shown.
  mask[20:40, 30:50] = 255
  result = _picture(_answer(mask=pictures.encode(mask))["file"])
  assert (result[44:76, 64:96] == unmasker.COLOUR).all()
  changed = (result != PHOTO).any(axis=2)
  assert not changed[92:].any() and changed.any()


def test_large_photos_are_shown_reduced_and_kept_whole():
  large = np.repeat(np.repeat(PHOTO, 8, axis=0), 8, axis=1)
  found = _answer(photo=pictures.encode(large))
  for key in ("before", "after", "mask"):
    assert _picture(found[key]).shape[:2] == (1067, 1600)
  assert _picture(found["file"]).shape == large.shape


def test_a_bare_face_has_nothing_to_download():
  bare = pictures.encode(unmasker.photo(bare=True))
  found = _answer(photo=bare, badge=True)
  assert found["file"] is None and not found["faces"][0]["found_mask"]
  assert found["faces"][0]["answer"] == "no"
  assert found["before"] == found["after"]
  assert not _picture(found["mask"]).any()


@pytest.mark.parametrize(
  ("name", "expected"),
  [
    ("a.b.JPG", "a.b_unmasked.JPG"),
    ("scan.bmp", "scan_unmasked.png"),
    ("noname", "noname_unmasked.png"),
  ],
)
def test_names_of_results(name, expected):
  assert _answer(name=name)["name"] == expected


@pytest.mark.parametrize(
  ("changes", "message"),
  [
    ({"photo": b"text"}, "wedding.png: not a readable picture"),
    ({"photo": b""}, "wedding.png: not a readable picture"),
    (
      {"photo": pictures.encode(PHOTO[:9])},
      "wedding.png: 300x9 pixels, smaller than 32",
    ),
    (
      {"photo": pictures.encode(np.full_like(PHOTO, 9))},
      "No face found. Give a photo",
    ),
    ({"mask": b"text"}, "The mask: not a readable picture"),
    (
      {"mask": pictures.encode(np.zeros_like(PHOTO))},
      "The mask is empty. Paint over what",
    ),
  ],
)
def test_what_cannot_be_done(changes, message):
  with pytest.raises(errors.UserError, match=message):
    _answer(**changes)


def test_a_bomb_is_not_decoded(monkeypatch):
  monkeypatch.setattr(files, "MAX_PIXELS", 50_000)
  with pytest.raises(errors.UserError, match="300x200 pixels, more than the"):
    _answer()


def _sent(**changes):
  fields = {"name": "a", "photo": "", "mask": None, "badge": True, "sample": 0}
  fields["references"] = []
  return json.dumps(fields | changes).encode()


def test_parse_reads_what_the_page_sends():
  body = {"name": "../a/photo.jpg", "photo": "AAE=", "mask": None, "badge": 1}
  body |= {"sample": 3, "references": [{"name": "mum.jpg", "photo": "Ag=="}]}
  found = requests.parse(json.dumps(body).encode())
  photo = last_photo.Upload("photo.jpg", b"\0\1")
  others = (last_photo.Upload("mum.jpg", b"\2"),)
  assert found == requests.Request(photo, None, True, 3, others)
  found = requests.parse(json.dumps(body | {"mask": "AQ=="}).encode())
  assert found.mask == b"\1"


@pytest.mark.parametrize(
  "body",
  [
    b"",
    b"\xff\xfe",
    b"[]",
    b"{}",
    _sent(photo="!"),
    _sent(photo=3),
    _sent(sample=4),
    _sent(sample=-1),
    _sent(sample=float("inf")),
    _sent(sample="b"),
    _sent(references=3),
    _sent(references=["mum.jpg"]),
    _sent(references=[{"name": "mum.jpg", "photo": "!"}]),
  ],
)
def test_parse_refuses_what_is_none_of_the_pages(body):
  requests.parse(_sent())
  with pytest.raises(errors.UserError, match="no request of the page. Load"):
    requests.parse(body)
