import cv2
import numpy as np
import pytest

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.sources import pairs
from maskgan_jax.datasets.masked_faces.stages import align_pair
from maskgan_jax.faces import alignment, finder
from maskgan_jax.photos import coding
from tests import pictures

SIZE = 128


@pytest.fixture(scope="module")
def bare(dummy_data):
  picture = photos.read(dummy_data / "train_person0.jpg")
  return cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_AREA)


def _truth():
  mask = np.zeros((SIZE, SIZE), np.uint8)
  cv2.ellipse(mask, (64, 85), (28, 22), 0, 0, 360, 255, -1)
  return mask


def _wear(bare):
  masked = bare.copy()
  masked[_truth() > 0] = (90, 140, 200)
  return masked


def _recoded(image, quality):
  options = [cv2.IMWRITE_JPEG_QUALITY, quality]
  return cv2.imdecode(cv2.imencode(".jpg", image, options)[1], 1)


def _iou(first, second):
  return (first & second).sum() / (first | second).sum()


@pytest.mark.parametrize("quality", [95, 60])
def test_difference_mask_finds_the_mask(bare, quality):
  masked = _recoded(_wear(bare), quality)
  found = align_pair.difference_mask(masked, _recoded(bare, quality))
  assert set(np.unique(found)) == {0, 255}
  assert _iou(found > 0, _truth() > 0) > 0.93
  assert align_pair.misalignment(masked, bare, found) is None


def test_difference_mask_fills_holes_and_drops_specks(bare):
  masked = _wear(bare)
  masked[80:90, 60:70] = bare[80:90, 60:70]
  masked[5:8, 5:8] = 255 - masked[5:8, 5:8]
  found = align_pair.difference_mask(masked, bare)
  assert found[85, 65] == 255
  assert found[6, 6] == 0


def test_equal_pictures_have_no_mask(bare):
  assert not align_pair.difference_mask(bare, bare).any()
  assert (
    align_pair.misalignment(bare, bare, np.zeros((SIZE,) * 2, np.uint8)) is None
  )


@pytest.mark.parametrize("degrees, scale", [(5, 1.0), (0, 1.04)])
@pytest.mark.parametrize("given", [False, True])
def test_turned_and_scaled_pairs_are_refused(bare, degrees, scale, given):
  turn = cv2.getRotationMatrix2D((64, 64), degrees, scale)
  masked = cv2.warpAffine(
    _wear(bare), turn, (SIZE, SIZE), borderMode=cv2.BORDER_REFLECT_101
  )
  mask = _truth() if given else align_pair.difference_mask(masked, bare)
  assert align_pair.misalignment(masked, bare, mask)


@pytest.mark.parametrize("pixels", [2, 5])
def test_shifted_pairs_are_refused(bare, pixels):
  masked = np.roll(_wear(bare), pixels, axis=1)
  found = align_pair.difference_mask(masked, bare)
  reason = align_pair.misalignment(masked, bare, found)
  assert "shifted" in reason or "off the mask" in reason


def test_pictures_of_different_scenes_are_refused(bare, dummy_data):
  other = photos.read(dummy_data / "test_person37.jpg")
  other = cv2.resize(other, (SIZE, SIZE))[::-1]
  found = align_pair.difference_mask(other, bare)
  assert align_pair.misalignment(other, bare, found)


def test_other_colours_are_refused(bare):
  # A given mask says where the mask is, and the rest differs all the same.
  masked = np.clip(_wear(bare).astype(int) + 9, 0, 255).astype(np.uint8)
  reason = align_pair.misalignment(masked, bare, _truth())
  assert reason == "what no mask hides is coloured otherwise (by 9 of 255)"


def test_a_difference_nearly_everywhere_is_refused(bare):
  reason = align_pair.misalignment(
    bare, bare, np.full((SIZE,) * 2, 255, np.uint8)
  )
  assert reason == "the two pictures differ nearly everywhere (1.00 of them)"


