import numpy as np
import pytest

from maskgan_jax.datasets.sample_faces import face
from maskgan_jax.faces import alignment, anatomy
from maskgan_jax.metrics import landmarks


@pytest.fixture(scope="module")
def points():
  """A frontal face in pixels, y down."""
  return 100 * face.canonical() * [1, 1, 1] + [200, 200, 0]


def test_what_is_found_exactly_shifts_nothing(points):
  assert landmarks.corner_shift(points, points) == pytest.approx(0, abs=1e-3)


def test_a_face_that_is_moved_shifts_by_its_way(points):
  transform = alignment.crop_transform(points, landmarks.SIZE)
  photo_px = 3 / alignment.enlargement(transform)
  moved = points + [photo_px, 0, 0]
  assert landmarks.corner_shift(moved, points) == pytest.approx(3, rel=1e-3)


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


def test_a_smile_is_wider_with_raised_corners(points):
  smile = points.copy()
  for corner, side in zip(anatomy.MOUTH_CORNERS, (-1, 1), strict=True):
    smile[corner] += [5 * side, -4, 0]
  lower = anatomy.LIPS_MIDDLE[1]
  smile[lower, 1] += 6
  before, after = landmarks.mouth(points), landmarks.mouth(smile)
  assert after.width > before.width
  assert after.opening > before.opening
  assert after.raised_corners > before.raised_corners


def test_correlations_are_of_each_measure():
  true = np.array([[0.0, 1, 5], [1, 2, 5], [2, 4, 5]])
  found = np.array([[0.0, -1, 3], [2, -2, 4], [4, -4, 9]])
  got = landmarks.correlations(found, true)
  np.testing.assert_allclose(got[:2], [1, -1])
  assert np.isnan(got[2])
