import pathlib

import cv2
import matplotlib
import numpy as np
import pytest

from maskgan_jax import photos
from maskgan_jax.faces import alignment, finder
from maskgan_jax.unmasking import blending, skin_grain

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)
SIZE = 64


@pytest.fixture(scope="module")
def photo():
  """Real, and small, so that each of its pixels is about one of the crop."""
  return cv2.resize(photos.read(HOPPER), (102, 121), cv2.INTER_AREA)


@pytest.fixture(scope="module")
def transform(photo):
  return alignment.crop_transform(finder.largest_face(photo), SIZE)


def _disc(radius=20):
  y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
  return (np.hypot(x, y) < radius).astype(np.float32)


def _in_photo(blend, transform, photo):
  flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
  return cv2.warpAffine(blend, transform, photo.shape[1::-1], flags=flags)


def _put_back(image, *arguments):
  """The changed photo and the share in it, [H, W]."""
  result = image.copy()
  window, share = blending.put_back(result, *arguments)
  shown = np.zeros(image.shape[:2], np.uint8)
  shown[window] = share
  return result, shown


def test_the_rest_of_the_photo_is_left_alone(photo, transform):
  content = np.full((SIZE, SIZE, 3), [255, 0, 255], np.uint8)
  result, shown = _put_back(photo, content, _disc(), transform)
  share = _in_photo(_disc(), transform, photo)
  assert np.abs(shown - 255 * share).mean() < 0.5
  np.testing.assert_array_equal(result[shown == 0], photo[shown == 0])
  assert (result[shown == 255] == [255, 0, 255]).all()


def test_nothing_changes_nothing(photo, transform):
  content = np.zeros((SIZE, SIZE, 3), np.uint8)
  blend = np.zeros((SIZE, SIZE), np.float32)
  result, shown = _put_back(photo, content, blend, transform)
  np.testing.assert_array_equal(result, photo)
  assert not shown.any()


def test_a_crop_beside_the_photo_changes_nothing(photo):
  away = alignment.similarity(1.0, 0.0, (-500, -500), (SIZE / 2, SIZE / 2))
  content = np.zeros((SIZE, SIZE, 3), np.uint8)
  result, _ = _put_back(photo, content, _disc(), away)
  np.testing.assert_array_equal(result, photo)


def test_a_crop_put_back_is_the_photo(photo):
  """The way there and back shifts nothing: checked on a turned crop."""
  smooth = cv2.GaussianBlur(photo, (0, 0), 2)
  turned = alignment.similarity(1.1, 0.2, (50, 40), (SIZE / 2, SIZE / 2))
  crop, _ = alignment.warp(smooth, turned, SIZE)
  result, shown = _put_back(smooth, crop, _disc(24), turned)
  difference = np.abs(result.astype(int) - smooth)[shown > 0]
  assert difference.mean() < 1
  assert np.percentile(difference, 99) <= 3
  # Half a pixel beside its place it would not pass.
  beside = turned + [[0, 0, 0.5], [0, 0, 0.5]]
  result, shown = _put_back(smooth, crop, _disc(24), beside)
  assert np.abs(result.astype(int) - smooth)[shown > 0].mean() > 1.5


def test_a_reduced_crop_does_not_alias(photo):
  """A checkerboard four times too fine for the photo becomes grey."""
  fine = alignment.similarity(4.0, 0.0, (50, 60), (SIZE / 2, SIZE / 2))
  board = 255 * (np.indices((SIZE, SIZE)).sum(0) % 2).astype(np.uint8)
  content = np.repeat(board[..., None], 3, axis=2)
  result, shown = _put_back(np.zeros_like(photo), content, _disc(), fine)
  assert np.abs(result[shown == 255].astype(int) - 127).max() < 12


def test_a_crop_hardly_finer_than_the_photo_stays_sharp(photo):
  """Stripes that the photo can show keep their strength."""
  finer = alignment.similarity(1.2, 0.0, (50, 60), (SIZE / 2, SIZE / 2))
  wave = 127 + 100 * np.sin(2 * np.pi * np.arange(SIZE) / 6)
  content = np.repeat(np.tile(wave, (SIZE, 1))[..., None], 3, axis=2)
  result, shown = _put_back(np.zeros_like(photo), content, _disc(), finer)
  found = result[shown == 255].astype(float)
  assert found.std() == pytest.approx(100 / np.sqrt(2), rel=0.05)


def test_the_border_of_the_crop_is_never_shown(photo):
  """Beyond the crop nothing is known: it fades out before its edge."""
  turned = alignment.similarity(1.0, 0.3, (50, 60), (SIZE / 2, SIZE / 2))
  content = np.full((SIZE, SIZE, 3), 255, np.uint8)
  blend = np.ones((SIZE, SIZE), np.float32)
  result, _ = _put_back(np.zeros_like(photo), content, blend, turned)
  inside = _in_photo(blend, turned, photo) > 0
  assert (result[~inside] == 0).all()
  assert result.max() == 255
  assert blend.min() == 1


