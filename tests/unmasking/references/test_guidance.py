import numpy as np

from maskgan_jax.faces import anatomy, expression
from maskgan_jax.unmasking.references import guidance
from tests.unmasking.references import people

MOUTH = list(anatomy.OUTER_LIPS)
EYES = [*anatomy.RIGHT_EYE, *anatomy.LEFT_EYE]


def _turned(landmarks):
  """The same face elsewhere, larger, turned in the picture and in depth."""
  for angle, axes in ((0.4, (0, 1)), (0.3, (0, 2))):
    turn = np.eye(3)
    turn[np.ix_(axes, axes)] = (
      [np.cos(angle), -np.sin(angle)],
      [np.sin(angle), np.cos(angle)],
    )
    landmarks = landmarks @ turn
  return 1.7 * landmarks + [50, -20, 9]


def test_the_same_face_elsewhere_moves_nothing():
  _, landmarks = people.hopper()
  found = guidance.follow(landmarks, _turned(landmarks))
  np.testing.assert_allclose(found, landmarks, atol=0.02)


def test_a_mouth_opens_as_the_references_is_and_the_eyes_stay():
  _, landmarks = people.align()
  wide = expression.change(landmarks, expression.NAMED["laugh"])
  found = guidance.follow(landmarks, _turned(wide))
  before, asked, after = (
    expression.measure(x).opening for x in (landmarks, wide, found)
  )
  assert before + 0.5 * (asked - before) < after < asked
  np.testing.assert_allclose(found[EYES], landmarks[EYES], atol=0.02)
  way = np.linalg.norm(wide - landmarks, axis=1)
  assert np.linalg.norm(found - landmarks, axis=1)[MOUTH].max() < way.max()
