import dataclasses
import time

import cv2
import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.common import errors
from maskgan_jax.faces import anatomy
from maskgan_jax.masks import drawing
from maskgan_jax.masks import params as params_lib
from tests import pictures


def params_of(kind, **options):
  return masks.MaskParams(kind, **{"seed": 5, **options})


# Through these one sees the mouth; all of them is mask.
CLEAR = ("cloth_window", "clear_half_mask", *params_lib.SHIELDS)


def iou(first, second):
  return (first & second).sum() / max((first | second).sum(), 1)


@pytest.mark.parametrize("kind", masks.MASK_TYPES)
def test_every_kind_draws(photo, landmarks, kind):
  overlay = drawing.draw_overlay(photo, landmarks, params_of(kind))
  assert overlay.rgba.shape == (256, 256, 4)
  assert overlay.rgba.dtype == overlay.alpha.dtype == np.uint8
  mask = overlay.alpha > 127
  assert 0.12 < mask.mean() < 0.36
  if kind not in CLEAR:
    # The mask's own alpha lies within the overlay's, which adds the shadow.
    assert (overlay.rgba[..., 3] >= overlay.alpha).all()
  shadow = (overlay.rgba[..., 3] > 0) & (overlay.alpha == 0)
  assert shadow.sum() > 50
  x, y = np.round(landmarks[[1, 13, 200, 61, 291], :2]).astype(int).T
  assert mask[y, x].all()
  x, y = np.round(landmarks[[10, 151, 33, 263], :2]).astype(int).T
  assert not mask[y, x].any()


@pytest.mark.parametrize("kind", masks.MASK_TYPES)
def test_same_arguments_same_overlay(photo, landmarks, kind):
  first, second, other = (
    drawing.draw_overlay(photo, landmarks, params_of(kind, seed=s))
    for s in (1, 1, 2)
  )
  np.testing.assert_array_equal(first.rgba, second.rgba)
  np.testing.assert_array_equal(first.alpha, second.alpha)
  assert not np.array_equal(first.rgba, other.rgba)


@pytest.mark.parametrize("kind", CLEAR)
def test_what_is_clear_shows_the_mouth_and_is_mask(photo, landmarks, kind):
  marked = photo.copy()
  mouth = np.round(landmarks[anatomy.MOUTH_CORNERS, :2]).astype(int)
  (x0, y), (x1, _) = mouth
  stripes = np.arange(x0, x1) % 8 < 4
  marked[y - 6 : y + 6, x0:x1] = np.where(stripes, 30, 220)[None, :, None]
  shown = 0
  for seed in range(4):
    given = params_of(kind, seed=seed)
    overlay = drawing.draw_overlay(marked, landmarks, given)
    assert (overlay.alpha[y - 6 : y + 6, x0:x1] > 200).all()
    drawn = drawing.composite(marked, overlay.rgba).astype(int)
    row = drawn[y - 6 : y + 6, x0:x1].mean((0, 2))
    shown += row[~stripes].mean() - row[stripes].mean() > 40
    hides = overlay.rgba[..., 3][overlay.alpha > 200] / 255
    assert hides.min() < 0.5
  # The valve of a respirator may lie before the mouth.
  assert shown >= (1 if kind == "clear_half_mask" else 3)


def test_a_face_shield_is_mask_below_the_eyes(photo, landmarks):
  overlay = drawing.draw_overlay(photo, landmarks, params_of("face_shield"))
  x, y = np.round(landmarks[[10, 151, 159, 386], :2]).astype(int).T
  assert not overlay.alpha[y, x].any()
  # It is drawn there, too.
  assert (overlay.rgba[y, x, 3] > 0).all()
  # On its sides it reaches beyond the face.
  mask = overlay.alpha > 127
  row = np.flatnonzero(mask[int(landmarks[13, 1])])
  assert row[0] < landmarks[234, 0] and row[-1] > landmarks[454, 0]


