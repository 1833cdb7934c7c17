import numpy as np
import pytest

from maskgan_jax.faces import alignment, finder
from maskgan_jax.unmasking import landmarked_faces
from tests.fakes import landmarker


class Networks(landmarker.Landmarker):
  max_batch = 2


def _found(image):
  networks = Networks()
  detected = landmarker.Detector().detect(image)
  return networks, landmarked_faces.of_detected(networks, image, detected)


@pytest.mark.parametrize("angle", [0, 25])
@pytest.mark.parametrize("side", [40, 150])
def test_landmarks_come_back_to_the_photo(angle, side):
  _, [face] = _found(landmarker.photo((150, 110, side), angle=angle))
  own = alignment.similarity(side, -np.radians(angle), (0.5, 0.5), (150, 110))
  expected = landmarker.landmarks(own)
  np.testing.assert_allclose(
    face.landmarks, expected, atol=0.015 * side, rtol=0
  )
  assert face.confidence == pytest.approx(0.98)
  assert face.box[0] < 150 < face.box[0] + face.box[2]


def test_faces_are_looked_at_twice_and_in_batches():
  places = (60, 60, 70), (170, 60, 60), (260, 60, 50)
  networks, found = _found(landmarker.photo(*places))
  assert networks.num_crops == [2, 2, 1, 1]
  middles = [face.landmarks[:, 0].mean() for face in found]
  np.testing.assert_allclose(middles, [60, 170, 260], atol=2)


def test_all_looks_must_be_sure():
  class Doubtful(Networks):
    def __init__(self, *confidences):
      super().__init__()
      self._confidences = iter(confidences)

    def landmarks(self, crops):
      points, _ = super().landmarks(crops)
      return points, np.float32([next(self._confidences)])

  image = landmarker.photo((160, 120, 90))
  detected = landmarker.Detector().detect(image)
  for confidences in (0.1, 0.9), (0.9, 0.1):
    [face] = landmarked_faces.of_detected(
      Doubtful(*confidences), image, detected
    )
    assert face.confidence == pytest.approx(0.1)


def test_nothing_detected_asks_no_network():
  networks, found = _found(landmarker.photo())
  assert not found and not networks.num_crops


def test_beside_the_photo_crops_are_black():
  seen = []

  class Watched(Networks):
    def landmarks(self, crops):
      seen.extend(crops)
      return super().landmarks(crops)

  image = landmarker.photo((30, 30, 60))
  detected = landmarker.Detector().detect(image)
  landmarked_faces.of_detected(Watched(), image, detected)
  for crop in seen:
    assert not crop[:5, :5].any() and crop[-5:, -5:].all()


def _face(x, confidence):
  points = np.random.default_rng(0).uniform(0, 100, (468, 3)) + [x, 0, 0]
  box = np.array([0, 0, 1, 1], np.float32)
  return finder.LandmarkedFace(box, np.zeros((5, 2)), points, confidence)


def test_the_surest_of_equal_landmarks_is_kept():
  far, first, again = _face(300, 0.8), _face(0, 0.85), _face(5, 0.95)
  beside, none = _face(60, 0.9), _face(0, 0.79)
  sure, unsure = landmarked_faces.sure_and_unsure(
    [far, first, none, again, beside]
  )
  assert [face.confidence for face in sure] == [0.8, 0.95, 0.9]
  assert unsure == [none]
  assert landmarked_faces.sure_and_unsure([]) == ([], [])
