import cv2
import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.masks import drawing
from maskgan_jax.masks.surface import shapes, straps


def straps_of(kind, photo, landmarks, seed=5, params=None):
  params = params or masks.MaskParams(kind, seed=seed)
  rng = np.random.default_rng(params.seed)
  surface = shapes.mask_surface(landmarks, params, rng)
  return surface, straps.visible_straps(photo, landmarks, surface, params, rng)


@pytest.mark.parametrize("kind", masks.MASK_TYPES)
def test_both_sides_have_straps_unless_the_head_is_wrapped(
  photo, landmarks, kind
):
  _, found = straps_of(kind, photo, landmarks)
  if kind in ("bandana", "gaiter", "scarf"):
    assert not found
    return
  middle = landmarks[4, 0]
  assert {bool(s.points[-1, 0] > middle) for s in found} == {True, False}
  for strap in found:
    assert strap.width.shape == (len(strap.points),)
    assert (strap.width > 0).all()


@pytest.mark.parametrize("wear", ["correct", "nose_out", "chin"])
def test_ears_of_a_sport_mask_are_of_one_piece(photo, landmarks, wear):
  rng = np.random.default_rng(4)
  given = masks.MaskDistribution().only(["sport"], [wear])
  for _ in range(8):
    params = masks.sample_params(rng, given)
    surface, found = straps_of("sport", photo, landmarks, params=params)
    for strap in found:
      assert (np.diff(strap.width) < 0).all()
    # No gap and no block at the mask's sides: one piece without a step.
    alpha = drawing.draw_overlay(photo, landmarks, params).alpha > 127
    parts, _, stats, _ = cv2.connectedComponentsWithStats(
      alpha.view(np.uint8), connectivity=8
    )
    assert stats[1:, cv2.CC_STAT_AREA].max() > 0.99 * alpha.sum()


def test_some_surgical_masks_are_tied(photo, landmarks_of):
  turned = landmarks_of(yaw=35)
  seeds = range(120)
  found = [straps_of("surgical", photo, turned, seed)[1] for seed in seeds]
  widths = np.array([straps[0].width[0] for straps in found])
  tied = widths > 0.024
  assert 0.04 < tied.mean() < 0.25
  # Ties rise on their way to the back of the head, loops end at the ears.
  tops = np.array([min(s.points[:, 1].min() for s in f) for f in found])
  assert tops[tied].max() < tops[~tied].min()


@pytest.mark.parametrize(
  ("kind", "usual", "least", "most"),
  [
    ("surgical", (219, 219, 219), 0.75, 0.98),
    ("n95", (219, 219, 219), 0.3, 0.7),
    ("cloth", (200, 60, 50), 0.45, 0.85),
    ("sport", (200, 60, 50), 1.0, 1.0),
  ],
)
def test_some_straps_have_a_colour_of_their_own(
  photo, landmarks, kind, usual, least, most
):
  colours = []
  for seed in range(80):
    params = masks.MaskParams(kind, colour=(200, 60, 50), seed=seed)
    _, found = straps_of(kind, photo, landmarks, params=params)
    colours.append({strap.colour for strap in found})
  assert all(len(one) == 1 for one in colours)
  assert least <= np.mean([one == {usual} for one in colours]) <= most


def test_dark_masks_have_dark_elastic(photo, landmarks):
  dark = (30, 30, 33)
  for seed in range(12):
    params = masks.MaskParams("kn95", colour=dark, seed=seed)
    _, found = straps_of("kn95", photo, landmarks, params=params)
    assert (219, 219, 219) not in {strap.colour for strap in found}


def test_some_loops_are_twisted(photo, landmarks):
  narrowed = [
    strap.width.min() < 0.7 * strap.width.max()
    for seed in range(40)
    for strap in straps_of("surgical", photo, landmarks, seed)[1]
  ]
  assert 0.03 < np.mean(narrowed) < 0.4


def test_respirators_have_elastic_round_the_head(photo, landmarks_of):
  turned = landmarks_of(yaw=35)
  _, found = straps_of("n95", photo, turned)
  assert min(s.points[:, 1].min() for s in found) < turned[[33, 263], 1].mean()
  assert max(s.width.max() for s in found) < 0.022
