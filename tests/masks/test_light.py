import numpy as np

from maskgan_jax.masks import light


def test_neutral_where_the_face_is_out_of_sight(photo, landmarks):
  found = light.estimate(photo, landmarks + np.float32([3000, 0, 0]))
  np.testing.assert_allclose(found.colour, 0.6)
  assert found.saturation == 1


def test_brightness_and_direction(photo_of, landmarks):
  photo = photo_of(landmarks)
  plain = light.estimate(photo, landmarks)
  dark = light.estimate(photo // 3, landmarks)
  assert dark.colour.mean() < 0.5 * plain.colour.mean()
  np.testing.assert_allclose(np.linalg.norm(plain.direction), 1)
  ramp = np.linspace(0.3, 1.2, 256)[None, :, None]
  lit = np.clip(photo * ramp, 0, 255).astype(np.uint8)
  # Brighter on the picture's right: light from the right.
  assert light.estimate(lit, landmarks).direction[0] > 0.2
  assert light.estimate(lit[:, ::-1], landmarks).direction[0] < -0.2


def test_strongly_coloured_light_tints(photo, landmarks):
  green = (photo * [0.35, 1.0, 0.4]).astype(np.uint8)
  colour = light.estimate(green, landmarks).colour
  assert colour[1] > 1.3 * colour[0]


def test_mute():
  colour = np.array([1.0, 0.5, 0.0])
  np.testing.assert_array_equal(light.mute(colour, 1), colour)
  np.testing.assert_allclose(light.mute(colour, 0), 0.595)
