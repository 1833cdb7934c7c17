import numpy as np
import pytest

from maskgan_jax.masks.surface import head


def test_head_frame_is_orthonormal_and_inverts(landmarks_of):
  landmarks = landmarks_of(yaw=25, roll=10)
  frame = head.head_frame(landmarks)
  np.testing.assert_allclose(frame.axes @ frame.axes.T, np.eye(3), atol=1e-9)
  back = frame.to_picture(frame.to_head(landmarks))
  np.testing.assert_allclose(back, landmarks, atol=1e-3)


def test_cylinder_inverts(landmarks):
  frame = head.head_frame(landmarks)
  mesh = head.unroll(frame, landmarks)
  back = frame.from_cylinder(mesh.angle, mesh.height, mesh.radius)
  np.testing.assert_allclose(back, landmarks, atol=1e-3)


def test_skin_radius_stays_near_the_mesh(landmarks):
  mesh = head.unroll(head.head_frame(landmarks), landmarks)
  # Cheeks: smooth, away from the nose and the rim.
  cheeks = [50, 280, 205, 425, 187, 411]
  radius = head.skin_radius(mesh, mesh.angle[cheeks], mesh.height[cheeks])
  np.testing.assert_allclose(radius, mesh.radius[cheeks], atol=0.03)


def test_wrong_shape():
  with pytest.raises(
    ValueError, match=r"shape \(478, 3\), expected \(468, 3\)"
  ):
    head.check_landmarks(np.zeros((478, 3), np.float32))


def test_wrong_dtype():
  with pytest.raises(TypeError, match="int64, expected a float type"):
    head.check_landmarks(np.zeros((468, 3), np.int64))


def test_not_finite(landmarks):
  landmarks[7, 1] = np.nan
  with pytest.raises(ValueError, match="not finite; skip this face"):
    head.check_landmarks(landmarks)


def test_fractions_instead_of_pixels(landmarks):
  with pytest.raises(ValueError, match="must be in pixels, not in fractions"):
    head.check_landmarks(landmarks / 256)
