import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.masks import distractors
from maskgan_jax.masks.distractors import beards, hands


@pytest.mark.parametrize("kind", distractors.KINDS)
def test_covers_part_of_the_lower_face_only(photo, landmarks, kind):
  before = photo.copy()
  drawn = distractors.draw(photo, landmarks, kind, np.random.default_rng(0))
  assert drawn.shape == photo.shape and drawn.dtype == np.uint8
  np.testing.assert_array_equal(photo, before)
  changed = (np.abs(drawn.astype(int) - photo) > 12).any(-1)
  assert 0.01 < changed.mean() < 0.4
  eyes = int(landmarks[[33, 263], 1].max())
  assert not changed[:eyes].any()


@pytest.mark.parametrize("kind", distractors.KINDS)
def test_same_seed_same_picture(photo, landmarks, kind):
  first, second, other = (
    distractors.draw(photo, landmarks, kind, np.random.default_rng(seed))
    for seed in (1, 1, 2)
  )
  np.testing.assert_array_equal(first, second)
  assert not np.array_equal(first, other)


def test_beard_leaves_the_lips_free(photo, landmarks):
  drawn = distractors.draw(photo, landmarks, "beard", np.random.default_rng(0))
  x, y = np.round(landmarks[14, :2]).astype(int)
  np.testing.assert_array_equal(drawn[y, x], photo[y, x])
  x, y = np.round(landmarks[199, :2]).astype(int)
  assert drawn[y, x].mean() < photo[y, x].mean() - 30


def test_beards_hang_straight(photo, landmarks):
  drawn = beards.draw(
    photo, landmarks, np.random.default_rng(0), hang=(0.3, 0.3)
  )
  changed = (np.abs(drawn.astype(int) - photo) > 12).any(-1)
  chin_x, chin_y = np.round(landmarks[152, :2]).astype(int)
  below = changed[chin_y + 4 :]
  left, right = below[:, :chin_x].sum(), below[:, chin_x + 1 :].sum()
  assert left > 100 and right > 100
  assert 0.8 < left / right < 1.25


def test_the_package_draws_them():
  assert masks.DISTRACTORS == ("beard", "hand", "scarf", "microphone")
  assert masks.draw_distractor is distractors.draw


def test_unknown_kind(photo, landmarks):
  with pytest.raises(ValueError, match="'pipe', expected one of beard, hand"):
    distractors.draw(photo, landmarks, "pipe", np.random.default_rng(0))


def test_wrong_landmarks(photo, landmarks):
  with pytest.raises(ValueError, match=r"\(5, 3\), expected \(468, 3\)"):
    distractors.draw(photo, landmarks[:5], "hand", np.random.default_rng(0))


def test_where_a_hand_lies(photo, landmarks):
  drawn, alpha = hands.lay(photo, landmarks, np.random.default_rng(4))
  np.testing.assert_array_equal(
    drawn, hands.draw(photo, landmarks, np.random.default_rng(4))
  )
  assert alpha.shape == photo.shape[:2] and 0.02 < alpha.mean() < 0.4
  np.testing.assert_array_less(alpha, 1.001)
  changed = np.abs(drawn.astype(int) - photo).max(-1) > 20
  assert changed[alpha > 0.9].mean() > 0.5
