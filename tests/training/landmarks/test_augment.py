import cv2
import numpy as np
import pytest

from maskgan_jax.datasets import sample_faces
from maskgan_jax.faces import alignment, anatomy
from maskgan_jax.training.landmarks import augment, batches

SIZE = 64


@pytest.fixture(scope="module")
def wide():
  """A wide crop whose eyes are marked green and blue."""
  portrait = sample_faces.paint(0)
  points = portrait.landmarks
  low, high = points[:, :2].min(0), points[:, :2].max(0)
  side = 2.6 * (high - low).max()
  transform = alignment.similarity(
    256 / side, 0.0, (low + high) / 2, (128, 128)
  )
  image = np.zeros((256, 256, 3), np.uint8)
  landmarks = alignment.transform_landmarks(points, transform)
  for centre, colour in zip(
    anatomy.eye_centres(landmarks), ((0, 255, 0), (0, 0, 255)), strict=True
  ):
    cv2.circle(image, tuple(np.round(centre).astype(int)), 6, colour, -1)
  low, high = landmarks[:, :2].min(0), landmarks[:, :2].max(0)
  keypoints = np.zeros((5, 2), np.float32)
  keypoints[:2] = anatomy.eye_centres(landmarks)
  return {
    "image": image,
    "landmarks": landmarks,
    "box": np.append(low, high - low),
    "keypoints": keypoints,
  }


def _draw(wide, seed, close_share=0.5):
  return augment.example(
    **wide,
    size=SIZE,
    rng=np.random.default_rng(seed),
    mirror=batches.mirror(),
    close_share=close_share,
  )


def _centre(channel):
  rows, columns = np.nonzero(channel > 0.6 * channel.max())
  return np.array([columns.mean(), rows.mean()])


def test_landmarks_stay_on_what_they_mark(wide, monkeypatch):
  monkeypatch.setattr(augment, "_worsen", lambda crop, rng: crop)
  monkeypatch.setattr(augment, "_cut_off", lambda crop, rng: crop)
  seen = set()
  for seed in range(40):
    crop, points, has_face = _draw(wide, seed)
    if not has_face:
      continue
    right, left = (SIZE * x for x in anatomy.eye_centres(points))
    # In a mirror the right eye is the left one, which is marked blue.
    mirrored = np.linalg.norm(_centre(crop[..., 1]) - left) < 3
    seen.add(bool(mirrored))
    first, second = (left, right) if mirrored else (right, left)
    np.testing.assert_allclose(_centre(crop[..., 1]), first, atol=1.5)
    np.testing.assert_allclose(_centre(crop[..., 2]), second, atol=1.5)
  assert seen == {False, True}


def test_the_same_dice_draw_the_same(wide):
  for one, other in zip(_draw(wide, 3), _draw(wide, 3), strict=True):
    np.testing.assert_array_equal(one, other)


def test_shares_and_kinds(wide):
  drawn = [_draw(wide, seed) for seed in range(400)]
  faces = np.array([has_face for _, _, has_face in drawn])
  share = augment.NO_FACE_SHARE + augment.TURNED_SHARE
  assert abs((faces == 0).mean() - share) < 0.05
  for crop, points, has_face in drawn:
    assert crop.shape == (SIZE, SIZE, 3) and crop.dtype == np.uint8
    angle = np.degrees(alignment.angle_of(*anatomy.eye_centres(points)))
    if has_face:
      assert abs(angle) < augment.NEAR + 1
      assert 0 < points[:, :2].mean() < 1


def test_each_side_has_its_counterpart():
  mirror = batches.mirror()
  assert (mirror[mirror] == np.arange(468)).all()
  assert mirror[33] == 263 and mirror[61] == 291 and mirror[152] == 152
