import math

import numpy as np
import pytest

from maskgan_jax.datasets.sample_faces import face
from maskgan_jax.faces import alignment, anatomy
from maskgan_jax.metrics import landmarks


@pytest.fixture(scope="module")
def points():
  """A frontal face in pixels, y down."""
  return 100 * face.canonical() * [1, 1, 1] + [200, 200, 0]


def _points():
  """A face whose eyes lie 100 px apart, and its mouth."""
  points = np.zeros((468, 3))
  points[:, :2] = 150, 150
  points[list(anatomy.RIGHT_EYE), :2] = 100, 100
  points[list(anatomy.LEFT_EYE), :2] = 200, 100
  points[anatomy.CHIN, :2] = 150, 220
  points[13, :2], points[14, :2] = (150, 180), (150, 190)
  points[61, :2], points[291, :2] = (120, 175), (180, 165)
  return points


def _turned(points, degrees):
  """Turned around the middle of the eyes."""
  angle = np.radians(degrees)
  turn = np.array(
    [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
  )
  result = points.copy()
  result[:, :2] = (points[:, :2] - (150, 100)) @ turn.T + (150, 100)
  return result


def test_a_crop_that_lies_elsewhere_is_that_far_off():
  truth = _points()
  assert landmarks.corner_shift(truth, truth) == pytest.approx(0, abs=1e-3)
  # The crop's side is 3.15 distances of the eyes.
  moved = truth + (3, 4, 0)
  assert landmarks.corner_shift(moved, truth) == pytest.approx(
    5 * 256 / 315, 1e-3
  )
  # Turned by 60 degrees around a point near its middle.
  assert landmarks.corner_shift(_turned(truth, 60), truth) > 150


@pytest.mark.parametrize("degrees", [0, 30, 180])
def test_a_mouth_is_measured_upright(degrees):
  found = landmarks.mouth(_turned(_points(), degrees))
  assert found.opening == pytest.approx(0.1)
  assert found.width == pytest.approx(math.hypot(60, 10) / 100)
  # The corners' middle is at 170, the lips' at 185.
  assert found.raised_corners == pytest.approx(0.15)


def test_turn_and_size_of_the_photo_do_not_matter(points):
  rng = np.random.default_rng(0)
  found = points + rng.normal(0, 2, points.shape)
  change = alignment.similarity(1.7, 0.6, (0, 0), (30, -20))
  turned_found, turned = (
    alignment.transform_landmarks(x, change) for x in (found, points)
  )
  assert landmarks.corner_shift(turned_found, turned) == pytest.approx(
    landmarks.corner_shift(found, points), rel=1e-3
  )
  np.testing.assert_allclose(
    landmarks.mouth(turned_found), landmarks.mouth(found), rtol=1e-4
  )


def test_correlation():
  true = np.array([0.0, 1, 2])
  assert landmarks.correlation(2 * true, true) == pytest.approx(1)
  assert landmarks.correlation(-true, true) == pytest.approx(-1)
  assert np.isnan(landmarks.correlation(np.ones(3), true))
  assert np.isnan(landmarks.correlation(true[:2], true[:2]))