def test_thin_cloth_follows_the_lips(photo, landmarks):
  options = {"mask_type": "cloth_thin", "seed": 3, "looseness": 0.0}
  plain, lips = (
    drawing.draw_overlay(photo, landmarks, masks.MaskParams(**options, **other))
    for other in ({}, {"opacity": 0.75})
  )
  middle = np.round(landmarks[0]).astype(int)
  part = np.s_[middle[1] - 6 : middle[1] + 30, middle[0] - 16 : middle[0] + 16]
  contrast = [
    overlay.rgba[part][..., :3].mean(-1).std() for overlay in (plain, lips)
  ]
  assert contrast[1] > 1.3 * contrast[0]


def test_a_gaiter_goes_into_the_collar(landmarks_of, photo_of):
  landmarks = landmarks_of(size=200)
  photo = np.full((320, 256, 3), 120, np.uint8)
  photo[:200, 28:228] = photo_of(landmarks, size=200)
  landmarks = landmarks + np.float32([28, 0, 0])
  chin = int(landmarks[152, 1])
  photo[chin - 20 :, 80:176] = np.median(photo[60:100, 110:140], (0, 1))
  params = params_of("gaiter", drop=0.8)
  free = drawing.draw_overlay(photo, landmarks, params).alpha > 127
  photo[chin + 40 :] = (30, 40, 90)
  tucked = drawing.draw_overlay(photo, landmarks, params).alpha > 127
  assert free[chin + 60, 110:140].all()
  assert not tucked[chin + 46 :].any()
  assert tucked[chin + 20, 110:140].all()


def test_untouched_pixels_stay_equal_to_the_bit(photo, landmarks):
  before = photo.copy()
  overlay = drawing.draw_overlay(photo, landmarks, params_of("surgical"))
  masked = drawing.composite(photo, overlay.rgba)
  outside = overlay.rgba[..., 3] == 0
  np.testing.assert_array_equal(photo, before)
  np.testing.assert_array_equal(masked[outside], photo[outside])
  opaque = overlay.rgba[..., 3] == 255
  assert opaque.any()
  np.testing.assert_array_equal(masked[opaque], overlay.rgba[opaque][:, :3])


def test_mean_area(landmarks_of, photo_of):
  rng = np.random.default_rng(0)
  areas = []
  for _ in range(24):
    landmarks = landmarks_of(yaw=rng.uniform(-25, 25))
    photo = photo_of(landmarks)
    overlay = drawing.draw_overlay(photo, landmarks, masks.sample_params(rng))
    areas.append((overlay.alpha > 127).mean())
  assert 0.18 < np.mean(areas) < 0.27


@pytest.mark.parametrize("kind", ["surgical", "n95", "bandana"])
def test_follows_rotation(landmarks_of, photo_of, kind):
  flat, turned = landmarks_of(), landmarks_of(roll=15)
  first = drawing.draw_overlay(photo_of(flat), flat, params_of(kind)).alpha
  second = drawing.draw_overlay(photo_of(turned), turned, params_of(kind)).alpha
  matrix = cv2.getRotationMatrix2D((127.5, 127.5), -15, 1)
  expected = cv2.warpAffine(first, matrix, (256, 256))
  assert iou(expected > 127, second > 127) > 0.97


@pytest.mark.parametrize("kind", masks.MASK_TYPES)
def test_mirrored_turn_gives_mirrored_mask(landmarks_of, photo_of, kind):
  masks = []
  for yaw in (-30, 30):
    landmarks = landmarks_of(yaw=yaw)
    overlay = drawing.draw_overlay(
      photo_of(landmarks), landmarks, params_of(kind)
    )
    masks.append(overlay.alpha > 127)
  # No mask is worn quite alike on both sides.
  assert iou(masks[0], masks[1][:, ::-1]) > 0.94


def test_shifts_with_the_face(landmarks):
  photo = np.full((256, 256, 3), (198, 150, 126), np.uint8)
  moved = landmarks + np.float32([9, -6, 0])
  first = drawing.draw_overlay(photo, landmarks, params_of("kn95")).alpha
  second = drawing.draw_overlay(photo, moved, params_of("kn95")).alpha
  assert iou(np.roll(first, (-6, 9), (0, 1)) > 127, second > 127) > 0.985