def test_edges_are_soft(photo):
  """Enlarged fourfold, an edge is a slope of greys and not of steps."""
  larger = alignment.similarity(0.25, 0.0, (50, 60), (SIZE / 2, SIZE / 2))
  content = np.full((SIZE, SIZE, 3), 255, np.uint8)
  blend = np.zeros((SIZE, SIZE), np.float32)
  blend[:, : SIZE // 2] = 1
  result, _ = _put_back(np.zeros_like(photo), content, blend, larger)
  [row] = {tuple(row) for row in result[20:100, 40:64, 0].tolist()}
  steps = -np.diff(np.array(row, int))
  assert row[0] == 255 and row[-1] == 0
  assert 0 <= steps.min() and steps.max() < 80


@pytest.fixture(scope="module")
def large():
  """A smooth large face with known grain, and what the crop makes of it."""
  photo = cv2.resize(photos.read(HOPPER), (640, 756), cv2.INTER_CUBIC)
  landmarks = finder.largest_face(photo)
  transform = alignment.crop_transform(landmarks, SIZE)
  smooth = cv2.GaussianBlur(photo, (0, 0), 6).astype(np.float32) * 0.7 + 30
  noise = np.random.default_rng(0).normal(0, 1, photo.shape[:2])
  # Correlated with its neighbours, and with a colour: more blue than red.
  noise = cv2.GaussianBlur(noise, (0, 0), 1.0)
  noise *= 5 / noise.std()
  grain = noise[..., None] * [0.5, 1.0, 1.5]
  grainy = np.clip(np.round(smooth + grain), 0, 255).astype(np.uint8)
  crop, _ = alignment.warp(np.uint8(smooth), transform, SIZE)
  blend = np.zeros((SIZE, SIZE), np.float32)
  blend[35:60, 15:49] = 1
  return grainy, crop, blend, transform, landmarks


def _fine(image):
  image = image.astype(np.float32)
  return image - cv2.GaussianBlur(image, (0, 0), 4)


def test_large_faces_get_the_grain_of_their_skin(large):
  photo, crop, blend, transform, landmarks = large
  assert alignment.enlargement(transform) < 0.3
  result, shown = _put_back(photo, crop, blend, transform, landmarks)
  waxen, _ = _put_back(photo, crop, blend, transform)
  inside = cv2.erode(shown, np.ones((15, 15))) == 255
  true, found = _fine(photo)[inside], _fine(result)[inside]
  assert _fine(waxen)[inside].std() < 0.5 * true.std()
  # Its strength and its colours,
  np.testing.assert_allclose(found.std(0), true.std(0), rtol=0.25)
  assert np.corrcoef(found[:, 0], found[:, 2])[0, 1] > 0.7

  # and how it resembles its neighbour and the next but three.
  def correlations(image):
    fine = _fine(image)[..., 1]
    return [
      np.corrcoef(fine[inside], np.roll(fine, k, 1)[inside])[0, 1]
      for k in (1, 4)
    ]

  np.testing.assert_allclose(
    correlations(result), correlations(photo), atol=0.12
  )
  np.testing.assert_array_equal(result[shown == 0], photo[shown == 0])


def test_the_photo_determines_its_grain(large):
  photo, *arguments = large
  first, _ = _put_back(photo, *arguments)
  again, _ = _put_back(photo, *arguments)
  np.testing.assert_array_equal(again, first)


def test_grain_that_is_kept_stays_in_its_place(large):
  """From frame to frame, wherever the window of the face begins."""
  photo, crop, blend, transform, landmarks = large
  moved = transform.copy()
  moved[:, 2] += moved[:, :2] @ [3, 2]  # The face comes 3 px to the left.
  boiling = np.roll(photo, (40, 40), (0, 1))
  kept = skin_grain.Grain()

  def added(image, transform, grain):
    waxen, _ = _put_back(image, crop, blend, transform)
    result, shown = _put_back(image, crop, blend, transform, landmarks, grain)
    return result.astype(int) - waxen, shown == 255

  first, inside = added(photo, transform, kept)
  second, also = added(boiling, moved, kept)
  fresh, _ = added(boiling, moved, None)
  inside &= also

  def correlation(a, b):
    return np.corrcoef(a[inside].ravel(), b[inside].ravel())[0, 1]

  assert first[inside].std() > 1
  assert correlation(first, second) > 0.9
  assert correlation(first, fresh) < 0.3


def test_no_grain_without_grain_or_skin_to_judge(large):
  photo, crop, blend, transform, landmarks = large
  smooth = cv2.GaussianBlur(photo, (0, 0), 6)
  for hidden in (blend, np.ones_like(blend)):
    source = photo if hidden.min() == 1 else smooth
    waxen, _ = _put_back(source, crop, hidden, transform)
    result, _ = _put_back(source, crop, hidden, transform, landmarks)
    assert np.abs(result.astype(int) - waxen).mean() < 0.1


def test_what_lies_beside_the_face_has_no_grain(large):
  photo, crop, _, transform, landmarks = large
  blend = np.zeros((SIZE, SIZE), np.float32)
  blend[25:60, 3:61] = 1
  waxen, _ = _put_back(photo, crop, blend, transform)
  result, shown = _put_back(photo, crop, blend, transform, landmarks)
  added = np.abs(result.astype(int) - waxen).mean(axis=2)
  points = np.round(landmarks[:, :2]).astype(np.int32)
  face = cv2.fillConvexPoly(np.zeros_like(shown), cv2.convexHull(points), 1)
  below = np.arange(len(shown))[:, None] > points[:, 1].max()
  far = cv2.dilate(face, np.ones((99, 99))) == 0
  beside = (shown == 255) & far & ~below
  assert beside.sum() > 1000 and added[beside].max() <= 1
  assert added[(shown == 255) & (face > 0)].mean() > 1


def test_white_has_no_grain(large):
  photo, crop, blend, transform, landmarks = large
  white = np.full_like(crop, 255)
  result, shown = _put_back(photo, white, blend, transform, landmarks)
  assert result[shown == 255].min() == 255
