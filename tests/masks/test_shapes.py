import numpy as np
import pytest

from maskgan_jax.masks import params, shapes


def surface_of(landmarks, kind="surgical", **options):
  return shapes.mask_surface(
    landmarks, params.MaskParams(kind, **options), np.random.default_rng(0)
  )


def test_head_frame_is_orthonormal_and_inverts(landmarks_of):
  landmarks = landmarks_of(yaw=25, roll=10)
  frame = shapes.head_frame(landmarks)
  np.testing.assert_allclose(frame.axes @ frame.axes.T, np.eye(3), atol=1e-9)
  back = frame.to_picture(frame.to_head(landmarks))
  np.testing.assert_allclose(back, landmarks, atol=1e-3)


def test_cylinder_inverts(landmarks):
  frame = shapes.head_frame(landmarks)
  mesh = shapes.unroll(frame, landmarks)
  back = frame.from_cylinder(mesh.angle, mesh.height, mesh.radius)
  np.testing.assert_allclose(back, landmarks, atol=1e-3)


def test_skin_radius_stays_near_the_mesh(landmarks):
  mesh = shapes.unroll(shapes.head_frame(landmarks), landmarks)
  # Cheeks: smooth, away from the nose and the rim.
  cheeks = [50, 280, 205, 425, 187, 411]
  radius = shapes.skin_radius(mesh, mesh.angle[cheeks], mesh.height[cheeks])
  np.testing.assert_allclose(radius, mesh.radius[cheeks], atol=0.03)


@pytest.mark.parametrize("kind", params.MASK_TYPES)
def test_surface_lies_before_the_face(landmarks, kind):
  surface = surface_of(landmarks, kind)
  assert surface.points.shape == (shapes.ROWS, shapes.COLUMNS, 3)
  np.testing.assert_allclose(
    np.linalg.norm(surface.normals, axis=-1), 1, atol=1e-6
  )
  middle = surface.points[:, shapes.COLUMNS // 2]
  assert abs(middle[:, 0].mean() - landmarks[4, 0]) < 2
  # It tents over the nose's tip, mouth and chin.
  for index in (4, 13, 200):
    depth = np.interp(landmarks[index, 1], middle[:, 1], middle[:, 2])
    assert depth < landmarks[index, 2]
  assert middle[-1, 1] > landmarks[152, 1]
  assert landmarks[6, 1] - 8 < middle[0, 1] < landmarks[4, 1]


def test_coverage_moves_the_top_edge(landmarks):
  high = surface_of(landmarks, coverage=1.0).points[0, shapes.COLUMNS // 2, 1]
  low = surface_of(landmarks, coverage=0.1).points[0, shapes.COLUMNS // 2, 1]
  assert low - high > 12


def test_tilt_turns_clockwise(landmarks):
  edge = surface_of(landmarks, tilt=4.0).points[0]
  assert edge[-1, 1] - edge[0, 1] > 5


def test_turning_the_landmarks_turns_the_surface(landmarks_of):
  flat = surface_of(landmarks_of()).points
  turned = surface_of(landmarks_of(roll=20)).points
  angle = np.radians(20)
  matrix = np.array(
    [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
  )
  centre = 255 / 2
  expected = (flat[..., :2] - centre) @ matrix.T + centre
  np.testing.assert_allclose(turned[..., :2], expected, atol=0.05)


def test_wrong_shape():
  with pytest.raises(
    ValueError, match=r"shape \(478, 3\), expected \(468, 3\)"
  ):
    shapes.check_landmarks(np.zeros((478, 3), np.float32))


def test_wrong_dtype():
  with pytest.raises(TypeError, match="int64, expected a float type"):
    shapes.check_landmarks(np.zeros((468, 3), np.int64))


def test_not_finite(landmarks):
  landmarks[7, 1] = np.nan
  with pytest.raises(ValueError, match="not finite; skip this face"):
    shapes.check_landmarks(landmarks)


def test_fractions_instead_of_pixels(landmarks):
  with pytest.raises(ValueError, match="must be in pixels, not in fractions"):
    shapes.check_landmarks(landmarks / 256)
