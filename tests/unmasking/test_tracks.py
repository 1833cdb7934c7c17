import dataclasses
import itertools

import numpy as np
import pytest

from maskgan_jax.faces import anatomy, finder
from maskgan_jax.unmasking import (
  aligned_face,
  completed_face,
  mask_report,
  tracks,
)
from maskgan_jax.unmasking.references import matching, reference

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


def frame() -> np.ndarray:
  return np.full((200, 200, 3), 128, np.uint8)


class Film:
  """Completes faces with one grey a frame, from the list or 128.

  What is reported of each frame comes from the list, or is always `answer`.
  """

  def __init__(
    self, answer=mask_report.YES, grey=None, answers=None, times=None
  ):
    self.tracker = tracks.Tracker(SIZE)
    self._grey = None if grey is None else iter(grey)
    self._times = itertools.repeat(1) if times is None else iter(times)
    self._mask = np.zeros((SIZE, SIZE), np.float32)
    self._mask[8:24, 8:24] = 0.9
    self._answers = itertools.repeat(answer) if answers is None else answers
    self._answers = iter(self._answers)

  def unmask(self, image, faces, widened=False):
    grey = 128 if self._grey is None else next(self._grey)
    side = SIZE * next(self._times)
    predicted = np.full((side, side, 3), grey, np.float32)
    answer = next(self._answers)
    report = mask_report.MaskReport(answer, 0.5, f"{answer} here")
    completed = [
      completed_face.CompletedFace.of(
        aligned_face.align(image, face, SIZE, widened=True)
        if widened
        else face,
        predicted=predicted,
        mask=self._mask,
        report=report,
        hidden_reach=0.0,
      )
      for face in self.tracker.follow(image, faces)
    ]
    return completed_face.lay_back(image, self.tracker.smooth(completed))


def test_trembling_is_calmed(landmarks):
  rng = np.random.default_rng(1)
  tremble = rng.normal(0, 0.5, (60, 2))
  still = tracks.Tracker(SIZE)
  places = []
  for x, y in tremble:
    still.follow(frame(), found(landmarks, x, y))
    places.append(still.tracks[0].placement[:, 2].copy())
  assert np.std(places[20:], axis=0).max() < 0.5 * tremble[20:].std()


def test_quick_motion_is_followed_at_once(landmarks):
  quick = tracks.Tracker(SIZE)
  places = []
  for i in range(5):
    quick.follow(frame(), found(landmarks, 8.0 * i))
    places.append(quick.tracks[0].placement[0, 2])
  np.testing.assert_allclose(np.diff(places), 8.0, rtol=1e-6)


def test_a_flickering_prediction_is_calmed(landmarks):
  grey = 128 + 20 * (-1.0) ** np.arange(40)
  steady = Film(grey=grey)
  centres = []
  for _ in grey:
    result = steady.unmask(frame(), found(landmarks))
    centres.append(float(result.image[result.mask > 250].mean()))
  assert np.abs(np.diff(centres[20:])).max() < 0.3 * 40


def test_bare_faces_stay_as_they_are(landmarks):
  picture = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
  result = Film(mask_report.NO).unmask(picture, found(landmarks))
  np.testing.assert_array_equal(result.image, picture)
  assert not result.mask.any()


def test_pixels_away_from_the_mask_stay_to_the_bit(landmarks):
  picture = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
  result = Film().unmask(picture, found(landmarks))
  assert result.mask.any()
  np.testing.assert_array_equal(
    result.image[result.mask == 0], picture[result.mask == 0]
  )


def test_a_face_is_missed_for_a_moment_only(landmarks):
  patient = Film(grey=[200.0] * 30)
  patient.unmask(frame(), found(landmarks))
  for _ in range(tracks._PATIENCE):
    assert patient.unmask(frame(), []).mask.any()
  result = patient.unmask(frame(), [])
  assert not result.mask.any()
  np.testing.assert_array_equal(result.image, frame())


def test_confidence_is_that_of_the_last_sight(landmarks):
  tracker = tracks.Tracker(SIZE)
  for confidence in (0.9, 0.6):
    [face] = found(landmarks)
    tracker.follow(frame(), [face._replace(confidence=confidence)])
  [missed] = tracker.follow(frame(), [])
  assert missed.confidence == 0.6


def test_two_faces_keep_their_own_tracks(landmarks):
  both = Film()
  far = found(landmarks, 70.0)
  both.unmask(frame(), [*found(landmarks), *far])
  first, second = both.tracker.tracks
  both.unmask(frame(), [*far, *found(landmarks)])
  assert both.tracker.tracks[0] is second and both.tracker.tracks[1] is first


