import types

import numpy as np
import pytest

from maskgan_jax import masks, unmasking
from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.evaluation import product, product_report, score, whole_photos
from maskgan_jax.faces import finder
from maskgan_jax.unmasking import aligned_face
from tests.fakes import unmasker as fake

BARE = fake.photo()
MEAN_FACE = np.full((fake.SIZE, fake.SIZE, 3), 9, np.uint8)
# Where the fake Unmasker finds its mask, in the photo.
FOUND = np.s_[20 + 64 : 20 + 127, 40 : 40 + 128]


class Person:
  """A face whose vector is the mean colour of its crop."""

  vector = np.eye(128, dtype=np.float32)[0]

  def embed(self, image):
    vector = np.zeros(128, np.float32)
    vector[:3] = image.mean(axis=(0, 1)) / 255
    return vector


class Folder(sources.Folder):
  """Photos of three people, of whom one has two."""

  def load(self, item):
    return types.SimpleNamespace(image=BARE)

  def fingerprint(self):
    return "abc"


@pytest.fixture
def known(monkeypatch):
  """The photos that are known; masks are drawn where they are found."""
  landmarks = fake.Unmasker().find(BARE)[0].landmarks
  face = finder.LandmarkedFace(np.float32(fake.BOX), None, landmarks, 1.0)
  found = [
    whole_photos.BarePhoto(
      sources.Item(name, person), face, Person(), np.zeros((32, 64))
    )
    for name, person in (
      *(("pif/0", "a"), ("pif/1", "a"), ("pif/2", "b"), ("sfhq/3", "c")),
    )
  ]
  monkeypatch.setattr(whole_photos, "find", lambda *arguments: (found, 2))
  monkeypatch.setattr(sources, "Folder", Folder)
  monkeypatch.setattr(
    aligned_face,
    "crop_transform",
    lambda *arguments: np.float32([[1, 0, -fake.BOX[0]], [0, 1, -fake.BOX[1]]]),
  )
  monkeypatch.setattr(masks, "draw", _draw)
  mesh = types.SimpleNamespace(find=lambda image: [face])
  monkeypatch.setattr(finder, "shared", lambda: mesh)
  # LPIPS takes seconds to compile: its own tests have it.
  monkeypatch.setattr(score, "image_scores", _image_scores)
  return found


def _measure(unmasker, num_photos=None):
  return product.measure(
    unmasker, "photos", "test", num_photos, mean_face=MEAN_FACE, data_dir="data"
  )


def _draw(image, landmarks, rng):
  drawn, mask = image.copy(), np.zeros(image.shape[:2], np.uint8)
  drawn[FOUND] //= 2
  mask[FOUND] = 1
  params = types.SimpleNamespace(mask_type="kn95", wear="low")
  return masks.MaskedFace(drawn, mask, mask * 255, params)


def _image_scores(candidates, image, mask, valid):
  """The mean difference, as every measure."""
  assert image.shape == (1, fake.SIZE, fake.SIZE, 3)
  assert mask.shape == valid.shape == (1, fake.SIZE, fake.SIZE, 1)
  assert mask[0, 64:127].all() and mask.sum() == 63 * 128
  return {
    f"{name}/{measure}": [np.abs(x.astype(float) - image).mean()]
    for name, x in candidates.items()
    for measure in product_report.MEASURES
    if measure != "identity"
  }


