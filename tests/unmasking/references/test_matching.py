import concurrent.futures
import dataclasses

import numpy as np
import pytest

from maskgan_jax.faces import embedding
from maskgan_jax.unmasking.references import matching, reference
from tests.unmasking.references import people


def _vector(cosine, other=1):
  vector = np.zeros(embedding.DIMENSIONS, np.float32)
  vector[[0, other]] = cosine, np.sqrt(1 - cosine**2)
  return vector


def _like(cosine, name, landmarks=None):
  image, own = people.hopper()
  return people.refer(
    image, own if landmarks is None else landmarks, name, vector=_vector(cosine)
  )


@pytest.fixture
def assigned(monkeypatch):
  """The name of the reference that a face gets from an album."""
  monkeypatch.setattr(
    embedding, "embed_upper_half", lambda *_: _vector(1.0, other=2)
  )

  def assigned(**album):
    image, _ = people.hopper()
    face, _ = people.align()
    [face] = matching.assign(reference.Album(**album), image, [face])
    return face.match

  return assigned


def test_the_most_alike_is_taken_and_nobody_else(assigned):
  some = [_like(0.2, "stranger"), _like(0.7, "self"), _like(0.5, "sister")]
  match = assigned(references=some)
  assert match.reference.name == "self"
  assert match.likeness == pytest.approx(0.7)
  assert assigned(references=some[:1]) is None
  assert assigned() is None


def test_of_several_of_one_person_that_which_fits(assigned):
  _, landmarks = people.hopper()
  turned = landmarks.copy()
  turned[:, 2] += 0.5 * (turned[:, 0] - turned[:, 0].mean())
  small = _like(0.74, "small", 0.3 * landmarks)
  away = _like(0.72, "turned", turned)
  plain = _like(0.65, "plain")
  match = assigned(references=[small, away, plain])
  assert match.reference.name == "plain"


def test_what_is_given_is_taken_however_little_alike(assigned):
  match = assigned(
    references=[_like(0.9, "alike")], given={1: _like(0.1, "given")}
  )
  assert match.reference.name == "given"
  assert match.likeness < matching.THRESHOLD
  other = assigned(given={2: _like(0.9, "of another")})
  assert other is None


def test_a_face_keeps_its_reference(monkeypatch):
  image, _ = people.hopper()
  face, _ = people.align()
  match = reference.Match(_like(0.5, "own"), 0.5)
  face = dataclasses.replace(face, match=match)
  album = reference.Album(references=[_like(1.0, "better")])
  [found] = matching.assign(album, image, [face])
  assert found.match is match


def test_an_upper_half_is_like_itself_whatever_is_below():
  image, landmarks = people.hopper()
  masked = image.copy()
  masked[int(landmarks[4, 1]) :] = 200
  one, other = (
    embedding.embed_upper_half(x, landmarks) for x in (image, masked)
  )
  assert one @ other > 0.9
  assert np.linalg.norm(one) == pytest.approx(1)


def test_photos_are_told_apart_by_several_threads_at_once():
  image, landmarks = people.hopper()
  some = [image, image[:, ::-1].copy(), 255 - image, image // 2]
  alone = [embedding.embed_upper_half(x, landmarks) for x in some]
  with concurrent.futures.ThreadPoolExecutor(4) as pool:
    for _ in range(5):
      found = pool.map(lambda x: embedding.embed_upper_half(x, landmarks), some)
      np.testing.assert_array_equal(list(found), alone)


def test_two_faces_are_not_one_person(monkeypatch):
  image, _ = people.hopper()
  face, _ = people.align()
  seen = iter([_vector(0.8, other=2), _vector(0.9, other=2)])
  monkeypatch.setattr(embedding, "embed_upper_half", lambda *_: next(seen))
  album = reference.Album(references=[_like(1.0, "mum")])
  sister, mum = matching.assign(album, image, [face, face])
  assert sister.match is None and mum.match.reference.name == "mum"
