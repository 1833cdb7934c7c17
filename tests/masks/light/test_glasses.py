import cv2
import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.faces import anatomy
from maskgan_jax.masks import drawing
from maskgan_jax.masks.light import glasses

WHOLE = (0, 0, 256, 256)


SKIN, DARK = (205, 160, 138), (40, 35, 30)


def with_rims(landmarks, size=256, lenses=(0, 1)):
  """Skin with dark rings round the eyes and a bridge between them."""
  image = np.full((size, size, 3), SKIN, np.uint8)
  left, right = np.stack(anatomy.eye_centres(landmarks))
  unit = np.linalg.norm(landmarks[454] - landmarks[234])
  across = (right - left) / np.linalg.norm(right - left)
  down = np.array([-across[1], across[0]])
  radius, thickness = 0.137 * unit, max(1, round(0.02 * unit))
  for k in lenses:
    centre = (left, right)[k] + 0.04 * unit * down
    centre = tuple(int(v) for v in np.round(centre))
    cv2.circle(image, centre, round(radius), DARK, thickness, cv2.LINE_AA)
  ends = left + radius * across, right - radius * across
  ends = [tuple(int(v) for v in np.round(end)) for end in ends]
  cv2.line(image, *ends, DARK, thickness, cv2.LINE_AA)
  return image


@pytest.fixture
def spectacled(landmarks):
  return with_rims(landmarks)


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
  # Brows, bags and the root of the nose stay, what joins them does not.
  for middle in anatomy.eye_centres(landmarks):
    x, y = (int(v) for v in middle)
    spectacled[y - 2 : y + 14, x - 40 : x - 12] = SKIN
    spectacled[y - 2 : y + 14, x + 12 : x + 40] = SKIN
  y = int(anatomy.eye_centres(landmarks)[0][1])
  cv2.line(spectacled, (100, y), (156, y), DARK, 3)
  thin = glasses._thin(spectacled, 150)
  corners = landmarks[[133, 362], :2]
  middles = np.stack(anatomy.eye_centres(landmarks))
  assert glasses._has_bridge(thin, glasses._eyes(middles, corners, 150))
  assert glasses.rims(spectacled, landmarks, WHOLE) is None


@pytest.mark.parametrize("lens", [0, 1])
def test_a_single_ring_is_no_pair_of_glasses(landmarks, lens):
  image = with_rims(landmarks, lenses=(lens,))
  assert glasses.rims(image, landmarks, WHOLE) is None


@pytest.mark.parametrize("roll", [-75, 30, 90, 180])
def test_they_turn_with_the_head(landmarks_of, roll):
  landmarks = landmarks_of(roll=roll)
  image = with_rims(landmarks)
  found = glasses.rims(image, landmarks, WHOLE)
  assert found[image[..., 0] < 60].mean() > 0.85


@pytest.mark.parametrize("size", [128, 1024])
def test_small_and_large_faces(landmarks_of, size):
  landmarks = landmarks_of(size=size)
  image = with_rims(landmarks, size)
  found = glasses.rims(image, landmarks, (0, 0, size, size))
  assert found.shape == (size, size)
  assert found[image[..., 0] < 60].mean() > 0.85


def test_a_part_of_the_picture(spectacled, landmarks):
  whole = glasses.rims(spectacled, landmarks, WHOLE)
  part = glasses.rims(spectacled, landmarks, (60, 80, 200, 150))
  np.testing.assert_array_equal(part, whole[80:150, 60:200])
  assert glasses.rims(spectacled, landmarks, (0, 220, 256, 256)) is None


def test_they_lie_over_the_mask(spectacled, landmarks):
  params = masks.MaskParams("surgical", coverage=1.1, seed=3)
  overlay = drawing.draw_overlay(spectacled, landmarks, params)
  rim = glasses.rims(spectacled, landmarks, WHOLE) == 1
  bare = np.full_like(spectacled, SKIN)
  under = drawing.draw_overlay(bare, landmarks, params).alpha == 255
  assert (rim & under).sum() > 20
  assert not overlay.alpha[rim & under].any()
