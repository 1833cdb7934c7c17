import types

import numpy as np
import pytest

from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import references
from maskgan_jax.evaluation import masked_photo, whole_photos, with_references
from maskgan_jax.faces import embedding, finder
from maskgan_jax.unmasking.references import album
from tests.fakes import unmasker as fake
from tests.unmasking.references import people

LANDMARKS = fake.Unmasker().find(fake.photo())[0].landmarks
# Whose photos they are by file; the second of a is of the first one's sitting.
PEOPLE = {"pif/0": "a", "pif/1": "a", "pif/2": "a", "x/3": "b", "x/4": "b"}
PEOPLE |= {"x/5": "c"}


class Person:
  vector = np.eye(128, dtype=np.float32)[0]

  def embed(self, image):
    return np.eye(128, dtype=np.float32)[image.shape[0] % 2]


class Folder:
  """Photos with noise of their own on the lower half, but for one sitting."""

  def load(self, item):
    number = {"pif/1": 0}.get(item.name, int(item.name[-1]))
    noise = np.random.default_rng(number).integers(0, 40, (200, 300, 3))
    return types.SimpleNamespace(image=fake.photo() // 2 + noise.astype("u1"))


@pytest.fixture
def known(monkeypatch):
  face = finder.LandmarkedFace(np.float32(fake.BOX), None, LANDMARKS, 1.0)
  monkeypatch.setattr(
    masked_photo,
    "draw",
    lambda source, bare, size: types.SimpleNamespace(
      masked=types.SimpleNamespace(image=fake.photo()),
      in_frame=lambda image: image,
      scores=_scores,
    ),
  )

  def of_photo(networks, image, name):
    vector = np.zeros(128, np.float32)
    vector["abc".index(PEOPLE[name])] = 1
    return [people.refer(image, LANDMARKS, name, vector=vector)], []

  monkeypatch.setattr(album, "of_photo", of_photo)
  monkeypatch.setattr(embedding, "embed_upper_half", _first_person)
  return [
    whole_photos.BarePhoto(
      sources.Item(name, person), face, Person(), _lower_face(name)
    )
    for name, person in PEOPLE.items()
  ]


def _lower_face(name):
  image = Folder().load(sources.Item(name, None)).image
  return references.lower_face(image[:200, :200])


def _first_person(image, landmarks):
  return np.eye(128, dtype=np.float32)[0]


def _scores(shown):
  assert list(shown) == list(with_references.CANDIDATES)
  return {
    f"{name}/{measure}": float((image != fake.photo()).mean())
    for name, image in shown.items()
    for measure in with_references.MEASURES
    if measure != "identity"
  }


def test_photos_of_other_occasions_are_the_references(known):
  pairs = with_references._pairs(known)
  named = {
    bare.item.name: [one.item.name for one in own] for bare, own, _ in pairs
  }
  assert named == {
    **{"pif/0": ["pif/2"], "pif/1": ["pif/2"], "pif/2": ["pif/0", "pif/1"]},
    **{"x/3": ["x/4"], "x/4": ["x/3"]},
  }
  assert all(
    wrong.item.person_id != bare.item.person_id for bare, _, wrong in pairs
  )


def test_what_is_measured(known):
  found = with_references.measure(fake.Unmasker(), Folder(), known)
  assert (found["n"], found["persons"]) == (5, 2)
  # Every face looks like a: its own are found, b's are not.
  assert found["found"]["mean"] == pytest.approx(3 / 5)
  assert found["refused"]["mean"] == pytest.approx(3 / 5)
  assert set(with_references.CANDIDATES) < set(found)
  difference = found["difference"]["psnr_in_mask"]["mean"]
  assert difference == pytest.approx(
    found["reference"]["psnr_in_mask"]["mean"]
    - found["none"]["psnr_in_mask"]["mean"]
  )
  text = with_references.table(found)
  assert "| real people, n 5 of 2 | PSNR in mask |" in text
  assert "60 % are found to be theirs, of somebody else's 60 % are refu" in text
  some = with_references.measure(fake.Unmasker(), Folder(), known, 2)
  assert some["n"] == 2


def test_nobody_has_two_photos(known):
  found = with_references.measure(fake.Unmasker(), Folder(), known[-1:])
  assert found["n"] == 0 and found["found"]["mean"] is None
  assert "unknown here" in with_references.table(found)
