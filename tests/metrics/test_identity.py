import functools

import numpy as np
import pytest

from maskgan_jax.common import errors, pinned_models
from maskgan_jax.faces import embedding, finder
from maskgan_jax.metrics import identity


def _astronaut():
  return pytest.importorskip("skimage.data").astronaut()


def test_one_person_is_recognised_in_changed_light():
  image = _astronaut()
  face = finder.shared().detector.detect(image)[0]
  other = np.clip(image * 0.7 + 20, 0, 255).astype(np.uint8)
  first, second = (embedding.embed(x, face.keypoints) for x in (image, other))
  assert first.shape == (embedding.DIMENSIONS,)
  assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)
  assert first @ second > 0.9


def test_a_hidden_face_is_less_like_the_true_one():
  image = _astronaut()
  person = identity.Person(image)
  assert person.similarity(image) == pytest.approx(1, abs=1e-5)
  face = finder.shared().detector.detect(image)[0]
  hidden = image.copy()
  left, top, width, height = face.box.astype(int)
  hidden[top + height // 2 : top + height, left : left + width] = 128
  assert person.similarity(hidden) < 0.9


def test_nobody_is_like_a_picture_without_a_face():
  empty = np.full((64, 64, 3), 128, np.uint8)
  person = identity.Person(empty)
  assert person.vector.shape == (embedding.DIMENSIONS,)
  assert np.isnan(person.vector).all() and np.isnan(person.similarity(empty))


def test_the_recognizer_is_checked_by_hash(monkeypatch):
  package, name, _ = embedding._RECOGNIZER
  monkeypatch.setattr(embedding, "_RECOGNIZER", (package, name, "0" * 64))
  uncached = functools.partial(embedding._recognizer.__wrapped__)
  with pytest.raises(errors.UserError, match="SHA-256"):
    uncached()
  monkeypatch.setattr(embedding, "_RECOGNIZER", ("no_such_package", name, ""))
  with pytest.raises(pinned_models.MissingModelError, match="Run: pip install"):
    uncached()


def _vectors(*rows):
  vectors = np.zeros((len(rows), embedding.DIMENSIONS), np.float32)
  vectors[:, :2] = rows
  return vectors


def test_ranges_of_one_person_and_of_two():
  vectors = _vectors((1, 0), (0.6, 0.8), (0.8, 0.6), (0, 1))
  found = identity.ranges(vectors, np.array(["a", "a", "a", "b"]))
  # Of a: 0.6, 0.8 and 0.96; of a with b: 0, 0.8 and 0.6.
  same, different = found["same_person"], found["different_people"]
  assert same["pairs"] == different["pairs"] == 3
  assert same["mean"] == pytest.approx((0.6 + 0.8 + 0.96) / 3)
  assert same["p5"] == pytest.approx(0.62)
  assert same["p95"] == pytest.approx(0.944)
  assert different["mean"] == pytest.approx((0 + 0.8 + 0.6) / 3)


def test_ranges_leave_out_faces_that_were_not_found():
  vectors = _vectors((1, 0), (np.nan, 0), (0.6, 0.8))
  found = identity.ranges(vectors, np.array(["a", "a", "b"]))
  assert found["same_person"]["pairs"] == 0
  assert found["same_person"]["mean"] is None
  assert found["different_people"]["pairs"] == 1
  nothing = identity.ranges(vectors[1:2], np.array(["a"]))
  assert nothing["different_people"]["pairs"] == 0
