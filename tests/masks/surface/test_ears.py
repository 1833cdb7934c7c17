import numpy as np
import pytest

from maskgan_jax.masks.surface import ears, head


def test_roots_lie_at_the_sides_behind_the_face(landmarks):
  frame = head.head_frame(landmarks)
  roots = frame.to_head(ears.roots(landmarks, frame))
  middles = frame.to_head(ears.middles(landmarks, frame))
  for side, sign in ((0, -1), (1, 1)):
    upper, lower = roots[side]
    assert upper[1] < middles[side, 1] < lower[1]
    assert (sign * roots[side, :, 0] > 0.3).all()
    assert (roots[side, :, 2] > frame.to_head(landmarks)[4, 2] + 0.2).all()


@pytest.mark.parametrize("yaw", [-30, 30])
def test_one_ear_turns_away_as_far_as_the_other_comes(landmarks_of, yaw):
  turned = landmarks_of(yaw=yaw)
  frame = head.head_frame(turned)
  away = ears.turned_away(frame)
  assert away.sum() == pytest.approx(0)
  assert np.abs(away).max() == pytest.approx(0.5, abs=0.1)
  # The hidden ear's root lies inside the face's outline in the picture.
  far = int(away[1] > 0)
  middle = ears.middles(turned, frame)[far, 0]
  inside = turned[:, 0].min() < middle < turned[:, 0].max()
  assert inside


def test_a_frontal_face_shows_both(landmarks):
  away = ears.turned_away(head.head_frame(landmarks))
  np.testing.assert_allclose(away, 0, atol=0.02)
