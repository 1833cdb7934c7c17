import numpy as np
import pytest

from maskgan_jax.masks import params
from maskgan_jax.masks.surface import shapes, shields


@pytest.mark.parametrize("kind", params.SHIELDS)
def test_plates_touch_the_face_nowhere(landmarks, kind):
  for seed in range(6):
    surface = shapes.mask_surface(
      landmarks, params.MaskParams(kind), np.random.default_rng(seed)
    )
    points = surface.points.reshape(-1, 3)
    for place in landmarks[[4, 13, 152, 200, 61, 291]]:
      away = np.linalg.norm(points[:, :2] - place[:2], axis=1)
      if away.min() < 12:
        assert points[away.argmin(), 2] < place[2]
    # Bent round the face: its sides lie behind its middle.
    middle = surface.points[:, shapes.COLUMNS // 2, 2]
    assert (surface.points[:, 0, 2] > middle + 10).all()


def test_what_lies_below_the_eyes(landmarks):
  below = shields.below_eyes(landmarks, (0, 0, 256, 256))
  x, y = np.round(landmarks[:, :2]).astype(int).T
  assert below[y[[4, 13, 152, 61, 205]], x[[4, 13, 152, 61, 205]]].min() == 1
  assert (
    below[y[[145, 374, 33, 105, 10]], x[[145, 374, 33, 105, 10]]].max() == 0
  )
  part = shields.below_eyes(landmarks, (100, 90, 150, 170))
  assert np.abs(part - below[90:170, 100:150]).mean() < 0.01
