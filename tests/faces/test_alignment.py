import numpy as np
import pytest

from maskgan_jax.datasets import sample_faces
from maskgan_jax.faces import alignment, anatomy, usability

RULE = usability.UsabilityRule()


def _similar(points, angle, scale, offset=(0.0, 0.0)):
  """Turns and enlarges landmarks about the origin."""
  cos, sin = scale * np.cos(angle), scale * np.sin(angle)
  turned = points.copy()
  turned[:, :2] = points[:, :2] @ np.array([[cos, sin], [-sin, cos]])
  turned[:, :2] += offset
  turned[:, 2] *= scale
  return turned.astype(np.float32)


@pytest.fixture(scope="module")
def landmarks():
  return sample_faces.paint(3).landmarks


def test_crop_has_level_eyes_and_the_chin_inside(landmarks):
  for angle in np.radians([-40, -10, 0, 25]):
    turned = _similar(landmarks, angle, 1.0, (300, 300))
    transform = alignment.crop_transform(turned, 256)
    crop = alignment.transform_landmarks(turned, transform)
    first, second = anatomy.eye_centres(crop)
    assert first[1] == pytest.approx(second[1], abs=1e-2)
    assert first[0] < second[0]
    assert crop[anatomy.CHIN, 1] < 0.95 * 256
    middle = (first[1] + crop[anatomy.CHIN, 1]) / 2
    assert middle == pytest.approx(alignment.MIDDLE_Y * 256, abs=0.1)
    across = (crop[:, 0].min() + crop[:, 0].max()) / 2
    assert across == pytest.approx(128, abs=0.1)


@pytest.mark.parametrize("seed", range(8))
def test_every_face_fits_the_crop(seed):
  points = sample_faces.paint(seed, 64).landmarks
  crop = alignment.transform_landmarks(
    points, alignment.crop_transform(points, 100)
  )
  assert crop[:, :2].min() > 0
  assert crop[:, :2].max() < 100


def test_crop_follows_turning_moving_and_scaling(landmarks):
  crop = alignment.transform_landmarks(
    landmarks, alignment.crop_transform(landmarks, 128)
  )
  other = _similar(landmarks, 0.4, 2.3, (40, -70))
  again = alignment.transform_landmarks(
    other, alignment.crop_transform(other, 128)
  )
  np.testing.assert_allclose(again, crop, atol=2e-3)


def test_crop_scales_with_its_size(landmarks):
  small = alignment.crop_transform(landmarks, 64)
  large = alignment.crop_transform(landmarks, 256)
  np.testing.assert_allclose(large, small * 4, rtol=1e-4, atol=1e-3)


def test_a_turned_head_is_not_enlarged(landmarks):
  # Halving the eye distance alone, as turning does, leaves the scale alone.
  narrow = landmarks.copy()
  narrow[:, 0] *= 0.5
  height = alignment.enlargement(alignment.crop_transform(landmarks, 128))
  assert (
    alignment.enlargement(alignment.crop_transform(narrow, 128)) < 1.3 * height
  )


def test_warp_by_the_identity_is_exact():
  noise = np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)
  crop, valid = alignment.warp(noise, np.eye(2, 3, dtype=np.float32), 50)
  np.testing.assert_array_equal(crop, noise)
  assert valid.min() == 255


def test_warp_by_whole_pixels_is_exact_and_reflects():
  noise = np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8)
  shift = np.array([[1, 0, 7], [0, 1, -3]], np.float32)
  crop, valid = alignment.warp(noise, shift, 50)
  np.testing.assert_array_equal(crop[:47, 7:], noise[3:, :43])
  np.testing.assert_array_equal(crop[:40, 6], noise[3:43, 1])
  assert valid[:47, 7:].min() == 255
  assert valid[47:].max() == 0
  assert valid[:, :7].max() == 0


@pytest.mark.parametrize("scale", [0.08, 0.3, 0.7, 1.2])
def test_warp_keeps_places_at_every_scale(scale):
  # A smooth ramp says where each pixel came from.
  y, x = np.mgrid[:600, :800]
  ramp = np.stack([x * 0.3, y * 0.4, np.full_like(x, 80)], -1).astype(np.uint8)
  transform = np.array([[scale, 0, 2.0], [0, scale, 3.0]], np.float32)
  crop, valid = alignment.warp(ramp, transform, 40)
  inner = np.s_[6:34, 6:34]
  assert valid[inner].all()
  back = (
    np.mgrid[:40, :40][::-1] - np.array([2.0, 3.0])[:, None, None]
  ) / scale
  expected = np.stack([back[0] * 0.3, back[1] * 0.4], -1)
  difference = crop[inner][..., :2] - expected[inner]
  # Half a level is the ramp's own rounding; a pixel's misplacement would
  # be 3 levels at the smallest scale.
  assert np.abs(difference.mean((0, 1)) + 0.5).max() < 0.35


