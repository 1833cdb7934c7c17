import collections
import hashlib
import json
import pathlib
import types

import cv2
import matplotlib
import numpy as np
import pytest

from maskgan_jax import masks, photos
from maskgan_jax.datasets.masked_faces.stages import people
from maskgan_jax.evaluation.real_masks import score
from maskgan_jax.faces import finder
from maskgan_jax.lab import report_examples
from maskgan_jax.unmasking import aligned_face
from tests import pictures

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)
SIZE = 32


class Unmasker:
  networks = types.SimpleNamespace(image_size=SIZE)

  def find(self, image, faces):
    assert faces == "largest"
    [face] = finder.find_faces(image, "largest")
    return [aligned_face.align(image, face, SIZE)]


def segment(crops):
  return crops[..., 0]


@pytest.fixture
def folder(tmp_path):
  small = cv2.resize(photos.read(HOPPER), (154, 182), None, 0, 0, 3)
  (tmp_path / "a.png").write_bytes(pictures.encode(small))
  return tmp_path


def test_copies_are_near_equal():
  photo = np.random.default_rng(0).integers(0, 255, (100, 80, 3), np.uint8)
  photo = cv2.GaussianBlur(photo, (0, 0), 3)
  copies = report_examples.saved_again(photo)
  assert tuple(copies) == report_examples.VERSIONS
  for name, copy in copies.items():
    assert copy.dtype == np.uint8
    same = cv2.resize(copy, (80, 100)).astype(float) - photo
    assert 0 < np.abs(same).mean() < 6, name
  assert copies["resized"].shape == (97, 78, 3)
  np.testing.assert_array_equal(copies["shifted"], photo[1:, 1:])


def test_people_come_bare_and_with_all_that_is_drawn(folder, monkeypatch):
  (folder / "manifest.csv").write_text("file,person_id\na.png,p1\n")
  monkeypatch.setattr(people, "split_of", lambda _: "validation")
  found = [*report_examples.of_people(Unmasker(), segment, folder)]
  plain = [one for one in found if not one.version]
  kinds = collections.Counter(one.kind for one in plain)
  assert kinds == {
    "bare": 1,
    **dict.fromkeys(masks.DISTRACTORS, 1),
    "mask": report_examples.NUM_DRAWS,
  }
  assert {one.person_id for one in found} == {"p1"}
  assert all(one.probability.shape == (SIZE, SIZE) for one in found)
  # Masks are other ones each time.
  drawn = [one.probability for one in plain if one.kind == "mask"]
  assert not np.array_equal(drawn[0], drawn[1])
  # Of the bare photo, one mask and one thing that is none.
  copies = collections.Counter(one.kind for one in found if one.version)
  assert copies["bare"] == copies["mask"] == len(report_examples.VERSIONS)
  assert len(copies) == 3


def test_people_of_other_splits_are_left_out(folder, monkeypatch):
  (folder / "manifest.csv").write_text("file,person_id\na.png,p1\n")
  monkeypatch.setattr(people, "split_of", lambda _: "test")
  assert not [*report_examples.of_people(Unmasker(), segment, folder)]


def test_real_masks_know_their_half(folder, tmp_path, monkeypatch):
  digest = hashlib.sha256((folder / "a.png").read_bytes()).hexdigest()
  outlines = tmp_path / "annotations.json"
  monkeypatch.setattr(score, "ANNOTATIONS", outlines)
  outlines.write_text(json.dumps({digest: {}}))
  found = [*report_examples.of_real_masks(Unmasker(), segment, folder)]
  half = score.Score("a.png", digest, 0, None).half
  assert {one.kind for one in found} == {f"real {half}"}
  assert [one.version for one in found] == ["", *report_examples.VERSIONS]
  outlines.write_text("{}")
  assert not [*report_examples.of_real_masks(Unmasker(), segment, folder)]
