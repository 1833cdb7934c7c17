import numpy as np
import pytest

from maskgan_jax.datasets import sample_faces
from maskgan_jax.faces import alignment, anatomy, expression

_SIZE = 256
# Three who look nearly to the front, and three who are turned.
_SEEDS = (0, 3, 4, 1, 2, 5)
_EYES = list(sum(anatomy.EYES, ()))


def _face(seed):
  """A painted person's landmarks in the aligned crop."""
  landmarks = sample_faces.paint(seed).landmarks
  transform = alignment.crop_transform(landmarks, _SIZE)
  return alignment.transform_landmarks(landmarks, transform)


def _turned(points, degrees):
  """Points turned about the upright axis."""
  cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
  return points @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])


@pytest.fixture(scope="module")
def faces():
  return {seed: _face(seed) for seed in _SEEDS}


def test_a_mouth_that_opens_measures_more_open(faces):
  for face in faces.values():
    before = expression.measure(face)
    opened = face.copy()
    opened[[anatomy.LIPS_MIDDLE[1], anatomy.LOWER_LIP], 1] += 8
    after = expression.measure(opened)
    assert after.opening > before.opening + 0.5


def test_a_mouth_that_widens_and_whose_corners_rise_smiles(faces):
  right, left = anatomy.MOUTH_CORNERS
  for face in faces.values():
    before = expression.measure(face)
    for way in ((4, 0, 0), (0, -4, 0)):
      smiling = face.copy()
      smiling[left] += way
      smiling[right] += np.multiply(way, (-1, 1, 1))
      after = expression.measure(smiling)
      assert after.smile > before.smile + 0.2
      assert after.opening == before.opening


def test_measures_do_not_depend_on_place_and_size(faces):
  face = faces[0]
  expected = expression.measure(face)
  found = expression.measure(3 * face + np.array([50, -20, 7]))
  np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("name", expression.NAMED)
def test_an_expression_is_reached(seed, name, faces):
  wanted = expression.NAMED[name]
  found = expression.measure(expression.change(faces[seed], wanted))
  np.testing.assert_allclose(found, wanted, atol=0.15)


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("name", expression.NAMED)
def test_what_lies_above_the_nose_stays(seed, name, faces):
  face = faces[seed]
  changed = expression.change(face, expression.NAMED[name])
  assert changed.shape == (468, 3) and changed.dtype == np.float32
  width = anatomy.cheek_to_cheek(face)
  moved = np.linalg.norm(changed - face, axis=1) / width
  above = face[:, 1] < face[anatomy.BETWEEN_EYES, 1]
  assert moved[_EYES].max() < 0.02
  assert np.abs(changed - face)[above].max() < 0.02 * width
  assert moved[list(anatomy.MOUTH_CORNERS)].max() > 0.02


def test_what_a_face_does_already_moves_nothing(faces):
  for face in faces.values():
    same = expression.change(face, expression.measure(face))
    np.testing.assert_allclose(same, face, atol=1e-3)


def test_a_turned_face_changes_foreshortened(faces):
  """Moved as it would be from the front, and turned with it."""
  face = faces[3]
  level = _turned(face, -anatomy.yaw(face))
  assert abs(anatomy.yaw(level)) < 0.01
  wanted = expression.NAMED["smile"]
  changed = expression.change(level, wanted)
  right, left = anatomy.MOUTH_CORNERS

  def narrower(before, after):
    return np.subtract(*before[[left, right], 0]) - np.subtract(
      *after[[left, right], 0]
    )

  from_the_front = narrower(level, changed)
  assert from_the_front > 2
  for degrees in (-40, 25):
    turned = _turned(level, degrees)
    assert anatomy.yaw(turned) == pytest.approx(degrees, abs=0.01)
    found = expression.change(turned, wanted)
    np.testing.assert_allclose(found, _turned(changed, degrees), atol=0.05)
    assert narrower(turned, found) < 0.95 * from_the_front


def test_the_likeliest_is_what_is_there(faces):
  for face in faces.values():
    np.testing.assert_array_equal(expression.draw(face, 0), face)


def test_a_number_means_one_change(faces):
  first, other = faces[0], faces[4]
  for number in (1, 2):
    drawn = expression.draw(first, number)
    np.testing.assert_array_equal(drawn, expression.draw(first, number))
    assert np.abs(drawn - first).max() > 0.5
  # For every face the same, in measures and so in widths of the face.
  assert not np.allclose(
    expression.draw(first, 1), expression.draw(first, 2), atol=0.5
  )
  way, of_other = (
    np.array(expression.measure(expression.draw(face, 1)))
    - expression.measure(face)
    for face in (first, other)
  )
  np.testing.assert_allclose(way, of_other, atol=0.1)


def test_lips_touch_but_never_cross(faces):
  closed = 0
  for face in faces.values():
    for number in range(1, 40):
      opening = expression.lengths(expression.draw(face, number))[0]
      assert opening > -0.002
      closed += opening < 0.002
  assert closed > 3


def test_the_first_draws_differ(faces):
  found = [
    np.array(expression.measure(expression.draw(faces[0], k))) for k in range(4)
  ]
  apart = [
    np.linalg.norm(found[i] - found[j]) for i in range(4) for j in range(i)
  ]
  assert min(apart) > 0.7


@pytest.mark.parametrize("name", expression.NAMES)
def test_a_crop_has_its_own_pixels(name):
  photo = sample_faces.paint(0).landmarks
  for size in (128, 256):
    transform = alignment.crop_transform(photo, size)
    found = expression.of_crop(photo, transform, name)
    plain = alignment.transform_landmarks(photo, transform)
    assert found[:, 0].min() > 0 and found[:, :2].max() < size
    if name == expression.LIKELY:
      np.testing.assert_array_equal(found, plain)
    else:
      wanted = expression.NAMED[name]
      np.testing.assert_array_equal(found, expression.change(plain, wanted))
    drawn = expression.of_crop(photo, transform, name, 2)
    np.testing.assert_array_equal(drawn, expression.draw(found, 2))


def test_the_model_is_left_as_right():
  """And what opens a mouth lowers the lower lip; what smiles widens it."""
  opening, smile = expression.fitted().directions
  for right, left in (
    anatomy.MOUTH_CORNERS,
    anatomy.CHEEK_BONES,
    anatomy.NOSE_WINGS,
  ):
    for way in (opening, smile):
      np.testing.assert_allclose(way[left], way[right] * (-1, 1, 1), atol=1e-5)
  upper, lower = anatomy.LIPS_MIDDLE
  assert opening[lower, 1] - opening[upper, 1] > 0.02
  right, left = anatomy.MOUTH_CORNERS
  assert smile[left, 0] - smile[right, 0] > 0.04 and smile[left, 1] < -0.01