def test_warp_does_not_alias():
  stripes = np.zeros((800, 800, 3), np.uint8)
  stripes[:, ::2] = 255
  transform = np.array([[0.1, 0, 0], [0, 0.1, 0]], np.float32)
  crop, _ = alignment.warp(stripes, transform, 80)
  assert np.abs(crop[5:75, 5:75].astype(int) - 127).max() < 12


def test_transform_landmarks_scales_depth(landmarks):
  double = np.array([[2, 0, 5], [0, 2, -1]], np.float32)
  moved = alignment.transform_landmarks(landmarks, double)
  np.testing.assert_allclose(
    moved, landmarks * 2 + [5, -1, 0], rtol=1e-6, atol=1e-4
  )
  assert moved.dtype == np.float32


def test_enlargement_ignores_the_angle():
  turn = np.array([[0, 3, 7], [-3, 0, 1]], np.float32)
  assert alignment.enlargement(turn) == pytest.approx(3)


@pytest.mark.parametrize("degrees", [-60, -20, 0, 35])
def test_yaw(degrees):
  points = np.zeros((468, 3))
  angle = np.radians(degrees)
  points[anatomy.LEFT_CHEEK] = [10 * np.cos(angle), 0, 10 * np.sin(angle)]
  assert anatomy.yaw(points) == pytest.approx(degrees)


def test_the_crop_at_the_photos_own_resolution(landmarks):
  side = alignment.crop_side(landmarks)
  transform = alignment.crop_transform(landmarks, 100)
  assert 100 / alignment.enlargement(transform) == pytest.approx(side)
  assert alignment.crop_side(2 * landmarks) == pytest.approx(2 * side)
  # A face that looks at the camera is about as wide from cheek to cheek.
  cheeks = landmarks[[anatomy.LEFT_CHEEK, anatomy.RIGHT_CHEEK], :2]
  across = np.linalg.norm(cheeks[1] - cheeks[0])
  assert alignment.face_width(landmarks) == pytest.approx(across, rel=0.15)


def test_unusable_reasons(landmarks):
  landmarks = landmarks * 120 / alignment.face_width(landmarks)
  valid = np.full((128, 128), 255, np.uint8)

  def reason(points=landmarks, confidence=1.0, valid=valid):
    return usability.reason_not_to_learn(points, confidence, valid, RULE)

  assert reason() is None
  assert reason(confidence=0.4) == "face mesh unsure (0.40 < 0.5)"
  assert reason(landmarks * 0.75) == "face too small (90.0 < 100 px)"
  # What is just too small is not told as equal.
  reduced = landmarks * 0.997 / 1.2
  assert reason(reduced) == "face too small (99.7 < 100 px)"
  outside = valid.copy()
  outside[:32] = 0
  assert reason(valid=outside) == "too much outside (0.25 > 0.2)"
  turned = landmarks.copy()
  turned[anatomy.LEFT_CHEEK] = turned[anatomy.RIGHT_CHEEK] + [10, 0, 20]
  assert reason(points=turned) == "turned too far (63 > 50 degrees)"


def test_skin_is_the_face_without_eyes_and_brows(landmarks):
  size = int(landmarks[:, :2].max()) + 20
  skin = anatomy.skin_mask(landmarks, (size, size, 3))
  assert skin.shape == (size, size) and set(np.unique(skin)) == {0, 1}

  def at(x, y):
    return skin[round(float(y)), round(float(x))]

  for eye in anatomy.eye_centres(landmarks):
    assert at(*eye) == 0
  assert at(*landmarks[anatomy.NOSE_TIP, :2]) == 1
  # Between the brows and above, but not beyond the outline.
  assert at(*landmarks[151, :2]) == 1
  for edge in (anatomy.CHIN, anatomy.LEFT_CHEEK, anatomy.RIGHT_CHEEK):
    assert at(*landmarks[edge, :2]) == 0
  # Part of it outside the picture is no error.
  assert anatomy.skin_mask(landmarks - [1000, 0, 0], (40, 40)).sum() == 0
