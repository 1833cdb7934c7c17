import dataclasses

import numpy as np
import pytest

from maskgan_jax.datasets.sample_faces import beard, canvas, face, traits
from maskgan_jax.faces import anatomy

MARKS = face.landmarks(face.Shape())


def _person(full_beard, moustache):
  person = traits.sample(np.random.default_rng(5))
  return dataclasses.replace(
    person, shape=face.Shape(), beard=full_beard, moustache=moustache
  )


def _at(stencil, point):
  x, y = np.round(canvas.pixels(point)).astype(int)
  return stencil[y, x]


@pytest.mark.parametrize(
  ("full_beard", "moustache", "chin", "upper_lip"),
  [(0, 0, 0, 0), (1, 0, 1, 0.84), (0, 1, 0, 1), (0.5, 0, 0.5, 0.42)],
)
def test_hair_grows_where_the_person_has_it(
  full_beard, moustache, chin, upper_lip
):
  stencil = beard.stencil(MARKS, _person(full_beard, moustache))
  assert stencil.shape == (canvas.HEIGHT, canvas.WIDTH)
  assert _at(stencil, MARKS[199]) == pytest.approx(chin, abs=0.02)
  above_the_lip = 0.7 * MARKS[0] + 0.3 * MARKS[anatomy.NOSE_BASE]
  assert _at(stencil, above_the_lip) == pytest.approx(upper_lip, abs=0.05)
  for index in (anatomy.NOSE_TIP, anatomy.FOREHEAD, *anatomy.NOSE_WINGS):
    assert _at(stencil, MARKS[index]) < 0.02


def test_it_has_the_colour_of_the_hair():
  person = dataclasses.replace(_person(1.0, 1.0), hair=np.float32([200, 40, 9]))
  sheet = canvas.Canvas(np.full(3, 120, np.float32))
  beard.paint(sheet, MARKS, person, np.random.default_rng(0))
  red, green, blue = _at(sheet.image, MARKS[199])
  assert red > 130 > green > blue
  np.testing.assert_array_equal(
    _at(sheet.image, MARKS[anatomy.FOREHEAD]), [120] * 3
  )
