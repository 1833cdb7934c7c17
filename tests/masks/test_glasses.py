import cv2
import numpy as np
import pytest

from maskgan_jax import faces, masks
from maskgan_jax.masks import glasses, render

WHOLE = (0, 0, 256, 256)


@pytest.fixture
def spectacled(landmarks):
  """Skin with two dark rings round the eyes and a bridge between them."""
  image = np.full((256, 256, 3), (205, 160, 138), np.uint8)
  middles = faces.eye_centres(landmarks)
  for middle in middles:
    centre = tuple(int(v) for v in middle + [0, 6])
    cv2.circle(image, centre, 21, (40, 35, 30), 3, cv2.LINE_AA)
  left, right = (np.round(m).astype(int) for m in middles)
  ends = (int(left[0]) + 21, int(left[1])), (int(right[0]) - 21, int(right[1]))
  cv2.line(image, *ends, (40, 35, 30), 3, cv2.LINE_AA)
  return image


def test_rims_are_found_and_nothing_else(spectacled, landmarks):
  found = glasses.rims(spectacled, landmarks, WHOLE)
  dark = spectacled[..., 0] < 60
  assert found.shape == (256, 256) and found.dtype == np.float32
  assert found[dark].mean() > 0.9
  near = cv2.dilate(dark.view(np.uint8), np.ones((7, 7), np.uint8)) > 0
  assert found[~near].sum() < 0.01 * found.sum()


def test_a_bare_face_has_none(photo, landmarks):
  assert glasses.rims(photo, landmarks, WHOLE) is None


def test_a_wrinkle_under_each_eye_is_no_rim(spectacled, landmarks):
  level = int(faces.eye_centres(landmarks)[0][1])
  spectacled[: level + 18] = (205, 160, 138)
  assert glasses.rims(spectacled, landmarks, WHOLE) is None


def test_a_part_of_the_picture(spectacled, landmarks):
  whole = glasses.rims(spectacled, landmarks, WHOLE)
  part = glasses.rims(spectacled, landmarks, (60, 80, 200, 150))
  np.testing.assert_array_equal(part, whole[80:150, 60:200])
  assert glasses.rims(spectacled, landmarks, (0, 220, 256, 256)) is None


def test_they_lie_over_the_mask(spectacled, landmarks):
  params = masks.MaskParams("surgical", coverage=1.1, seed=3)
  overlay = render.draw(spectacled, landmarks, params)
  rim = glasses.rims(spectacled, landmarks, WHOLE) == 1
  bare = np.full_like(spectacled, (205, 160, 138))
  under = render.draw(bare, landmarks, params).alpha == 255
  assert (rim & under).sum() > 20
  assert not overlay.alpha[rim & under].any()
