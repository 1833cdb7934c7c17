import cv2
import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.datasets.sample_faces import face
from maskgan_jax.faces import alignment
from maskgan_jax.networks import landmarker
from maskgan_jax.training.landmarks import losses

_of = jax.jit(losses.of)


def _faces(count):
  rng = np.random.default_rng(0)
  faces = []
  for _ in range(count):
    shape = face.canonical() + rng.normal(0, 0.02, (468, 3))
    change = alignment.similarity(
      rng.uniform(0.15, 0.3), rng.uniform(-0.6, 0.6), (0, 0), (0.5, 0.5)
    )
    faces.append(alignment.transform_landmarks(shape, change))
  return np.stack(faces).astype(np.float32)


def test_corners_are_those_of_the_aligned_crop():
  points = _faces(6)
  corners, side = losses.corners(jnp.asarray(points))
  for one, found, length in zip(points, corners, side, strict=True):
    transform = alignment.crop_transform(one, 256).astype(np.float64)
    back = cv2.invertAffineTransform(transform)
    ends = np.array([[x, y, 1] for x in (0, 256) for y in (0, 256)])
    np.testing.assert_allclose(found, ends @ back.T, atol=1e-4)
    np.testing.assert_allclose(
      length * alignment.enlargement(transform), 256, rtol=1e-4
    )


def test_only_faces_teach_landmarks():
  points = jnp.asarray(_faces(2))
  found = landmarker.Landmarks(points.at[1].add(0.1), jnp.zeros(2))
  exact = _of(found, points, jnp.array([1.0, 0.0]))
  np.testing.assert_allclose(exact.points, 0, atol=1e-6)
  np.testing.assert_allclose(exact.corners, 0, atol=1e-6)
  np.testing.assert_allclose(exact.face, np.log(2), rtol=1e-5)
  both = _of(found, points, jnp.ones(2))
  assert both.points > 0.01 and both.corners > 0.01
  # A tenth of a side off, both ways, for one of two faces.
  _, side = losses.corners(points)
  np.testing.assert_allclose(both.corners, 0.1 / side[1] / 2, rtol=1e-3)


def test_no_face_at_all_is_no_division_by_zero():
  points = jnp.asarray(_faces(1))
  found = landmarker.Landmarks(points, jnp.zeros(1))
  assert all(np.isfinite(_of(found, points, jnp.zeros(1))))
