import numpy as np
import pytest

from maskgan_jax.masks.light import estimate, shadow

WINDOW = (0, 0, 256, 256)


def _light(across=0.0, contrast=0.5):
  direction = np.array([across, -0.3, -0.8])
  direction /= np.linalg.norm(direction)
  return estimate.Light(np.ones(3), direction, contrast, 1.0, 0.5, 1.0)


@pytest.fixture
def alpha():
  """A mask in the middle of the face."""
  alpha = np.zeros((256, 256), np.float32)
  alpha[120:180, 90:166] = 1
  return alpha


def test_it_falls_away_from_the_light(landmarks, alpha):
  left, right = (
    shadow.cast(landmarks, alpha, _light(across), 150.0, WINDOW)
    for across in (-0.8, 0.8)
  )
  for dark in (left, right):
    assert dark.shape == (256, 256)
    assert dark.min() == 0 and 0.1 < dark.max() <= 0.55
  beside = np.s_[140:160, 168:174]  # To the mask's right.
  assert left[beside].mean() > right[beside].mean() + 0.02


def test_hard_light_casts_more(landmarks, alpha):
  soft, hard = (
    shadow.cast(landmarks, alpha, _light(contrast=x), 150.0, WINDOW).sum()
    for x in (0.2, 0.7)
  )
  assert hard > 1.2 * soft


def test_what_is_not_skin_catches_none(landmarks, alpha):
  alpha[120:180] = 1  # Over the whole width, far beyond the head.
  dark = shadow.cast(landmarks, alpha, _light(), 150.0, WINDOW)
  assert not dark[:, :4].any() and not dark[:, -4:].any()


def test_a_mask_lies_over_its_shadow():
  alpha = np.float32([[1.0, 0.5, 0.0, 0.0]])
  darkness = np.float32([[0.4, 0.4, 0.4, 0.0]])
  colour = np.full((3, 1, 4), 200, np.float32)
  rgba = shadow.lay_under(colour, alpha, darkness)
  assert rgba.shape == (1, 4, 4) and rgba.dtype == np.uint8
  assert rgba[0, :, 3].tolist() == [255, 178, 102, 0]
  assert rgba[0, 0, :3].tolist() == [200] * 3
  assert rgba[0, 2, :3].tolist() == [22, 12, 10]
  assert rgba[0, 3].tolist() == [0] * 4


def test_the_neck_lies_in_the_shadow_of_the_mask(landmarks):
  chin = int(landmarks[152, 1])
  alpha = np.zeros((256, 256), np.float32)
  alpha[chin - 60 : chin, 80:176] = 1
  dark = shadow.cast(landmarks, alpha, _light(), 150.0, WINDOW)
  column = dark[chin + 4 :, 128]
  # Softer than the shadow on the cheeks, it reaches farther.
  assert column[:6].min() > 0.1
  assert column[-1] < 0.05


def test_what_lies_in_front_darkens_the_mask():
  colour = np.full((3, 20, 20), 200, np.float32)
  in_front = np.zeros((20, 20), np.float32)
  in_front[:, :6] = 1
  shadow.lay_behind(colour, in_front, 60.0)
  assert (np.diff(colour[0, 10, 6:12]) > 0).all()
  assert colour[0, 10, -1] == pytest.approx(200, abs=0.1)
