import numpy as np
import pytest

from maskgan_jax.masks import params
from maskgan_jax.masks.surface import flat, shapes


@pytest.mark.parametrize("kind", ["cloth", "cloth_thin", "gaiter"])
@pytest.mark.parametrize("yaw", [0, 25])
def test_marks_lie_where_the_surface_shows_them(landmarks_of, kind, yaw):
  surface = shapes.mask_surface(
    landmarks_of(yaw=yaw), params.MaskParams(kind), np.random.default_rng(0)
  )
  marks = flat.marks(surface)
  assert marks.shape == (468, 2) and marks.dtype == np.float32
  width, height = surface.extent
  for index in (4, 13, 61, 291, 152):
    x, y = marks[index]
    row = y / height * (shapes.ROWS - 1)
    column = (x / width + 0.5) * (shapes.COLUMNS - 1)
    near = surface.points[round(float(row)), round(float(column))]
    place = surface.frame.to_head(near)
    angle = np.arctan2(place[0], -place[2] - 0.1)
    assert abs(angle - surface.mesh.angle[index]) < 0.13
    assert abs(place[1] - surface.mesh.height[index]) < 0.08


def test_what_the_mask_leaves_free_lies_outside(landmarks_of):
  surface = shapes.mask_surface(
    landmarks_of(), params.MaskParams("cloth"), np.random.default_rng(0)
  )
  assert (flat.marks(surface)[[10, 151, 9], 1] < 0).all()
