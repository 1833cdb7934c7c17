import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.masks.distractors import beards, kinds


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_covers_part_of_the_lower_face_only(photo, landmarks, kind):
  before = photo.copy()
  drawn = kinds.draw_distractor(
    photo, landmarks, kind, np.random.default_rng(0)
  )
  assert drawn.shape == photo.shape and drawn.dtype == np.uint8
  np.testing.assert_array_equal(photo, before)
  changed = (np.abs(drawn.astype(int) - photo) > 12).any(-1)
  assert 0.01 < changed.mean() < 0.4
  eyes = int(landmarks[[33, 263], 1].max())
  assert not changed[:eyes].any()


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_same_seed_same_picture(photo, landmarks, kind):
  first, second, other = (
    kinds.draw_distractor(photo, landmarks, kind, np.random.default_rng(seed))
    for seed in (1, 1, 2)
  )
  np.testing.assert_array_equal(first, second)
  assert not np.array_equal(first, other)


def test_beard_leaves_the_lips_free(photo, landmarks):
  drawn = kinds.draw_distractor(
    photo, landmarks, "beard", np.random.default_rng(0)
  )
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
  assert masks.draw_distractor is kinds.draw_distractor


def test_unknown_kind(photo, landmarks):
  with pytest.raises(ValueError, match="'pipe', expected one of beard, hand"):
    kinds.draw_distractor(photo, landmarks, "pipe", np.random.default_rng(0))


def test_wrong_landmarks(photo, landmarks):
  with pytest.raises(ValueError, match=r"\(5, 3\), expected \(468, 3\)"):
    kinds.draw_distractor(
      photo, landmarks[:5], "hand", np.random.default_rng(0)
    )
