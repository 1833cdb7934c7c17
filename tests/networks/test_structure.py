import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.faces import anatomy
from maskgan_jax.networks import structure

_SIZE = 64
_lines, _face_region, _mouth_region = (
  jax.jit(draw, static_argnums=1)
  for draw in (structure.lines, structure.face_region, structure.mouth_region)
)
# In the order of the pictures.
_LOWER_INNER_LIP, _JAW = 2, 6


def _face(line=(), points=()):
  """One face far from the crop, but for these points [n, 2] of a line."""
  face = np.full((1, anatomy.NUM_LANDMARKS, 3), -1e4, np.float32)
  if line:
    face[0, list(line), :2] = points
  return face


def _across(line, y):
  """A line from left to right, at pixels that are centres of positions."""
  x = np.linspace(9.5, 49.5, len(line))
  return _face(line, np.stack([x, np.full(len(line), y)], axis=-1))


def test_a_line_is_one_where_it_lies_and_fades():
  # Position 5 covers the pixels 20 to 23: its centre is 21.5.
  drawn = _lines(_across(structure.JAW, 21.5), _SIZE)
  assert drawn.shape == (1, 16, 16, 8)
  jaw = drawn[0, ..., _JAW]
  np.testing.assert_allclose(jaw[5, 2:13], 1.0, atol=1e-5)
  np.testing.assert_allclose(jaw[4], jaw[6], atol=1e-5)
  assert (np.diff(jaw[5:, 6]) < 0).sum() >= 3 and jaw[8, 6] < 1e-3
  assert (jaw[5, 15:] < 1e-3).all()  # It ends.
  np.testing.assert_array_equal(drawn[..., -1], 1.0)


def test_a_lip_that_falls_is_drawn_lower():
  line = structure.LOWER_INNER_LIP
  high, low = (
    np.asarray(_lines(_across(line, y), _SIZE)[0]) for y in (21.5, 25.5)
  )
  moved = np.roll(high[..., _LOWER_INNER_LIP], 1, axis=0)
  np.testing.assert_allclose(low[..., _LOWER_INNER_LIP], moved, atol=1e-5)
  # By a fraction of a position too.
  part = _lines(_across(line, 22.5), _SIZE)[0, ..., _LOWER_INNER_LIP]
  assert part[6, 6] > high[6, 6, _LOWER_INNER_LIP]
  assert part[4, 6] < high[4, 6, _LOWER_INNER_LIP]


@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_a_face_without_landmarks_is_not_drawn(missing):
  """Of one that lacks but one, nothing either; others stay what they are."""
  face = _across(structure.JAW, 21.5)
  lacking = face.copy()
  lacking[0, 7, 1] = missing
  drawn = _lines(np.concatenate([lacking, face]), _SIZE)
  assert not drawn[0].any() and drawn[1, ..., -1].all()
  np.testing.assert_array_equal(drawn[1], _lines(face, _SIZE)[0])
  # The depth is not read.
  deep = face.copy()
  deep[..., 2] = missing
  np.testing.assert_array_equal(_lines(deep, _SIZE), _lines(face, _SIZE))


def test_points_that_fall_together_are_drawn():
  drawn = _lines(jnp.full((1, 468, 2), 21.5), _SIZE)
  assert np.isfinite(drawn).all()
  np.testing.assert_allclose(drawn[0, 5, 5], 1.0)


def test_lines_are_those_of_the_face():
  outer = structure.LOWER_OUTER_LIP, structure.UPPER_OUTER_LIP
  inner = structure.LOWER_INNER_LIP, structure.UPPER_INNER_LIP
  for lips, expected in (
    (outer, anatomy.OUTER_LIPS),
    (inner, anatomy.INNER_LIPS),
  ):
    lower, upper = lips
    assert set(lower) | set(upper) == set(expected)
    # They meet in the corners alone.
    assert set(lower) & set(upper) == {lower[0], lower[-1]}
    assert (lower[0], lower[-1]) == (upper[0], upper[-1])
  assert set(anatomy.MOUTH_CORNERS) == {outer[0][0], outer[0][-1]}
  assert structure.JAW == anatomy.JAW
  assert {structure.NOSE[0], structure.NOSE[-1]} == set(anatomy.NOSE_WINGS)


def _with_outline(outline, points):
  face = np.full((1, anatomy.NUM_LANDMARKS, 3), 20.0, np.float32)
  face[0, list(outline), :2] = points
  return face


def _round(count, radius):
  angle = 2 * np.pi * np.arange(count) / count
  return 31.5 + radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def test_the_mouth_is_what_its_outline_has_around_it():
  outer = (
    *structure.LOWER_OUTER_LIP,
    *reversed(structure.UPPER_OUTER_LIP[1:-1]),
  )
  face = _with_outline(outer, _round(len(outer), 12.0))
  found = np.asarray(_mouth_region(face, _SIZE))
  assert found.shape == (1, _SIZE, _SIZE, 1)
  y, x = np.mgrid[:_SIZE, :_SIZE] - 31.5
  distance = np.hypot(x, y)
  assert (found[0, distance < 11, 0] == 1).all()
  assert not found[0, distance > 12, 0].any()


def test_a_face_ends_at_its_jaw():
  """Whatever its upper half, and the way round that its outline is given."""
  jaw = _round(2 * len(structure.JAW), 20.0)[: len(structure.JAW)]
  for points in (jaw, jaw[::-1]):
    found = _face_region(_with_outline(structure.JAW, points), _SIZE)
    assert (found[0, 34:48, 25:38] == 1).all()
    assert not found[0, 53:].any() and not found[0, 34:, :10].any()


def test_regions_of_a_face_without_landmarks():
  nowhere = np.full((1, anatomy.NUM_LANDMARKS, 3), np.nan, np.float32)
  assert _face_region(nowhere, _SIZE).all()
  assert not _mouth_region(nowhere, _SIZE).any()


def test_the_outline_is_the_meshs():
  outline = structure.JAW + structure._FOREHEAD
  turned = list(outline[::-1])
  start = turned.index(anatomy.FACE_OVAL[0])
  assert tuple(turned[start:] + turned[:start]) == anatomy.FACE_OVAL
