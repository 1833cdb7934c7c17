import numpy as np
import pytest

from maskgan_jax.faces import anatomy, finder
from maskgan_jax.unmasking import tracks

SIZE = 32


@pytest.fixture(scope="module")
def landmarks() -> np.ndarray:
  """A face of 60 px whose crop's placement is known to be regular."""
  rng = np.random.default_rng(0)
  points = rng.uniform(70, 130, (468, 3))
  points[list(anatomy.RIGHT_EYE), :2] = 85, 90
  points[list(anatomy.LEFT_EYE), :2] = 115, 90
  points[anatomy.CHIN, :2] = 100, 130
  points[:, 2] = 0
  return points


def found(landmarks, x=0.0, y=0.0):
  moved = landmarks + np.array([x, y, 0])
  low, high = moved[:, :2].min(0), moved[:, :2].max(0)
  box = np.concatenate([low, high - low]).astype(np.float32)
  return [finder.LandmarkedFace(box, np.zeros((5, 2)), moved, 1.0)]


def tracker(probability=1.0, grey=None):
  """Predicts one grey a frame, from the list or 128."""
  values = iter(grey) if grey is not None else None

  def predict(crops):
    value = 128.0 if values is None else next(values)
    chance = np.zeros((len(crops), SIZE, SIZE, 1), np.float32)
    chance[:, 8:24, 8:24] = probability
    return chance, np.full((*chance.shape[:3], 3), value, np.float32)

  return tracks.Tracker(predict, SIZE)


def frame() -> np.ndarray:
  return np.full((200, 200, 3), 128, np.uint8)


def _unused(crops):
  raise AssertionError("nothing is predicted")


def test_trembling_is_calmed(landmarks):
  rng = np.random.default_rng(1)
  tremble = rng.normal(0, 0.5, (60, 2))
  still = tracks.Tracker(_unused, SIZE)
  places = []
  for x, y in tremble:
    still.tracks = still._follow(found(landmarks, x, y))
    places.append(still.tracks[0].placement[:, 2].copy())
  assert np.std(places[20:], axis=0).max() < 0.5 * tremble[20:].std()


def test_quick_motion_is_followed_at_once(landmarks):
  quick = tracks.Tracker(_unused, SIZE)
  places = []
  for i in range(5):
    quick.tracks = quick._follow(found(landmarks, 8.0 * i))
    places.append(quick.tracks[0].placement[0, 2])
  np.testing.assert_allclose(np.diff(places), 8.0, rtol=1e-6)


def test_a_flickering_prediction_is_calmed(landmarks):
  grey = 128 + 20 * (-1.0) ** np.arange(40)
  steady = tracker(grey=grey)
  centres = []
  for _ in grey:
    result, shown = steady.unmask(frame(), found(landmarks))
    centres.append(float(result[shown > 250].mean()))
  assert np.abs(np.diff(centres[20:])).max() < 0.3 * 40


def test_bare_faces_stay_as_they_are(landmarks):
  picture = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
  result, shown = tracker(probability=0.0).unmask(picture, found(landmarks))
  np.testing.assert_array_equal(result, picture)
  assert not shown.any()


def test_pixels_away_from_the_mask_stay_to_the_bit(landmarks):
  picture = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
  result, shown = tracker().unmask(picture, found(landmarks))
  assert shown.any()
  np.testing.assert_array_equal(result[shown == 0], picture[shown == 0])


def test_a_face_is_missed_for_a_moment_only(landmarks):
  patient = tracker(grey=[200.0] * 30)
  patient.unmask(frame(), found(landmarks))
  for _ in range(tracks._PATIENCE):
    assert patient.unmask(frame(), [])[1].any()
  result, shown = patient.unmask(frame(), [])
  assert not shown.any()
  np.testing.assert_array_equal(result, frame())


def test_two_faces_keep_their_own_tracks(landmarks):
  both = tracker()
  far = found(landmarks, 70.0)
  both.unmask(frame(), [*found(landmarks), *far])
  first, second = both.tracks
  both.unmask(frame(), [*far, *found(landmarks)])
  assert both.tracks[0] is second and both.tracks[1] is first
