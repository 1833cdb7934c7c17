import cv2
import numpy as np
import pytest

from maskgan_jax.datasets.sample_faces import painter
from maskgan_jax.faces import alignment, finder, rough_crop


def test_a_detected_face_lies_level_in_the_middle():
  box = np.array([100, 80, 60, 75], np.float32)
  along = np.array([np.cos(np.radians(20)), np.sin(np.radians(20))])
  eyes = np.array([[120, 100], [120, 100] + 30 * along])
  transform = rough_crop.of_box(box, eyes, 128)
  np.testing.assert_allclose(transform @ [130, 117.5, 1], [64, 64], atol=1e-9)
  moved = eyes @ transform[:, :2].T + transform[:, 2]
  assert moved[0, 1] == pytest.approx(moved[1, 1])
  assert alignment.enlargement(transform) == pytest.approx(128 / (1.5 * 75))


@pytest.mark.parametrize("turn", [0, 30, 180])
def test_landmarks_give_the_crop_again_however_the_face_is_turned(turn):
  rng = np.random.default_rng(0)
  points = rng.uniform(-1, 1, (468, 3)) * [30, 40, 0]
  points[[33, 133, 159, 145]] = -15, -10, 0
  points[[263, 362, 386, 374]] = 15, -10, 0
  place = alignment.similarity(1.5, np.radians(turn), (0, 0), (200, 150))
  crops = []
  for landmarks in (points, alignment.transform_landmarks(points, place)):
    transform = rough_crop.of_landmarks(landmarks, 96)
    crops.append(alignment.transform_landmarks(landmarks, transform)[:, :2])
  np.testing.assert_allclose(*crops, atol=1e-3)
  low, high = crops[0].min(0), crops[0].max(0)
  assert (high - low).max() == pytest.approx(96 / 1.5, rel=1e-5)
  np.testing.assert_allclose((low + high) / 2, [48, 48], atol=1e-3)


def test_both_crops_show_a_face_alike():
  away = []
  for seed in range(4):
    image = painter.paint(seed).image
    [face] = finder.shared().find(image, "largest")
    by_box = rough_crop.of_box(face.box, face.keypoints, 1)
    by_landmarks = rough_crop.of_landmarks(face.landmarks, 1)
    corners = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    back = cv2.invertAffineTransform(by_landmarks)
    places = corners @ back.T @ by_box[:, :2].T + by_box[:, 2]
    away.append(places - corners[:, :2])
  # In sides of the crop.
  assert np.abs(np.mean(away, axis=0)).max() < 0.1
