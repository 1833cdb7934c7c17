import pathlib

import cv2
import numpy as np
import pytest

from maskgan_jax import photos
from maskgan_jax.common import errors
from maskgan_jax.faces import alignment, anatomy, finder, usability
from maskgan_jax.faces import detector as detector_lib


def _astronaut():
  return pytest.importorskip("skimage.data").astronaut()


def _hopper():
  matplotlib = pytest.importorskip("matplotlib")
  data = pathlib.Path(matplotlib.get_data_path())
  return photos.read(data / "sample_data" / "grace_hopper.jpg")


@pytest.mark.parametrize("load", [_astronaut, _hopper])
def test_real_faces_are_found_and_landmarked(load):
  image = load()
  detector, mesh = finder.shared().detector, finder.shared().mesh
  found = detector.detect(image)
  points, confidence = mesh(image, found[0])
  assert found[0].score > 0.8
  assert confidence > 0.95
  # Two models that know nothing of each other agree on eyes and nose.
  width = found[0].box[2]
  ours = np.stack([*anatomy.eye_centres(points), points[anatomy.NOSE_TIP, :2]])
  np.testing.assert_allclose(
    ours, found[0].keypoints[:3], atol=0.08 * width, rtol=0
  )
  transform = alignment.crop_transform(points, 128)
  _, valid = alignment.warp(image, transform, 128)
  rule = usability.UsabilityRule(min_face_width=80.0)
  assert not usability.reason_not_to_learn(points, confidence, valid, rule)


def test_landmarks_hardly_depend_on_the_box():
  image = _astronaut()
  detector, mesh = finder.shared().detector, finder.shared().mesh
  face = detector.detect(image)[0]
  points, _ = mesh(image, face)
  shifted = face._replace(box=face.box * [1, 1, 1.15, 1.15] + [5, -5, 0, 0])
  moved, _ = mesh(image, shifted)
  width = np.ptp(points[:, 0])
  assert np.abs(moved[:, :2] - points[:, :2]).mean() < 0.02 * width


def test_the_largest_face_comes_first():
  image = _astronaut()
  small = cv2.resize(image, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
  both = np.zeros((512, 512 + 308, 3), np.uint8)
  both[:307, :307] = small
  both[:, 308:] = image
  found = finder.shared().detector.detect(both)
  assert len(found) == 2
  assert found[0].box[0] > 308


def _scattered(width, places, canvas=(1600, 2200)):
  """Astronauts whose faces are so wide, on grey; and their boxes' centres."""
  image = _astronaut()
  face = finder.shared().detector.detect(image)[0]
  scale = width / face.box[2]
  small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=3)
  centre = (face.box[:2] + face.box[2:] / 2) * scale
  picture = np.full((*canvas, 3), 110, np.uint8)
  for x, y in places:
    picture[y : y + len(small), x : x + len(small)] = small
  return picture, np.array(places) + centre


def test_small_faces_of_a_group_are_found():
  # Some of them on the edges of tiles, and at those of the picture.
  places = [(0, 0), (500, 350), (760, 700), (1040, 40), (1980, 1380), (700, 80)]
  picture, expected = _scattered(36, places)
  detector = finder.shared().detector
  assert len(detector.detect(picture)) < len(places)
  found = detector.detect_all(picture)
  centres = np.array([face.box[:2] + face.box[2:] / 2 for face in found])
  assert len(found) == len(places)
  for place in expected:
    assert np.linalg.norm(centres - place, axis=1).min() < 8
  for face in found:
    assert 25 < face.box[2] < 50
    # Keypoints are in pixels of the picture too.
    inside = (face.keypoints - face.box[:2]) / face.box[2:]
    assert (inside > -0.2).all() and (inside < 1.2).all()


def test_a_portrait_has_one_face_at_all_sizes():
  image = _astronaut()
  large = cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
  found = finder.shared().detector.detect_all(large)
  assert len(found) == 1
  alone = finder.shared().detector.detect(large)[0]
  np.testing.assert_allclose(found[0].box, alone.box, atol=60)


def _face(x, y, side, score):
  return detector_lib.Face(
    np.array([x, y, side, side], np.float32),
    np.zeros((5, 2), np.float32),
    score,
  )


def test_merging_keeps_one_box_a_face():
  large, again = _face(0, 0, 100, 0.8), _face(5, 5, 100, 0.9)
  part, behind = _face(40, 40, 20, 0.7), _face(60, 60, 20, 0.85)
  neighbour = _face(150, 0, 50, 0.6)
  found = [neighbour, again, large, part]
  # The surest box, the largest first, and no less sure parts of it.
  merged = detector_lib._merge(found, len(found))
  assert merged == [again, neighbour]
  # What the whole picture shows goes before surer boxes of tiles.
  assert detector_lib._merge([large, again], 1) == [large]
  # A surer face before another one is a face.
  assert detector_lib._merge([large, behind], 2) == [large, behind]
  assert detector_lib._merge([], 0) == []


@pytest.mark.parametrize(
  ("length", "expected"), [(200, [0]), (320, [0]), (640, [0, 160, 320])]
)
def test_tiles_cover_a_length_and_overlap(length, expected):
  assert detector_lib._starts(length, 320) == expected


def test_find_faces():
  picture, _ = _scattered(120, [(0, 0), (700, 300)], (1000, 1400))
  found = finder.find_faces(picture)
  assert len(found) == 2
  largest = finder.find_faces(picture, "largest")
  assert len(largest) == 1
  for face in found:
    middle = face.landmarks[:, :2].mean(0)
    assert (middle > face.box[:2]).all()
    assert (middle < face.box[:2] + face.box[2:]).all()


@pytest.mark.parametrize("shape", [(200, 200), (32, 6000), (6000, 32)])
def test_no_face_in_an_empty_picture(shape):
  assert (
    finder.shared().detector.detect(np.full((*shape, 3), 99, np.uint8)) == []
  )


def test_largest_face():
  image = _astronaut()
  detector, mesh = finder.shared().detector, finder.shared().mesh
  expected, _ = mesh(image, detector.detect(image)[0])
  np.testing.assert_array_equal(finder.largest_face(image), expected)
  with pytest.raises(errors.UserError, match="No face found. Give a photo"):
    finder.largest_face(np.full((200, 200, 3), 99, np.uint8))