def _source(tmp_path, masked, bare, mask=None):
  for name, picture in (("in", masked), ("out", bare), ("mask", mask)):
    if picture is not None:
      (tmp_path / name).mkdir()
      (tmp_path / name / "p.png").write_bytes(pictures.encode(picture))
  return pairs.Pairs(
    str(tmp_path / "in"),
    str(tmp_path / "out"),
    mask_dir=None if mask is None else str(tmp_path / "mask"),
  )


def _align(source, size=SIZE, person="x"):
  item = source.items()[0][0]._replace(person_id=person)
  return align_pair.align_pair(item, source=source, size=size)


def test_pictures_of_the_right_size_are_kept_as_they_are(tmp_path, bare):
  face = _align(_source(tmp_path, _wear(bare), bare))
  overlay = coding.rgba(face.overlay)
  np.testing.assert_array_equal(overlay[..., :3], _wear(bare))
  assert overlay[..., 3].min() == 255
  np.testing.assert_allclose(face.transform, np.eye(2, 3))
  assert face.valid == coding.png(np.full((SIZE, SIZE), 255, np.uint8))


def test_given_masks_are_taken(tmp_path, bare):
  mask = cv2.dilate(_truth(), np.ones((5, 5)))
  face = _align(_source(tmp_path, _wear(bare), bare, mask))
  np.testing.assert_array_equal(coding.grey(face.alpha), mask)


def test_oblong_pictures_are_filled_up_to_the_square(tmp_path, bare):
  cut = np.s_[:, 16:-16]
  source = _source(tmp_path, _wear(bare)[cut], bare[cut])
  face = _align(source, size=64)
  valid = coding.grey(face.valid) > 0
  assert valid[:, 9:-9].all()
  assert not valid[:, :7].any()
  assert not valid[:, -7:].any()


def test_a_pair_without_a_mask_is_bare(tmp_path, bare):
  face = _align(_source(tmp_path, bare, bare))
  assert not coding.grey(face.alpha).any()
  assert not coding.rgba(face.overlay).any()


def test_small_pictures_are_not_enlarged(tmp_path, bare):
  face = _align(_source(tmp_path, _wear(bare), bare), size=2 * SIZE)
  assert coding.rgb(face.image).shape == bare.shape


def test_the_bare_picture_says_where_the_face_is(tmp_path, dummy_data):
  picture = photos.read(dummy_data / "train_person0.jpg")
  (tmp_path / "large").mkdir()
  face = _align(_source(tmp_path / "large", picture, picture))
  found = finder.largest_face(picture)
  np.testing.assert_allclose(
    face.landmarks[:, :2] / SIZE,
    found[:, :2] / max(picture.shape),
    atol=0.01,
  )
  assert face.face_width == pytest.approx(alignment.face_width(found), rel=0.03)


def test_pairs_without_a_face_that_is_found_are_kept(tmp_path):
  noise = np.random.default_rng(0).integers(0, 255, (SIZE, SIZE, 3), np.uint8)
  face = _align(_source(tmp_path, noise, noise), person=None)
  assert np.isnan(face.landmarks).all() and np.isnan(face.face_width)
  assert face.landmarks.shape == (468, 3) and face.embedding is None


def test_the_bare_picture_says_who_it_is(tmp_path, bare):
  source = _source(tmp_path, _wear(bare), bare)
  found = _align(source, person=None).embedding
  assert found.shape == (128,)
  smaller = _align(source, person=None, size=SIZE // 2).embedding
  np.testing.assert_array_equal(found, smaller)


def test_unreadable_and_misaligned_pairs_are_skipped(tmp_path, bare):
  source = _source(tmp_path, np.roll(_wear(bare), 5, axis=0), bare)
  assert isinstance(_align(source), sources.Skipped)
  (tmp_path / "in" / "p.png").write_text("no picture")
  assert "not a readable picture" in _align(source).reason
