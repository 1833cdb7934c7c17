import cv2
import numpy as np

from maskgan_jax.unmasking.references import detail
from tests.unmasking.references import people

SIZE = 256


def _carried(reference, times=1, landmarks=None, hidden_from=150):
  """What becomes of a soft completion, and where it is completed."""
  face, own = people.align()
  soft = cv2.GaussianBlur(face.crop, (0, 0), 5)
  hidden = np.zeros((SIZE, SIZE), np.float32)
  hidden[hidden_from:] = 1
  landmarks = own if landmarks is None else landmarks
  found = detail.carry_over(
    reference, soft, landmarks, face.crop, hidden, times
  )
  mouth = np.s_[int(own[0, 1]) - 10 : int(own[17, 1]) + 10, 100:156]
  return face.crop, soft, found, mouth


def _error(one, other):
  return np.square(np.subtract(one, other, dtype=np.float32)).mean()


def test_features_come_back_in_the_photos_own_light():
  image, landmarks = people.hopper()
  darker = np.clip(0.6 * image + [0, 5, 15], 0, 255).astype(np.uint8)
  truth, soft, found, mouth = _carried(people.refer(darker, landmarks))
  assert found.shape == (SIZE, SIZE, 3)
  assert _error(found[mouth], truth[mouth]) < 0.3 * _error(
    soft[mouth], truth[mouth]
  )
  np.testing.assert_allclose(
    found[mouth].mean(axis=(0, 1)), truth[mouth].mean(axis=(0, 1)), atol=6
  )
  # Beside the face everything stays.
  np.testing.assert_array_equal(found[:, :10], soft[:, :10])


def test_a_fine_photo_has_a_fine_result():
  image, landmarks = people.hopper()
  _, soft, found, _ = _carried(people.refer(image, landmarks), times=2)
  assert found.shape == (2 * SIZE, 2 * SIZE, 3)
  assert found.min() >= 0 and found.max() <= 255
  reduced = cv2.resize(found, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
  same = _carried(people.refer(image, landmarks))[2]
  assert _error(reduced, same) < 0.2 * _error(reduced, soft)


def test_a_grey_reference_brings_no_grey():
  image, landmarks = people.hopper()
  grey = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
  truth, _, found, mouth = _carried(
    people.refer(grey.astype(np.uint8), landmarks)
  )
  chroma = [np.ptp(x[mouth].mean(axis=(0, 1))) for x in (truth, found)]
  np.testing.assert_allclose(chroma[1], chroma[0], rtol=0.25)


def test_nothing_comes_from_what_is_hidden_or_turned_away():
  image, landmarks = people.hopper()
  hidden = people.refer(
    image, landmarks, visible=np.zeros(image.shape[:2], np.uint8)
  )
  _, soft, found, _ = _carried(hidden)
  np.testing.assert_allclose(found, soft, atol=1e-3)
  away = landmarks.copy()
  # Its cheeks are as far apart in depth as across: turned by 45 degrees more.
  away[:, 2] += 1.7 * (away[:, 0] - away[:, 0].mean())
  _, soft, found, _ = _carried(people.refer(image, away))
  np.testing.assert_allclose(found, soft, atol=1e-3)


def test_hair_beside_a_face_is_not_carried_over():
  image, landmarks = people.hopper()
  own = people.align()[1]
  dark = image.copy()
  x, y = landmarks[205, :2].astype(int)  # On the cheek.
  reach = int(0.12 * np.ptp(landmarks[:, 0]))
  dark[y - reach : y + reach, x - reach : x + reach] = 5
  _, soft, found, _ = _carried(people.refer(dark, landmarks), hidden_from=120)
  u, v = own[205, :2].astype(int)
  spot = np.s_[v - 3 : v + 4, u - 3 : u + 4]
  assert np.abs(found[spot] - soft[spot]).mean() < 8
