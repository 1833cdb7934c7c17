import numpy as np
import pytest

from maskgan_jax.masks.surface import hair

WINDOW = (0, 0, 256, 256)
HAIR = (40, 26, 18)


def with_hair(photo, landmarks, over=0.0):
  """Long hair beside the face and so far before its cheeks, face widths."""
  width = np.ptp(landmarks[:, 0])
  low, high = landmarks[234, 0] + over * width, landmarks[454, 0] - over * width
  photo = photo.copy()
  photo[:, : int(low)] = HAIR
  photo[:, int(high) :] = HAIR
  return photo


def test_skin_is_told_from_hair_and_from_what_lies_outside(photo, landmarks):
  photo = with_hair(photo, landmarks)
  cheek, beside = landmarks[50, :2], landmarks[234, :2] - [20, 0]
  shadow = landmarks[205, :2]
  x, y = shadow.astype(int)
  photo[y - 6 : y + 7, x - 6 : x + 7] = photo[y, x] * 0.8
  places = np.stack([cheek, shadow, beside, [-30.0, 5.0]])
  found = hair.is_skin(photo, landmarks, places, 0)
  assert found.tolist() == [True, True, False, False]


def test_a_strap_fades_under_the_hair_at_its_end():
  points = np.stack([np.linspace(0, 90, 10), np.zeros(10)], 1)
  skin = np.array([1, 1, 0, 1, 1, 1, 0, 0, 0, 0], bool)
  seen = hair.seen(skin, points, 20.0, 0.0)
  # Hair on its way lies below it.
  np.testing.assert_allclose(seen, [1, 1, 1, 1, 1, 1, 0.5, 0, 0, 0])
  none = hair.seen(np.zeros(10, bool), points, 20.0, 0.0)
  assert none[2:].max() == 0
  assert hair.seen(np.zeros(10, bool), points, 20.0, 40.0)[4] == 1


def test_long_hair_is_found_over_the_cheeks_only(photo, landmarks):
  found = hair.over_cheeks(
    with_hair(photo, landmarks, over=0.08), landmarks, WINDOW
  )
  assert found.shape == (256, 256) and found.dtype == np.float32
  assert 0 <= found.min() and found.max() <= 1
  y = int(landmarks[234, 1] + 10)
  assert found[y, int(landmarks[234, 0]) + 4] > 0.8
  assert found[y, int(landmarks[454, 0]) - 4] > 0.8
  assert found[y, int(landmarks[4, 0])] == 0


@pytest.mark.parametrize("case", ["short", "pale", "none", "outside"])
def test_what_is_no_long_hair(photo, landmarks, case):
  window = WINDOW
  if case == "short":  # beside the face there is a dark wall
    photo = with_hair(photo, landmarks)
  elif case == "pale":
    photo = with_hair(photo, landmarks, over=0.08)
    photo[(photo == HAIR).all(-1)] = (250, 250, 246)
  elif case == "outside":
    photo = with_hair(photo, landmarks, over=0.08)
    window = (110, 0, 140, 256)
  found = hair.over_cheeks(photo, landmarks, window)
  assert found is None or found.max() < 0.05
