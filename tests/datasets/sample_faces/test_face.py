import numpy as np
import pytest

from maskgan_jax.datasets.sample_faces import face
from maskgan_jax.faces import anatomy


def test_canonical_face_is_symmetric_with_unit_eye_distance():
  points = face.canonical()
  assert points.shape == (468, 3) and points.dtype == np.float32
  for right, left in ((33, 263), (133, 362), (61, 291), (234, 454)):
    np.testing.assert_allclose(
      points[right] * np.float32([-1, 1, 1]), points[left], atol=1e-5
    )
  np.testing.assert_allclose(points[263, 0] - points[33, 0], 1, atol=1e-5)


def test_parts_lie_where_they_should():
  points = face.canonical()
  eyes = points[list(anatomy.EYES[0] + anatomy.EYES[1]), 1].mean()
  brows = points[list(anatomy.BROWS[0] + anatomy.BROWS[1]), 1].mean()
  lips = points[list(anatomy.OUTER_LIPS), 1].mean()
  assert brows < eyes < points[4, 1] < lips < points[152, 1]
  assert points[4, 2] == points[:, 2].min()


def test_the_mean_shape_moves_nothing():
  points = face.canonical()
  moved = face.displacement(points, face.Shape())
  np.testing.assert_array_equal(moved, np.zeros((468, 3), np.float32))


@pytest.mark.parametrize(
  ("trait", "first", "second", "axis"),
  [
    ("width", 234, 454, 0),
    ("jaw", 172, 397, 0),
    ("chin", 10, 152, 1),
    ("nose_width", 129, 358, 0),
    ("mouth_width", 61, 291, 0),
    ("lips", 0, 17, 1),
    ("eye_spacing", 133, 362, 0),
    ("eye_opening", 159, 145, 1),
    ("smile", 61, 291, 0),
    ("mouth_opening", 13, 14, 1),
  ],
)
def test_each_trait_widens_what_it_names(trait, first, second, axis):
  def gap(value):
    points = face.landmarks(face.Shape(**{trait: value}))
    return points[second, axis] - points[first, axis]

  assert gap(1.0) > gap(0.0) + 0.01


def test_a_smile_lifts_the_corners():
  still, smiling = (face.landmarks(face.Shape(smile=s)) for s in (0.0, 1.0))
  assert smiling[61, 1] < still[61, 1] - 0.03


def test_a_closed_mouth_is_closed():
  points = face.landmarks(face.Shape())
  np.testing.assert_allclose(points[13, 1], points[14, 1], atol=1e-5)