@pytest.mark.parametrize("size", [64, 128, 512])
def test_scales_with_the_face(landmarks_of, photo_of, size):
  shares = []
  for side in (size, 256):
    landmarks = landmarks_of(size=side)
    photo = photo_of(landmarks, size=side)
    overlay = drawing.draw_overlay(photo, landmarks, params_of("surgical"))
    shares.append((overlay.alpha > 127).mean())
  assert abs(shares[0] / shares[1] - 1) < 0.08


@pytest.mark.parametrize("kind", ["surgical", "cloth", "n95"])
def test_far_side_does_not_float(landmarks_of, photo_of, kind):
  landmarks = landmarks_of(yaw=45)
  # A seed without ties, which go round the back of the head.
  params = params_of(kind, seed=6)
  overlay = drawing.draw_overlay(photo_of(landmarks), landmarks, params)
  y, x = np.nonzero(overlay.alpha > 127)
  width = np.ptp(landmarks[:, 0])
  low, high = landmarks[:, 0].min(), landmarks[:, 0].max()
  # The nose points to one side: cup and cloth stand off a little there.
  assert x.min() > low - 0.16 * width
  assert x.max() < high + 0.16 * width


@pytest.mark.parametrize("colour", [(236, 236, 234), (150, 193, 216)])
def test_darker_face_darker_mask(landmarks, photo_of, colour):
  levels = []
  for brightness in (1.0, 0.6, 0.3):
    photo = photo_of(landmarks, brightness=brightness)
    params = params_of("surgical", colour=colour)
    overlay = drawing.draw_overlay(photo, landmarks, params)
    levels.append(overlay.rgba[overlay.alpha == 255][:, :3].mean())
  assert levels[0] > levels[1] + 10 > levels[2] + 20


def test_lit_side_of_the_face_is_the_lit_side_of_the_mask(landmarks, photo_of):
  photo = photo_of(landmarks).astype(np.float64)
  photo *= np.linspace(1.2, 0.4, 256)[None, :, None]
  photo = np.clip(photo, 0, 255).astype(np.uint8)
  overlay = drawing.draw_overlay(photo, landmarks, params_of("surgical"))
  inside = overlay.alpha == 255
  left, right = inside.copy(), inside.copy()
  left[:, 110:] = False
  right[:, :146] = False
  grey = overlay.rgba[..., :3].mean(-1)
  assert grey[left].mean() > grey[right].mean() + 10


def test_no_colour_on_a_black_and_white_photo(landmarks, photo):
  grey = np.repeat(photo.mean(-1, keepdims=True).astype(np.uint8), 3, -1)
  params = params_of("cloth", colour=(180, 40, 44))
  overlay = drawing.draw_overlay(grey, landmarks, params)
  colour = overlay.rgba[overlay.alpha == 255][:, :3].astype(int)
  assert np.ptp(colour, 1).max() <= 4


def test_black_is_not_pure_and_white_not_clipped(landmarks, photo):
  for colour in ((30, 30, 33), (240, 240, 240)):
    params = params_of("cloth", colour=colour)
    overlay = drawing.draw_overlay(photo, landmarks, params)
    inside = overlay.rgba[overlay.alpha == 255][:, :3]
    assert 8 < np.percentile(inside, 1) and np.percentile(inside, 99) < 250


@pytest.mark.parametrize("kind", [*CLEAR, "half_mask", "printed_face"])
def test_cut_by_any_border_it_is_drawn_in_part(photo, landmarks, kind):
  for shift in ((-150, 0), (150, 0), (0, -150), (0, 150), (118, 118)):
    moved = landmarks + np.float32([*shift, 0])
    overlay = drawing.draw_overlay(photo, moved, params_of(kind))
    assert (overlay.alpha > 127).mean() < 0.3
    assert not overlay.rgba[overlay.rgba[..., 3] == 0].any()


def test_face_outside_the_picture_gives_nothing(photo, landmarks):
  away = landmarks + np.float32([2000, 0, 0])
  overlay = drawing.draw_overlay(photo, away, params_of("surgical"))
  assert not overlay.rgba.any() and not overlay.alpha.any()


