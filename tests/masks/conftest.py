"""A synthetic face for the tests of the masks."""

import pathlib

import cv2
import numpy as np
import pytest

import maskgan_jax

_PACKAGE = pathlib.Path(maskgan_jax.__file__).parent
CANONICAL = np.load(
  _PACKAGE / "datasets" / "sample_faces" / "canonical_face.npy"
)


def make_landmarks(size=256, yaw=0.0, pitch=0.0, roll=0.0):
  """The mean face, turned by degrees, float32 [468, 3] in pixels."""
  points = CANONICAL.astype(np.float64)
  points = points - (points.min(0) + points.max(0)) / 2
  y, p, r = np.radians([yaw, pitch, roll])
  turn_y = [[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]]
  turn_p = [[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]
  turn_r = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
  points = points @ (np.array(turn_r) @ turn_p @ turn_y).T
  points *= 0.72 * size / np.ptp(CANONICAL[:, 1])
  points[:, :2] += (size - 1) / 2
  return points.astype(np.float32)


def make_photo(landmarks, size=256, skin=(198, 150, 126), brightness=1.0):
  """A skin-coloured head on grey, with a little noise, uint8."""
  image = np.full((size, size, 3), 120.0)
  hull = cv2.convexHull(np.round(landmarks[:, :2]).astype(np.int32))
  cv2.fillConvexPoly(image, hull, skin)
  noise = np.random.default_rng(0).normal(0, 2, image.shape)
  return np.clip(image * brightness + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def landmarks():
  return make_landmarks()


@pytest.fixture
def photo(landmarks):
  return make_photo(landmarks)


@pytest.fixture
def landmarks_of():
  return make_landmarks


@pytest.fixture
def photo_of():
  return make_photo
