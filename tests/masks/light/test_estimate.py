import cv2
import numpy as np

from maskgan_jax.masks.light import estimate


def test_neutral_where_the_face_is_out_of_sight(photo, landmarks):
  found = estimate.estimate(photo, landmarks + np.float32([3000, 0, 0]))
  np.testing.assert_allclose(found.colour, 0.6)
  assert found.saturation == 1


def test_brightness_and_direction(photo_of, landmarks):
  photo = photo_of(landmarks)
  plain = estimate.estimate(photo, landmarks)
  dark = estimate.estimate(photo // 3, landmarks)
  assert dark.colour.mean() < 0.5 * plain.colour.mean()
  np.testing.assert_allclose(np.linalg.norm(plain.direction), 1)
  ramp = np.linspace(0.3, 1.2, 256)[None, :, None]
  lit = np.clip(photo * ramp, 0, 255).astype(np.uint8)
  # Brighter on the picture's right: light from the right.
  assert estimate.estimate(lit, landmarks).direction[0] > 0.2
  assert estimate.estimate(lit[:, ::-1], landmarks).direction[0] < -0.2


def test_strongly_coloured_light_tints(photo, landmarks):
  green = (photo * [0.35, 1.0, 0.4]).astype(np.uint8)
  colour = estimate.estimate(green, landmarks).colour
  assert colour[1] > 1.3 * colour[0]


def test_mute():
  colour = np.array([1.0, 0.5, 0.0])
  np.testing.assert_array_equal(estimate.mute(colour, 1), colour)
  np.testing.assert_allclose(estimate.mute(colour, 0), 0.595)


def test_highlights_tell_the_white_balance(photo, landmarks):
  warm = photo.copy()
  warm[:40] = (255, 225, 180)
  cold = photo.copy()
  cold[:40] = (180, 225, 255)
  first = estimate.estimate(warm, landmarks).colour
  second = estimate.estimate(cold, landmarks).colour
  assert first[0] / first[2] > 1.15 * second[0] / second[2]


def test_a_soft_large_photo_is_told_from_a_sharp_one(landmarks_of):
  rng = np.random.default_rng(0)
  size, landmarks = 512, landmarks_of(size=512)
  # Noise of every size, the coarser the stronger, as in photos.
  photo = np.full((size, size), 150.0)
  for k in range(7):
    cells = size >> k
    noise = rng.standard_normal((cells, cells)) * 3 * 1.4**k
    photo += cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
  photo = np.repeat(np.clip(photo, 0, 255)[..., None], 3, -1).astype(np.uint8)
  found = [
    estimate.estimate(cv2.GaussianBlur(photo, (0, 0), s), landmarks).blur
    for s in (0.3, 1.5, 3.0)
  ]
  assert found[0] < 1.0 < found[1] < found[2] <= 4.0, found
