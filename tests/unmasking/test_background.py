import numpy as np

from maskgan_jax.unmasking import background
from tests.unmasking.references import people

SIZE = 256
GREEN = np.uint8([20, 200, 40])


def _went_on(behind, turned=0.0):
  """What becomes of green beside and below a face, of the crop's lower half."""
  face, landmarks = people.align()
  landmarks = landmarks.copy()
  landmarks[:, 2] += turned * (landmarks[:, 0] - SIZE / 2)
  crop = np.broadcast_to(behind, face.crop.shape).astype(np.uint8)
  seen = np.ones((SIZE, SIZE), bool)
  seen[128:250, 24:232] = False
  predicted = np.broadcast_to(GREEN, crop.shape)
  found = background.go_on(predicted, crop, seen, landmarks)
  return found, landmarks


def test_a_wall_goes_on_beside_the_face_and_the_face_stays():
  shade = np.linspace(120, 140, SIZE)[None, :, None]
  found, landmarks = _went_on(shade)
  beside = found[150:240, 26:34]
  np.testing.assert_allclose(
    beside, np.broadcast_to(shade[:, 26:34], beside.shape), atol=4
  )
  x, y = np.round(landmarks[[0, 17, 152, 50, 280], :2]).astype(int).T
  np.testing.assert_array_equal(found[y, x], np.broadcast_to(GREEN, (5, 3)))
  chin = landmarks[152, :2].astype(int)
  np.testing.assert_array_equal(found[chin[1] + 8, chin[0]], GREEN)


def test_what_is_not_calm_is_the_networks():
  noise = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3))
  found, _ = _went_on(noise)
  np.testing.assert_array_equal(found, np.broadcast_to(GREEN, found.shape))


def test_where_nothing_is_seen_everything_is_the_networks():
  face, landmarks = people.align()
  predicted = np.broadcast_to(GREEN, face.crop.shape)
  unseen = np.zeros((SIZE, SIZE), bool)
  turned = landmarks.copy()
  turned[:, 2] += landmarks[:, 0]
  for points in (landmarks, turned):
    found = background.go_on(predicted, face.crop, unseen, points)
    np.testing.assert_array_equal(found, predicted)


def test_before_a_turned_head_anything_goes_on():
  noise = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3))
  for turned in (-1.0, 1.0):
    found, landmarks = _went_on(noise, turned)
    nose = landmarks[4, 0]
    cheeks = landmarks[[234, 454], 0].mean()
    changed = (found != GREEN).any(axis=(0, 2))
    before = (np.arange(SIZE) - nose) * (nose - cheeks) > 0
    assert changed[before].any() and not changed[~before].any()