def test_face_cut_by_the_border(photo, landmarks):
  cut = landmarks + np.float32([120, 60, 0])
  whole = drawing.draw_overlay(photo, landmarks, params_of("surgical")).alpha
  part = drawing.draw_overlay(photo, cut, params_of("surgical")).alpha
  assert 0 < (part > 127).sum() < 0.6 * (whole > 127).sum()


def test_a_face_of_which_only_a_strap_is_inside_the_picture(landmarks_of):
  rng = np.random.default_rng(0)
  drawn = 0
  for k in range(60):
    photo = rng.integers(0, 256, (*rng.integers(1, 60, 2), 3), np.uint8)
    size = rng.uniform(40, 300)
    landmarks = landmarks_of(size=size, yaw=rng.uniform(-40, 40))
    landmarks[:, :2] += rng.uniform(-size, 60, 2).astype(np.float32)
    kind = masks.MASK_TYPES[k % len(masks.MASK_TYPES)]
    overlay = drawing.draw_overlay(photo, landmarks, params_of(kind, seed=k))
    assert overlay.alpha.shape == photo.shape[:2]
    drawn += overlay.alpha.any()
  assert 5 < drawn < 60


def test_a_window_without_a_pixel_of_the_mask(photo, landmarks):
  # The window has a margin: the mask may lie wholly in its part outside.
  away = landmarks.copy()
  away[:, 0] -= landmarks[:, 0].max() + 8
  overlay = drawing.draw_overlay(photo, away, params_of("surgical"))
  assert not (overlay.alpha > 127).any()


@pytest.mark.parametrize("kind", ["surgical", "clear_half_mask"])
def test_what_lies_in_front_is_no_mask(photo, landmarks, kind):
  params = params_of(kind)
  in_front = np.zeros(photo.shape[:2], np.float32)
  in_front[150:, 100:140] = 1
  whole = drawing.draw_overlay(photo, landmarks, params)
  cut = drawing.draw_overlay(photo, landmarks, params, in_front)
  assert whole.alpha[160:180, 110:130].min() > 127
  assert not cut.alpha[150:, 100:140].any()
  np.testing.assert_array_equal(cut.alpha[:150], whole.alpha[:150])


def test_draws_within_its_time(photo, landmarks):
  times = []
  for seed in range(8):
    params = masks.sample_params(np.random.default_rng(seed))
    start = time.process_time()
    drawing.draw_overlay(photo, landmarks, params)
    times.append(time.process_time() - start)
  # Aim: 0.04 s; a busy machine may need several times that.
  assert min(times) < 0.15


def test_params_draw_the_same_after_a_round_trip(photo, landmarks):
  params = masks.sample_params(np.random.default_rng(8))
  again = masks.MaskParams(**dataclasses.asdict(params))
  first = drawing.draw_overlay(photo, landmarks, params)
  np.testing.assert_array_equal(
    first.rgba, drawing.draw_overlay(photo, landmarks, again).rgba
  )


def test_composite_golden():
  image = np.full((1, 3, 3), 100, np.uint8)
  rgba = np.array(
    [[[9, 9, 9, 0], [200, 200, 200, 255], [200, 0, 50, 51]]], np.uint8
  )
  expected = [[[100] * 3, [200] * 3, [120, 80, 90]]]
  np.testing.assert_array_equal(drawing.composite(image, rgba), expected)


def test_composite_refuses_another_size(photo):
  with pytest.raises(ValueError, match=r"overlay is uint8 \(8, 8, 4\)"):
    drawing.composite(photo, np.zeros((8, 8, 4), np.uint8))


def test_wrong_image(photo, landmarks):
  with pytest.raises(ValueError, match=r"expected \[H, W, 3\]; convert grey"):
    drawing.draw_overlay(photo[..., 0], landmarks, params_of("cloth"))
  with pytest.raises(TypeError, match="float32, expected uint8"):
    drawing.draw_overlay(
      photo.astype(np.float32), landmarks, params_of("cloth")
    )


