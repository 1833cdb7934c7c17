import numpy as np
import pytest

from maskgan_jax.masks import params
from maskgan_jax.masks.surface import shapes


def parts_of(landmarks, kind="half_mask", seed=0):
  surface = shapes.mask_surface(
    landmarks, params.MaskParams(kind), np.random.default_rng(seed)
  )
  return surface.parts


def middle_of(part):
  rows, columns = part.points.shape[:2]
  return part.points[rows // 2, columns // 2]


@pytest.mark.parametrize("kind", ["surgical", "n95_valve", "mouth_shield"])
def test_cloth_and_shields_carry_none(landmarks, kind):
  assert parts_of(landmarks, kind) == ()


def test_one_filter_or_two_and_a_valve(landmarks):
  for seed in range(24):
    styles = sorted(part.style for part in parts_of(landmarks, seed=seed))
    assert styles in (
      *(["pad"], ["drum"], ["pad", "pad", "valve"]),
      *(["drum", "drum", "valve"], ["cartridge", "cartridge", "valve"]),
    )
  alone = [len(parts_of(landmarks, seed=seed)) == 1 for seed in range(60)]
  assert 0.08 < np.mean(alone) < 0.4
  assert [p.style for p in parts_of(landmarks, "clear_half_mask")] == ["valve"]


def test_pairs_mirror_each_other(landmarks):
  width = np.ptp(landmarks[:, 0])
  for seed in range(12):
    pair = [p for p in parts_of(landmarks, seed=seed) if p.style != "valve"]
    if len(pair) < 2:
      continue
    left, right = sorted((middle_of(p) for p in pair), key=lambda m: m[0])
    nose = landmarks[4, 0]
    assert left[0] < nose - 0.2 * width and right[0] > nose + 0.2 * width
    assert abs(left[0] + right[0] - 2 * nose) < 3
    assert abs(left[1] - right[1]) < 2
    assert pair[0].seed == pair[1].seed


def test_parts_stand_out_of_the_mask(landmarks):
  for seed in range(8):
    surface = shapes.mask_surface(
      landmarks, params.MaskParams("half_mask"), np.random.default_rng(seed)
    )
    points = surface.points.reshape(-1, 3)
    for part in surface.parts:
      middle = middle_of(part)
      away = np.linalg.norm(points[:, :2] - middle[:2], axis=1)
      assert middle[2] < points[away.argmin(), 2]


def test_on_a_turned_head_the_far_filter_is_drawn_first(landmarks_of):
  for yaw in (-60, 60):
    pairs = 0
    for seed in range(8):
      found = parts_of(landmarks_of(yaw=yaw), seed=seed)
      depths = [part.points[..., 2].mean() for part in found]
      assert depths == sorted(depths, reverse=True)
      pairs += len(found) == 3 and found[0].behind
      assert not found[-1].behind
    assert pairs > 2
