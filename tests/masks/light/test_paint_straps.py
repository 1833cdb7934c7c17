import numpy as np
import pytest

from maskgan_jax.masks.light import estimate, paint_straps
from maskgan_jax.masks.surface import straps

WINDOW = (10, 20, 90, 80)


def painted(opacity, direction=(0.0, -0.6, -0.8), colour=(219, 219, 219)):
  light = estimate.Light(
    np.full(3, 0.8), np.array(direction), 0.4, 1.0, 0.5, 1.0
  )
  points = np.stack([np.linspace(20.0, 80.0, 14), np.full(14, 50.0)], 1)
  strap = straps.Strap(points, np.full(14, 0.03), opacity, colour)
  layer = np.zeros((4, 60, 80), np.float32)
  paint_straps.paint(layer, [strap], 200.0, light, WINDOW)
  return layer


def test_a_strap_is_opaque_and_of_its_colour():
  layer = painted(np.ones(14))
  assert layer[3, 30, 40] == pytest.approx(1)
  bright, dark = layer[0, 30, 40], painted(np.ones(14), colour=(30, 30, 30))
  assert 0.3 < bright < 0.8
  assert dark[0, 30, 40] < 0.1 * bright


def test_its_shadow_falls_away_from_the_light():
  alpha = painted(np.ones(14))[3, :, 40]
  above, below = alpha[:26].max(), alpha[35:].max()
  assert above < 0.1 < below < 0.5


def test_where_hair_hides_it_it_fades():
  alpha = painted(np.repeat([1.0, 0.0], 7))[3, 30]
  assert alpha[15:30].min() > 0.98
  assert alpha[50:].max() < 0.02


def test_a_strap_outside_the_window_paints_nothing():
  light = estimate.Light(
    np.full(3, 0.8), np.array([0.0, -0.6, -0.8]), 0.4, 1.0, 0.5, 1.0
  )
  points = np.stack([np.linspace(300.0, 380.0, 14), np.full(14, 50.0)], 1)
  strap = straps.Strap(points, np.full(14, 0.03), np.ones(14), (30, 30, 30))
  layer = np.zeros((4, 60, 80), np.float32)
  paint_straps.paint(layer, [strap], 200.0, light, WINDOW)
  assert not layer.any()