def test_wrong_landmarks(photo, landmarks):
  with pytest.raises(ValueError, match=r"\(68, 3\), expected \(468, 3\)"):
    drawing.draw_overlay(photo, landmarks[:68], params_of("cloth"))


def test_thin_cloth_lets_the_face_through(photo, landmarks):
  params = params_of("cloth", opacity=0.8)
  overlay = drawing.draw_overlay(photo, landmarks, params)
  inside = cv2.erode(overlay.alpha, np.ones((9, 9), np.uint8)) > 100
  assert np.median(overlay.alpha[inside]) == pytest.approx(204, abs=2)
  solid = drawing.draw_overlay(photo, landmarks, params_of("cloth")).alpha
  assert iou(overlay.alpha > 127, solid > 127) > 0.96


@pytest.mark.parametrize("kind", ["surgical", "kf94", "cloth", "gaiter"])
def test_worn_on_the_chin_it_leaves_the_mouth_free(photo, landmarks, kind):
  params = params_of(kind, wear="chin", coverage=-1.4, drop=0.2)
  mask = drawing.draw_overlay(photo, landmarks, params).alpha > 127
  x, y = np.round(landmarks[[4, 13, 14, 61, 291], :2]).astype(int).T
  assert not mask[y, x].any()
  x, y = np.round(landmarks[[199, 175, 152], :2]).astype(int).T
  assert mask[y, x].all()


def test_with_the_nose_out_it_covers_the_mouth(photo, landmarks):
  params = params_of("surgical", wear="nose_out", coverage=-0.3)
  mask = drawing.draw_overlay(photo, landmarks, params).alpha > 127
  x, y = np.round(landmarks[[13, 200], :2]).astype(int).T
  assert mask[y, x].all()
  x, y = np.round(landmarks[4, :2]).astype(int)
  assert not mask[y, x]


def test_a_picture_is_printed_on_the_cloth(photo, landmarks, tmp_path):
  pixels = np.full((80, 120, 3), 220, np.uint8)
  pixels[..., 1:] = 20
  path = tmp_path / "red.png"
  path.write_bytes(pictures.encode(pixels))
  params = params_of("cloth", texture=str(path), colour=(60, 110, 60))
  overlay = drawing.draw_overlay(photo, landmarks, params)
  red, green, _ = overlay.rgba[overlay.alpha == 255][:, :3].mean(0)
  assert red > 3 * green


def test_a_texture_that_is_gone(photo, landmarks):
  params = params_of("cloth", texture="/nowhere/red.png")
  with pytest.raises(errors.UserError, match="/nowhere/red.png: no such file"):
    drawing.draw_overlay(photo, landmarks, params)


def test_loops_end_where_hair_begins(photo, landmarks):
  params = params_of("cloth", seed=8)
  skin = np.full_like(photo, (198, 150, 126))
  plain = drawing.draw_overlay(skin, landmarks, params).alpha > 127
  hairy = skin.copy()
  low, high = landmarks[:, 0].min(), landmarks[:, 0].max()
  margin = 0.12 * (high - low)
  hairy[:, : int(low + margin)] = hairy[:, int(high - margin) :] = (30, 20, 15)
  short = drawing.draw_overlay(hairy, landmarks, params).alpha > 127
  assert short.sum() < plain.sum()
  assert (short & ~plain).sum() < 0.2 * (plain & ~short).sum()


def test_masks_draw_gives_picture_truth_and_parameters(photo, landmarks):
  given = masks.MaskDistribution().only(["surgical"], ["correct"])
  masked = masks.draw(photo, landmarks, np.random.default_rng(3), given)
  assert masked.params.mask_type == "surgical"
  overlay = drawing.draw_overlay(photo, landmarks, masked.params)
  np.testing.assert_array_equal(masked.alpha, overlay.alpha)
  np.testing.assert_array_equal(masked.mask, overlay.alpha > 127)
  expected = drawing.composite(photo, overlay.rgba)
  np.testing.assert_array_equal(masked.image, expected)
  again = masks.draw_params(photo, landmarks, masked.params)
  np.testing.assert_array_equal(again.image, masked.image)