def test_a_widened_face_stays_widened_and_starts_anew(landmarks):
  film = Film(grey=[50.0, 200.0, 200.0])
  film.unmask(frame(), found(landmarks))
  result = film.unmask(frame(), found(landmarks), widened=True)
  # The average with the first frame's grey would be darker.
  assert result.faces[0].predicted.min() == 200
  [track] = film.tracker.tracks
  narrow, wide = (
    np.linalg.norm(aligned_face.crop_transform(landmarks, SIZE, w)[:, 0])
    for w in (False, True)
  )
  assert wide == pytest.approx(0.8 * narrow)
  [face] = film.tracker.follow(frame(), found(landmarks))
  assert face.widened
  assert np.linalg.norm(face.transform[:, 0]) == pytest.approx(wide)


def test_a_face_keeps_its_grain(landmarks):
  film = Film()
  first, again = (
    film.unmask(frame(), found(landmarks)).faces[0].grain for _ in range(2)
  )
  assert first is again is not None


def _decided(landmarks, answers):
  """What is reported frame by frame, of frames that say so themselves."""
  film = Film(answers=answers)
  faces = [
    film.unmask(frame(), found(landmarks)).faces[0] for _ in range(len(answers))
  ]
  return [face.report.answer for face in faces]


def test_no_single_frame_changes_what_is_decided(landmarks):
  yes, unsure, no = mask_report.YES, mask_report.UNSURE, mask_report.NO
  # A mask whose likelihood wavers: it is taken off in every frame.
  wavering = [unsure, no, yes, no, unsure, no, no, unsure, no, yes] * 3
  assert no not in _decided(landmarks, wavering)
  # A bare face that is taken for a mask now and then: never.
  bare = [no, yes, no, unsure, unsure, no, yes, no, unsure, yes, no]
  assert set(_decided(landmarks, bare)) == {no}


def test_a_mask_put_on_or_off_is_followed(landmarks):
  yes, unsure, no = mask_report.YES, mask_report.UNSURE, mask_report.NO
  assert _decided(landmarks, [no, yes, yes, yes]) == [no, no, yes, yes]
  assert _decided(landmarks, [no] + 5 * [unsure]) == 4 * [no] + 2 * [unsure]
  assert _decided(landmarks, [yes] + 9 * [no]) == 8 * [yes] + 2 * [no]


def test_a_frame_that_agrees_tells_its_own_reason(landmarks):
  yes, unsure = mask_report.YES, mask_report.UNSURE
  assert _decided(landmarks, [yes, unsure, yes]) == [yes, unsure, yes]


def test_what_a_frame_without_a_mask_paints_is_not_averaged(landmarks):
  answers = [mask_report.YES, mask_report.NO, mask_report.YES]
  film = Film(grey=[100.0, 250.0, 100.0], answers=answers)
  for _ in answers:
    result = film.unmask(frame(), found(landmarks))
    assert result.found_mask
    np.testing.assert_array_equal(result.faces[0].predicted, 100.0)


def test_a_face_that_comes_nearer_keeps_its_averages(landmarks):
  film = Film(grey=[100.0, 200.0], times=[1, 2])
  film.unmask(frame(), found(landmarks))
  [face] = film.unmask(frame(), found(landmarks)).faces
  assert face.predicted.shape == (2 * SIZE, 2 * SIZE, 3)
  np.testing.assert_allclose(face.predicted, 125.0)


def test_a_wider_crop_beneath_comes_and_goes_in_no_film(landmarks):
  film = Film(answers=[mask_report.NO] * 3 + [mask_report.YES])
  for _ in range(3):
    film.unmask(frame(), found(landmarks))
  [face] = film.tracker.follow(frame(), found(landmarks))
  report = mask_report.MaskReport(mask_report.YES, 0.5, "here")
  wide = completed_face.CompletedFace.of(
    face,
    predicted=np.zeros((SIZE, SIZE, 3)),
    mask=np.ones((SIZE, SIZE), np.float32),
    report=report,
    hidden_reach=0.0,
  )
  [smooth] = film.tracker.smooth([dataclasses.replace(wide, beneath=wide)])
  result = completed_face.lay_back(frame(), [smooth])
  np.testing.assert_array_equal(result.image, frame())


def test_references_are_looked_for_in_a_faces_first_frames(
  landmarks, monkeypatch
):
  asked = []

  def assign(album, image, faces):
    asked.append(len(faces))
    return list(faces)

  monkeypatch.setattr(matching, "assign", assign)
  film = Film()
  for _ in range(8):
    faces = film.tracker.follow(frame(), found(landmarks))
    assigned = film.tracker.assign(reference.Album(), frame(), faces)
    assert assigned == faces
    film.unmask(frame(), found(landmarks))
  assert asked == [1] * 5 + [0] * 3
