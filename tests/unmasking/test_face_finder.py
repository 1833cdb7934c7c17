import logging

import numpy as np
import pytest

from maskgan_jax.common import pinned_models
from maskgan_jax.faces import finder
from maskgan_jax.unmasking import face_finder
from tests.fakes import landmarker, unmasker

# Middle and side of the one face.
PLACE = (190, 100, 90)


class Networks(landmarker.Landmarker, unmasker.Networks):
  """Networks with a landmarker."""


class NoLandmarker(unmasker.Networks):
  landmark_size = 0


@pytest.fixture
def detector(monkeypatch):
  """Takes the place of the shared finder."""
  fake = landmarker.Detector()
  monkeypatch.setattr(finder, "shared", lambda: fake)
  return fake


def _turned(turn):
  return np.rot90(landmarker.photo(PLACE), turn)


@pytest.mark.parametrize("turn", range(4))
def test_faces_are_found_however_the_photo_is_turned(turn, detector):
  photo = _turned(0)
  [upright] = face_finder.find_faces(Networks(), photo)
  detector.looks.clear()
  image = np.rot90(photo, turn)
  [face] = face_finder.find_faces(Networks(), image)
  assert face.confidence == pytest.approx(0.98)
  # Colours say where the upright photo's pixels have gone.
  (x, y), (new_x, new_y) = (
    one.landmarks[:, :2].round().astype(int).T for one in (upright, face)
  )
  np.testing.assert_allclose(
    image[new_y, new_x, :2].astype(int), photo[y, x, :2], atol=16
  )
  np.testing.assert_allclose(face.landmarks[:, 2], upright.landmarks[:, 2])
  middle = face.box[:2] + face.box[2:] / 2
  np.testing.assert_allclose(
    middle, (face.landmarks.min(0) + face.landmarks.max(0))[:2] / 2, atol=12
  )
  np.testing.assert_allclose(face.box[2:], 90, atol=1)
  assert (face.keypoints > face.box[:2]).all()
  assert (face.keypoints < face.box[:2] + face.box[2:]).all()
  # One look at an upright photo; else a quick one at each other turn as well,
  # and a thorough one at that which is right.
  expected = [True, False, False, False, True] if turn else [True]
  assert [look[2] for look in detector.looks] == expected


def test_upright_faces_go_before_turned_ones(detector):
  image = landmarker.photo((70, 120, 60))
  image[:, 160:] = np.rot90(landmarker.photo((160, 120, 90)), 2)[:, 80:240]
  [face] = face_finder.find_faces(Networks(), image)
  assert face.box[0] < 100
  assert len(detector.looks) == 1


def test_the_turn_with_most_sure_faces_is_taken(detector):
  image = landmarker.photo((70, 60, 70), (70, 180, 60))
  image[:, 160:] = np.rot90(landmarker.photo((160, 120, 90)), 2)[:, 80:240]
  found = face_finder.find_faces(Networks(), np.rot90(image, 3))
  assert len(found) == 2
  # They lie in the lower or upper half of what is now 320 px high.
  assert len({face.box[1] > 160 for face in found}) == 1


def test_the_largest_sure_face_alone(detector):
  image = landmarker.photo((70, 60, 70), (70, 180, 60))
  image[:, 160:] = np.rot90(landmarker.photo((160, 120, 90)), 2)[:, 80:240]
  [face] = face_finder.find_faces(Networks(), image, "largest")
  # A larger one stands on its head.
  assert face.box[2] == pytest.approx(70, abs=1)
  assert detector.looks == [(240, 320, False)]


def test_a_photo_without_a_face_costs_four_looks(detector):
  with pytest.raises(
    face_finder.NoFaceError,
    match=r"^No face found\. Give a photo with a face .* or a --mask of what",
  ) as raised:
    face_finder.find_faces(Networks(), landmarker.photo())
  assert raised.value.unsure == []
  sizes = [(240, 320), (320, 240), (240, 320), (320, 240)]
  assert [look[:2] for look in detector.looks] == sizes


def test_unsure_faces_are_told(detector):
  networks = Networks()
  networks.sure = 0.31
  with pytest.raises(
    face_finder.NoFaceError,
    match=r"No face found for certain \(at best 31% sure, it takes 80%\)\. Give"
    r" a photo .* or a --mask",
  ) as raised:
    face_finder.find_faces(networks, landmarker.photo(PLACE))
  [unsure] = raised.value.unsure
  assert unsure.confidence == pytest.approx(0.31)


def test_the_surest_face_under_a_mask():
  def face(x, confidence):
    box = np.array([x, -5, 20, 30], np.float32)
    return finder.LandmarkedFace(box, None, None, confidence)

  mask = np.zeros((50, 100), bool)
  mask[20, 15:45] = True
  beside, under, surer = face(60, 0.4), face(10, 0.1), face(30, 0.3)
  faces = [beside, under, surer]
  assert face_finder.surest_under(mask, faces) is surer
  assert face_finder.surest_under(mask[:, :30], faces[:2]) is under
  assert face_finder.surest_under(mask, [beside]) is None


def test_a_film_keeps_its_turn(detector):
  film = face_finder.FilmFinder(Networks())
  sideways = _turned(1)
  [first] = film.find(sideways)
  detector.looks.clear()
  [second] = film.find(sideways)
  np.testing.assert_array_equal(first.landmarks, second.landmarks)
  assert detector.looks == [(240, 320, True)]


def test_a_film_without_faces_is_seldom_turned(detector):
  film = face_finder.FilmFinder(Networks())
  for _ in range(20):
    assert film.find(landmarker.photo()) == []
  assert len(detector.looks) == 20 + 2 * 3
  # Faces that come later, in whatever turn, are found.
  assert len(film.find(_turned(2))) == 1
  assert len(film.find(_turned(2))) == 1


def _mesh_finder(monkeypatch, mesh):
  class Found(finder.FaceFinder):
    def __init__(self):
      self.found = []

    def find(self, image, which="all"):
      self.found.append(which)
      return ["a face"] if image.any() else []

  Found.mesh = property(mesh)
  made = Found()
  monkeypatch.setattr(finder, "shared", lambda: made)
  return made


def test_without_a_landmarker_the_mesh_stands_in(monkeypatch, caplog):
  face_finder._say_that_the_mesh_stands_in.cache_clear()
  mesh_finder = _mesh_finder(monkeypatch, lambda self: None)
  image, nothing = np.ones((8, 8, 3)), np.zeros((8, 8, 3))
  with caplog.at_level(logging.WARNING):
    found = face_finder.find_faces(NoLandmarker(), image, "largest")
    assert found == ["a face"]
    with pytest.raises(face_finder.NoFaceError, match="No face found. Give"):
      face_finder.find_faces(NoLandmarker(), nothing)
    film = face_finder.FilmFinder(NoLandmarker())
    assert film.find(image) == ["a face"] and film.find(nothing) == []
  assert mesh_finder.found == ["largest", "all", "all", "all"]
  [said] = caplog.messages
  assert said.startswith("These weights have no landmarker: the face mesh")


def test_neither_landmarker_nor_mesh(monkeypatch):
  def missing(self):
    raise pinned_models.MissingModelError("Run: pip install x")

  _mesh_finder(monkeypatch, missing)
  with pytest.raises(
    pinned_models.MissingModelError,
    match="have no landmarker, and the face mesh .* Run: pip install x Or give"
    " weights that have one",
  ):
    face_finder.find_faces(NoLandmarker(), np.ones((8, 8, 3)))
