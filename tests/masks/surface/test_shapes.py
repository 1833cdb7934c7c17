import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.masks import params
from maskgan_jax.masks.surface import shapes


def surface_of(landmarks, kind="surgical", **options):
  return shapes.mask_surface(
    landmarks, params.MaskParams(kind, **options), np.random.default_rng(0)
  )


@pytest.mark.parametrize("kind", params.MASK_TYPES)
def test_surface_lies_before_the_face(landmarks, kind):
  surface = surface_of(landmarks, kind)
  assert surface.points.shape == (shapes.ROWS, shapes.COLUMNS, 3)
  np.testing.assert_allclose(
    np.linalg.norm(surface.normals, axis=-1), 1, atol=1e-6
  )
  middle = surface.points[:, shapes.COLUMNS // 2]
  assert abs(middle[:, 0].mean() - landmarks[4, 0]) < 2
  # It tents over the nose's tip, mouth and chin.
  for index in (4, 13, 200):
    depth = np.interp(landmarks[index, 1], middle[:, 1], middle[:, 2])
    assert depth < landmarks[index, 2]
  assert middle[-1, 1] > landmarks[152, 1]
  if kind == "face_shield":
    assert landmarks[10, 1] - 20 < middle[0, 1] < landmarks[9, 1]
  else:
    assert landmarks[6, 1] - 8 < middle[0, 1] < landmarks[4, 1]


def test_coverage_moves_the_top_edge(landmarks):
  high = surface_of(landmarks, coverage=1.0).points[0, shapes.COLUMNS // 2, 1]
  low = surface_of(landmarks, coverage=0.1).points[0, shapes.COLUMNS // 2, 1]
  assert low - high > 12


def test_tilt_turns_clockwise(landmarks):
  edge = surface_of(landmarks, tilt=4.0).points[0]
  assert edge[-1, 1] - edge[0, 1] > 5


def test_turning_the_landmarks_turns_the_surface(landmarks_of):
  flat = surface_of(landmarks_of()).points
  turned = surface_of(landmarks_of(roll=20)).points
  angle = np.radians(20)
  matrix = np.array(
    [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
  )
  centre = 255 / 2
  expected = (flat[..., :2] - centre) @ matrix.T + centre
  np.testing.assert_allclose(turned[..., :2], expected, atol=0.05)


def test_some_cloth_masks_have_pleats_and_straight_sides(landmarks):
  seeds = range(80)
  pleated = np.array(
    [shapes.is_pleated(masks.MaskParams("cloth", seed=s)) for s in seeds]
  )
  assert 0.2 < pleated.mean() < 0.5
  assert shapes.is_pleated(masks.MaskParams("surgical"))
  assert not shapes.is_pleated(masks.MaskParams("kn95"))
  surfaces = [
    shapes.mask_surface(
      landmarks, masks.MaskParams("cloth", seed=s), np.random.default_rng(s)
    )
    for s in seeds
  ]
  # How far down the lower corners lie.
  corners = np.array([s.points[-1, 0, 1] for s in surfaces])
  assert corners[pleated].mean() > corners[~pleated].mean() + 5


def test_nothing_is_worn_quite_alike_on_both_sides(landmarks):
  for seed in range(4):
    surface = shapes.mask_surface(
      landmarks, masks.MaskParams("n95", seed=seed), np.random.default_rng(seed)
    )
    left, right = surface.points[0, 2, 1], surface.points[0, -3, 1]
    assert 0.05 < abs(left - right) < 12