def test_whole_photos_are_scored_beside_their_oracle_crops(known, capsys):
  parts, rows = _measure(fake.Unmasker())
  found = parts["product"]
  assert [row["id"] for row in rows] == [one.item.name for one in known]
  assert found["pixels_changed_outside_blend"] == 0
  assert (found["left_out"], found["photos"]) == (2, "abc")
  assert (found["real"]["n"], found["real"]["persons"]) == (3, 2)
  assert found["synthetic"]["n"] == 1
  real = found["real"]
  assert real["iou"]["mean"] == 1 and real["not_reported"]["mean"] == 0
  # The fake finds the face where it is: all but the crop's border is equal.
  assert real["product"]["psnr"]["mean"] == pytest.approx(
    real["oracle_crop"]["psnr"]["mean"], abs=1
  )
  masked = real["masked_input"]["psnr"]["mean"]
  assert abs(real["product"]["psnr"]["mean"] - masked) > 5
  assert rows[0] | {"wear": "low", "mask_type": "kn95"} == rows[0]
  # What needs no network fills the same mask.
  inside = fake.photo()[FOUND].astype(float)
  filled = np.abs(inside - 9).sum() / (3 * fake.SIZE**2)
  mean_face = real["mean_face"]["psnr"]["mean"]
  assert mean_face == pytest.approx(filled)
  assert real["telea"]["psnr"]["mean"] not in (masked, mean_face)
  assert real["skin_colour"]["psnr"]["mean"] not in (masked, mean_face)
  # Synthetic people count among the landmarks.
  assert parts["landmarks"]["n"] == 4
  assert parts["landmarks"]["product"] == parts["landmarks"]["mesh"]
  assert rows[0]["landmarks/product/shift"] == pytest.approx(0, abs=1e-3)
  identification = parts["identification"]
  # Of a alone there are two photos; synthetic people are not searched among.
  assert (identification["probes"], identification["gallery"]) == (2, 3)
  # All true faces are alike here: the nearest of equals is the first.
  assert identification["true"]["same_person"]["mean"] == 1
  cosine = identification["completed"]["same_person"]["mean"]
  assert cosine == pytest.approx(rows[0]["product/identity"])
  assert "Product: 100%" in capsys.readouterr().err


def test_a_face_that_is_not_found_under_its_mask_counts(known):
  class Blind(fake.Unmasker):
    def find(self, image, faces="all"):
      raise errors.UserError("No face found.")

  parts, rows = _measure(Blind())
  real = parts["product"]["real"]
  assert real["iou"]["mean"] == 0
  assert real["face_not_found"]["mean"] == real["not_reported"]["mean"] == 1
  assert real["product"] == real["masked_input"]
  assert real["oracle_crop"] != real["masked_input"]
  assert parts["landmarks"]["product"]["not_found"] == 4
  assert parts["landmarks"]["mesh"]["not_found"] == 0
  assert len(rows) == 4


def test_a_mask_that_is_not_reported_counts(known, monkeypatch):
  monkeypatch.setattr(
    unmasking.CompletedFace, "found_mask", property(lambda face: False)
  )
  parts, _ = _measure(fake.Unmasker())
  real = parts["product"]["real"]
  assert real["face_not_found"]["mean"] == real["iou"]["mean"] == 0
  assert real["not_reported"]["mean"] == 1
  assert real["product"] == real["masked_input"]


def test_pixels_changed_outside_the_blend_are_counted(known, monkeypatch):
  lay_back = unmasking.lay_back

  def spilt(image, faces):
    result = lay_back(image, faces)
    result.image[0, :5] ^= 1
    return result

  monkeypatch.setattr(unmasking, "lay_back", spilt)
  parts, _ = _measure(fake.Unmasker())
  assert parts["product"]["pixels_changed_outside_blend"] == 4 * 5


def test_some_photos_are_drawn_at_random(known):
  parts, rows = _measure(fake.Unmasker(), 2)
  assert len(rows) == parts["product"]["num_photos"] == 2
  again, _ = _measure(fake.Unmasker(), 2)
  assert again == parts
  # The others are there to be found.
  assert parts["identification"]["gallery"] == 3


def test_the_mask_follows_a_crop_that_was_cut_elsewhere(known):
  class Shifted(fake.Unmasker):
    def find(self, image, faces="all"):
      [face] = super().find(image, faces)
      transform = face.transform + np.float32([[0, 0, 4], [0, 0, -6]])
      return [aligned_face.align(image, face, fake.SIZE, transform=transform)]

  _, rows = _measure(Shifted(), 1)
  # The crop's lower half, 63 rows and 128 columns, lies 6 px further down,
  # where the frame ends after 58 of them, and 4 px to the left.
  assert rows[0]["iou"] == pytest.approx(57 * 124 / (63 * 128 + 1 * 124), 0.01)


def test_masks_out_of_sight_are_left_out(known, monkeypatch):
  def draw(image, landmarks, rng):
    masked = _draw(image, landmarks, rng)
    return masked._replace(mask=np.zeros_like(masked.mask))

  monkeypatch.setattr(masks, "draw", draw)
  with pytest.raises(errors.UserError, match="no mask drawn on its photos of"):
    _measure(fake.Unmasker())
