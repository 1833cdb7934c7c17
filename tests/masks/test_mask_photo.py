import json
import pathlib
import re

import matplotlib
import numpy as np
import pytest

from maskgan_jax import masks, photos
from maskgan_jax.datasets import sample_faces
from maskgan_jax.faces import finder, usability
from maskgan_jax.masks import mask_photo

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)
CORRECT = masks.MaskDistribution().only(wears=["correct"])


@pytest.fixture(scope="module")
def hopper():
  return photos.read(HOPPER)


@pytest.fixture(scope="module")
def landmarks():
  return sample_faces.paint(3, 256).landmarks


def test_every_face_of_a_photo_gets_a_mask(hopper):
  pair = np.concatenate([hopper, hopper[:, ::-1]], axis=1)
  before = pair.copy()
  masked = mask_photo.mask_photo(pair, "pair", CORRECT)
  np.testing.assert_array_equal(pair, before)
  assert len(masked.record["faces"]) == 2 and not masked.record["skipped"]
  first, second = (face["params"] for face in masked.record["faces"])
  assert first != second
  middle = hopper.shape[1]
  for half in (np.s_[:, :middle], np.s_[:, middle:]):
    assert 0.01 < masked.mask[half].mean() < 0.2
  assert set(np.unique(masked.mask)) == {0, 1}
  np.testing.assert_array_equal(masked.mask, masked.alpha > 127)
  changed = (masked.image != pair).any(-1)
  assert changed[masked.mask == 1].mean() > 0.9


def test_pixels_away_from_the_masks_stay_equal_to_the_bit(hopper):
  masked = mask_photo.mask_photo(hopper, "hopper", CORRECT)
  changed = (masked.image != hopper).any(-1)
  # The shadow reaches a little further than the mask.
  points = np.array(masked.record["faces"][0]["landmarks"])
  assert not changed[: int(points[10, 1])].any()
  assert 0.02 < changed.mean() < 0.3


def test_the_record_alone_draws_it_again(hopper):
  masked = mask_photo.mask_photo(hopper, "hopper", masks.MaskDistribution(), 7)
  record = json.loads(json.dumps(masked.record))
  again = mask_photo.redraw(hopper, record)
  np.testing.assert_array_equal(again.image, masked.image)
  np.testing.assert_array_equal(again.alpha, masked.alpha)


def test_name_and_seed_decide(hopper):
  params = [
    mask_photo.mask_photo(hopper, name, CORRECT, seed).record["faces"][0][
      "params"
    ]
    for name, seed in (("a", 0), ("a", 0), ("b", 0), ("a", 1))
  ]
  assert params[0] == params[1]
  assert params[0] != params[2] and params[0] != params[3]


def test_no_face():
  grey = np.full((200, 200, 3), 99, np.uint8)
  masked = mask_photo.mask_photo(grey, "grey", CORRECT)
  assert masked.record["skipped"] == ["no face found"]
  assert masked.image is grey and not masked.mask.any()


def test_a_face_that_cannot_be_used_is_left_alone(hopper, monkeypatch):
  mesh = finder.shared().mesh
  monkeypatch.setattr(
    finder.shared(), "mesh", lambda *arguments: (mesh(*arguments)[0], 0.2)
  )
  masked = mask_photo.mask_photo(hopper, "hopper", CORRECT)
  assert masked.record["skipped"] == ["face mesh unsure (0.20 < 0.5)"]
  assert masked.image is hopper


def _turned(points, degrees):
  angle = np.radians(degrees)
  centre = points.mean(0)
  x, y, z = (points - centre).T
  turned = np.stack(
    [x * np.cos(angle) - z * np.sin(angle), y]
    + [x * np.sin(angle) + z * np.cos(angle)],
    1,
  )
  return (turned + centre).astype(np.float32)


@pytest.mark.parametrize(
  ("change", "confidence", "message"),
  [
    (lambda p: p, 1.0, None),
    (lambda p: p, 0.4, r"face mesh unsure \(0.40 < 0.5\)"),
    (lambda p: p / 8, 1.0, r"face too small \([\d.]+ < 32 px\)"),
    (lambda p: _turned(p, 75), 1.0, r"turned too far \(\d+ > 60 degrees\)"),
    (
      lambda p: p + np.float32([150, 0, 0]),
      1.0,
      r"too much outside the photo \(0.\d+ > 0.3\)",
    ),
  ],
)
def test_why_a_face_is_left_out(landmarks, change, confidence, message):
  found = usability.reason_not_to_mask(
    change(landmarks), confidence, (256, 256, 3)
  )
  if message is None:
    assert found is None
  else:
    assert re.fullmatch(message, found), found
