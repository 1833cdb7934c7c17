import cv2
import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.masks import drawing
from maskgan_jax.masks.surface import shapes, straps

SKIN = np.full((256, 256, 3), (198, 150, 126), np.uint8)


def straps_of(kind, photo, landmarks, seed=5, params=None):
  params = params or masks.MaskParams(kind, seed=seed)
  rng = np.random.default_rng(params.seed)
  surface = shapes.mask_surface(landmarks, params, rng)
  return surface, straps.visible_straps(photo, landmarks, surface, params, rng)


@pytest.mark.parametrize("kind", masks.MASK_TYPES)
def test_both_sides_have_straps_unless_the_head_is_wrapped(landmarks_of, kind):
  # The ears of a sport mask are seen from the side only.
  landmarks = landmarks_of()
  found = straps_of(kind, SKIN, landmarks)[1]
  if kind == "sport":
    assert not found
    found = [
      strap
      for yaw in (-30, 30)
      for strap in straps_of(kind, SKIN, landmarks_of(yaw=yaw))[1]
    ]
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
  assert 0.02 < tied.mean() < 0.15
  # Ties rise on their way to the back of the head, loops end at the ears.
  tops = np.array([min(s.points[:, 1].min() for s in f) for f in found])
  assert tops[tied].max() < tops[~tied].min()


@pytest.mark.parametrize(
  ("kind", "usual", "least", "most"),
  [
    ("surgical", (219, 219, 219), 0.75, 0.98),
    ("n95", (219, 219, 219), 0.6, 0.95),
    ("cloth", (200, 60, 50), 0.45, 0.85),
    ("sport", (200, 60, 50), 1.0, 1.0),
  ],
)
def test_some_straps_have_a_colour_of_their_own(
  landmarks_of, kind, usual, least, most
):
  landmarks = landmarks_of(yaw=25)
  colours = []
  for seed in range(80):
    params = masks.MaskParams(kind, colour=(200, 60, 50), seed=seed)
    _, found = straps_of(kind, SKIN, landmarks, params=params)
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


def test_respirators_have_elastic_round_the_head(landmarks_of):
  turned = landmarks_of(yaw=35)
  _, found = straps_of("n95", SKIN, turned)
  assert min(s.points[:, 1].min() for s in found) < turned[[33, 263], 1].mean()
  assert max(s.width.max() for s in found) < 0.022


def test_loops_are_taut(landmarks_of):
  for seed in range(20):
    for strap in straps_of("kn95", SKIN, landmarks_of(yaw=30), seed)[1]:
      start, end = strap.points[0], strap.points[-1]
      along = (end - start) / np.linalg.norm(end - start)
      away = (strap.points - start) @ [-along[1], along[0]]
      assert np.abs(away).max() < 0.03 * 180


def test_no_stubs(landmarks_of):
  for kind in ("surgical", "kn95", "sport"):
    for seed in range(20):
      surface, found = straps_of(kind, SKIN, landmarks_of(), seed)
      for strap in found:
        length = np.linalg.norm(strap.points[-1] - strap.points[0])
        assert length > 0.05 * surface.width


def test_hair_over_the_cheek_hides_the_upper_straps(landmarks_of):
  hair = np.full((256, 256, 3), (40, 28, 20), np.uint8)
  landmarks = landmarks_of()
  middle = landmarks[[50, 280], 0].round().astype(int)
  hair[:, middle[0] - 10 : middle[1] + 10] = SKIN[0, 0]
  counts = [
    len(straps_of("kn95", photo, landmarks, seed)[1])
    for photo in (SKIN, hair)
    for seed in range(30)
  ]
  assert sum(counts[30:]) < 0.8 * sum(counts[:30])


def test_whether_a_mask_is_tied_is_its_own():
  tied = [
    straps.is_tied(masks.MaskParams("surgical", seed=seed))
    for seed in range(200)
  ]
  assert 0.02 < np.mean(tied) < 0.15
  assert straps.is_tied(masks.MaskParams("n95"))
  assert not straps.is_tied(masks.MaskParams("kn95"))


@pytest.mark.parametrize(
  ("kind", "lower"), [("face_shield", 0), ("mouth_shield", 1)]
)
def test_a_beard_may_grow_under_lower_straps(
  landmarks, monkeypatch, kind, lower
):
  beards = []

  def seen(skin, strand, fade, beard):
    beards.append(beard > 0)
    return np.ones(len(strand))

  monkeypatch.setattr(straps, "_shows_ear", lambda *_: False)
  monkeypatch.setattr(straps.hair, "seen", seen)
  straps_of(kind, SKIN, landmarks)
  assert beards == 2 * ([False] + lower * [True])
