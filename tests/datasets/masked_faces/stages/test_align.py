import math
import re

import cv2
import numpy as np
import pytest

from maskgan_jax import photos
from maskgan_jax.common import pinned_models
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import align
from maskgan_jax.faces import alignment, anatomy, embedding, usability
from maskgan_jax.photos import coding

RULE = usability.UsabilityRule()


def _align(folder, name, person=None, size=96, rule=RULE):
  return align.align(
    sources.Item(name, person),
    source=sources.Folder(str(folder)),
    size=size,
    rule=rule,
  )


def test_a_photo_becomes_a_square_with_level_eyes(dummy_data):
  face = _align(dummy_data, "train_person0.jpg", "person0")
  assert coding.rgb(face.image).shape == (96, 96, 3)
  assert coding.grey(face.valid).shape == (96, 96)
  assert np.linalg.norm(face.embedding) == pytest.approx(1)
  first, second = anatomy.eye_centres(face.landmarks)
  assert first[1] == pytest.approx(second[1], abs=0.01)
  assert first[0] < second[0]


def test_the_transform_leads_back_to_the_photo(dummy_data):
  face = _align(dummy_data, "train_person0.jpg")
  photo = photos.read(dummy_data / "train_person0.jpg")
  again = cv2.warpAffine(photo, face.transform, (96, 96))
  valid = coding.grey(face.valid) > 0
  difference = again.astype(int) - coding.rgb(face.image)
  assert np.abs(difference)[valid].mean() < 6


def test_unknown_people_are_embedded(dummy_data):
  vectors = [
    _align(dummy_data, name).embedding
    for name in ("train_person0.jpg", "test_person36.jpg")
  ]
  for vector in vectors:
    assert vector.shape == (128,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_who_it_is_does_not_follow_from_the_crops_size(dummy_data):
  small, large = (
    _align(dummy_data, "train_person0.jpg", size=size) for size in (64, 200)
  )
  assert len(coding.rgb(small.image)) < len(coding.rgb(large.image))
  np.testing.assert_array_equal(small.embedding, large.embedding)


def test_no_embedding_without_the_recognizer(dummy_data, monkeypatch):
  def missing():
    raise pinned_models.MissingModelError

  monkeypatch.setattr(embedding, "_recognizer", missing)
  assert _align(dummy_data, "train_person0.jpg").embedding is None


def test_known_landmarks_are_used():
  source = sources.SampleFaces(1)
  item = source.items()[0][0]
  face = align.align(item, source=source, size=96, rule=RULE)
  _, landmarks = source.load(item)
  np.testing.assert_array_equal(
    face.landmarks, alignment.transform_landmarks(landmarks, face.transform)
  )


@pytest.mark.parametrize(
  "make, reason",
  [
    (lambda p: p.write_text("not a picture"), "not a readable picture"),
    (lambda p: cv2.imwrite(str(p), np.full((99, 99, 3), 128)), "no face found"),
    (lambda p: cv2.imwrite(str(p), np.zeros((1, 1, 3))), "1x1 pixels"),
  ],
)
def test_bad_pictures_are_skipped(tmp_path, make, reason):
  make(tmp_path / "bad.jpg")
  skipped = _align(tmp_path, "bad.jpg")
  assert skipped.name == "bad.jpg"
  assert reason in skipped.reason


def test_small_faces_are_skipped(dummy_data):
  strict = usability.UsabilityRule(min_face_width=500.0)
  skipped = _align(dummy_data, "train_person0.jpg", rule=strict)
  assert re.fullmatch(r"face too small \([\d.]+ < 500 px\)", skipped.reason)


def test_no_face_is_enlarged(dummy_data):
  small = _align(dummy_data, "train_person0.jpg")
  face = _align(dummy_data, "train_person0.jpg", size=2000)
  side = face.face_width / alignment.FACE_WIDTH
  height, width, _ = coding.rgb(face.image).shape
  assert height == width == math.ceil(side) < 2000
  assert 1 <= alignment.enlargement(face.transform) < 1.01
  # The crop's size says nothing of the face on the photo.
  assert small.face_width == face.face_width > 100
  np.testing.assert_allclose(
    small.landmarks / 96, face.landmarks / height, atol=0.001
  )
