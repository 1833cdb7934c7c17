import pathlib

import cv2
import matplotlib
import numpy as np
import pytest

from maskgan_jax import photos, unmasking
from maskgan_jax.common import errors
from maskgan_jax.faces import alignment, expression, finder
from maskgan_jax.unmasking import backends, face_finder, mask_report
from tests.fakes import landmarker

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)
SIZE = 64


class FakeNetworks:
  """Finds a mask on the lower third and predicts one colour beneath it."""

  image_size = SIZE
  structure = True
  hidden_reach = 0.0
  landmark_size = 0
  weights_sha256 = "abc"

  def __init__(self, area=slice(40, 60), colour=(10, 200, 30)):
    self.max_batch = 8
    self.batches, self.shown = [], []
    self._area = area
    self._colour = np.array(colour, np.uint8)

  def __call__(self, crops, given=None, landmarks=None):
    self.batches.append(len(crops))
    self.shown += list(landmarks)
    assert landmarks.shape == (len(crops), 468, 3)
    assert given is None or given.shape == (len(crops), SIZE, SIZE, 1)
    probability = np.zeros((len(crops), SIZE, SIZE, 1), np.float32)
    # What is more likely a mask than not is one; less is completed with it.
    probability[:, self._area, 12:32] = 0.4
    probability[:, self._area, 32:52] = 0.97
    predicted = np.broadcast_to(self._colour, crops.shape)
    return backends.Answer(predicted, probability)


@pytest.fixture
def make(monkeypatch):
  """Makes an Unmasker of FakeNetworks."""

  def make(**arguments):
    fake = FakeNetworks(**arguments)
    monkeypatch.setattr(backends, "load", lambda *_: fake)
    return unmasking.Unmasker()

  return make


@pytest.fixture(scope="module")
def photo():
  """Real, and small, so that each of its pixels is about one of the crop."""
  return cv2.resize(photos.read(HOPPER), (102, 121), cv2.INTER_AREA)


@pytest.fixture(scope="module")
def transform(photo):
  return alignment.crop_transform(finder.largest_face(photo), SIZE)


def _group(count):
  """So many copies of a portrait in a row."""
  photo = cv2.resize(photos.read(HOPPER), (205, 242), cv2.INTER_AREA)
  return np.concatenate([photo] * count, axis=1)


def test_unmask_changes_the_mask_alone(make, photo, transform):
  before = photo.copy()
  result = make().unmask(photo, faces="largest")
  np.testing.assert_array_equal(photo, before)
  [face] = result.faces
  assert result.found_mask and face.found_mask
  assert face.mask_share == pytest.approx(20 * 20 / SIZE**2)
  assert face.crop.shape == face.predicted.shape == (SIZE, SIZE, 3)
  np.testing.assert_allclose(face.transform, transform)
  crop, _ = alignment.warp(photo, transform, SIZE)
  np.testing.assert_array_equal(face.crop, crop)
  changed = (result.image != photo).any(axis=2)
  assert result.mask.shape == photo.shape[:2]
  assert not changed[result.mask == 0].any()
  assert changed[result.mask > 230].all()
  # The mask of the photo is that of the crop, put back.
  grown, _ = alignment.warp(result.mask, transform, SIZE)
  assert grown[42:58, 16:48].min() > 250
  assert grown[:30].max() == 0


def test_a_crop_that_cuts_the_mask_is_widened_once(make, photo, transform):
  # Its lower edge is mask on 20 of 64 pixels, however wide it is.
  unmasker = make(area=slice(34, SIZE))
  [face] = unmasker.unmask(photo, faces="largest").faces
  assert unmasker.networks.batches == [1, 1]
  scale = alignment.enlargement(face.transform) / alignment.enlargement(
    transform
  )
  assert scale == pytest.approx(0.8)
  # The upper middle stays in its place, more is seen below.
  place = np.linalg.solve(transform[:, :2], [32, 12.8] - transform[:, 2])
  again = face.transform[:, :2] @ place + face.transform[:, 2]
  np.testing.assert_allclose(again, [32, 12.8], atol=0.01)
  crop, _ = alignment.warp(photo, face.transform, SIZE)
  np.testing.assert_array_equal(face.crop, crop)


class _NarrowNetworks(FakeNetworks):
  """The mask is a tenth of the crop's width where it reaches its lower edge."""

  def __call__(self, *arguments):
    answer = super().__call__(*arguments)
    answer.probability[:, 48:, :, :] = 0
    answer.probability[:, 48:, 29:36] = 0.97
    return answer


def test_a_tip_beyond_the_crop_is_completed_by_a_wider_one(
  monkeypatch, photo, transform
):
  networks = _NarrowNetworks(area=slice(34, SIZE))
  monkeypatch.setattr(backends, "load", lambda *_: networks)
  unmasker = unmasking.Unmasker()
  result = unmasker.unmask(photo, faces="largest")
  [face] = result.faces
  assert networks.batches == [1, 1]
  assert not face.widened and face.beneath.widened
  assert face.beneath.report == face.report
  # Below the plain crop's lower edge, and across it.
  down = alignment.warp(
    result.mask, transform + np.float32([[0, 0, 0], [0, 0, -8]]), SIZE
  )[0]
  assert down[44:60, 32].min() > 200
  changed = (result.image != photo).any(axis=2)
  assert not changed[result.mask == 0].any()


def test_another_sample_takes_what_was_found(make, photo, monkeypatch):
  unmasker = make(area=slice(34, SIZE))
  found = unmasker.find(photo, "largest")
  likely = unmasker.complete(photo, found)
  assert likely[0].widened
  expected = unmasker.complete(photo, found, sample=1)

  def fail(*_):
    raise AssertionError("nothing is aligned or found again")

  monkeypatch.setattr(alignment, "warp", fail)
  monkeypatch.setattr(face_finder, "find_faces", fail)
  unmasker.networks.batches.clear()
  other = unmasker.complete(photo, likely, sample=1)
  assert unmasker.networks.batches == [1]
  for name, value in vars(expected[0]).items():
    np.testing.assert_array_equal(getattr(other[0], name), value)


def test_a_mask_that_leaves_the_photo_is_not_cut_by_the_crop(make, photo):
  unmasker = make(area=slice(40, SIZE))
  unmasker.unmask(photo[:60], faces="largest")
  assert unmasker.networks.batches == [1]


def test_a_bare_face_is_returned_as_it_is(make, photo):
  # Under one per cent of the crop is not reported as a mask.
  result = make(area=slice(40, 41)).unmask(photo)
  assert not result.found_mask
  assert result.faces[0].mask_share == pytest.approx(20 / SIZE**2)
  np.testing.assert_array_equal(result.image, photo)
  assert not result.mask.any()


def test_every_face_of_a_group(make):
  group = _group(3)
  unmasker = make()
  result = unmasker.unmask(group)
  assert unmasker.networks.batches == [3]
  assert len(result.faces) == 3
  for person in range(3):
    part = np.s_[:, person * 205 : (person + 1) * 205]
    assert (result.mask[part] > 250).mean() > 0.02
    changed = (result.image[part] != group[part]).any(axis=2)
    assert changed[result.mask[part] > 250].mean() > 0.99
  centres = sorted(face.box[0] + face.box[2] / 2 for face in result.faces)
  np.testing.assert_allclose(np.diff(centres), 205, atol=25)


def test_the_largest_face_alone(make):
  unmasker = make()
  result = unmasker.unmask(_group(3), faces="largest")
  assert unmasker.networks.batches == [1] and len(result.faces) == 1


def test_batches_have_a_limit(make, photo, monkeypatch):
  [face] = finder.find_faces(photo, "largest")
  monkeypatch.setattr(face_finder, "find_faces", lambda *_: [face] * 11)
  unmasker = make()
  assert len(unmasker.unmask(photo).faces) == 11
  assert unmasker.networks.batches == [8, 3]
  unmasker.networks.batches.clear()
  unmasker.networks.max_batch = 1
  unmasker.unmask(photo)
  assert unmasker.networks.batches == [1] * 11


def test_a_given_mask_decides(make, photo, transform):
  white = np.zeros((SIZE, SIZE), np.uint8)
  white[36:50, 20:44] = 255
  given = cv2.warpAffine(
    white, transform, photo.shape[1::-1], flags=cv2.WARP_INVERSE_MAP
  )
  result = make(area=slice(0, 0)).unmask(photo, mask=given)
  assert result.found_mask
  overlap = (result.faces[0].mask > 0.5) == (white > 127)
  assert overlap.mean() > 0.98
  changed = (result.image != photo).any(axis=2)
  assert changed[given > 200].mean() > 0.98
  assert not changed[result.mask == 0].any()


def test_a_given_mask_is_taken_whatever_its_size(make, photo, transform):
  given = np.zeros(photo.shape[:2], np.uint8)
  x, y = np.linalg.solve(transform[:, :2], [32, 44] - transform[:, 2]).round()
  given[int(y) : int(y) + 3, int(x) : int(x) + 3] = 255
  result = make(area=slice(0, 0)).unmask(photo, mask=given)
  assert result.faces[0].mask_share < 0.01
  assert result.faces[0].report.answer == "yes"
  assert (result.image != photo).any(axis=2)[given > 0].all()


def test_force_completes_what_is_not_reported(make, photo):
  unmasker = make(area=slice(40, 41))
  bare = unmasker.complete(photo, unmasker.find(photo))
  assert [face.report.answer for face in bare] == ["no"]
  forced = unmasker.unmask(photo, force=True)
  assert forced.found_mask and forced.faces[0].unsure
  assert (forced.image != photo).any()
  # Of completed faces, too.
  [again] = unmasker.complete(photo, bare, force=True)
  assert again.report == forced.faces[0].report


def test_a_widened_crop_keeps_the_report_of_the_plain_one(
  make, photo, monkeypatch
):
  reports = iter(
    [
      mask_report.MaskReport("unsure", 0.6, "a"),
      mask_report.MaskReport("yes", 0.9, "b"),
    ]
  )
  monkeypatch.setattr(mask_report, "of_probability", lambda *_: next(reports))
  [face] = make(area=slice(40, SIZE)).unmask(photo, faces="largest").faces
  assert face.widened and face.report.answer == "unsure" and face.unsure


def test_a_mask_lost_in_the_widened_crop_stays(make, photo, monkeypatch):
  reports = iter(
    [
      mask_report.MaskReport("yes", 0.9, "a"),
      mask_report.MaskReport("no", 0.1, "b"),
    ]
  )
  monkeypatch.setattr(mask_report, "of_probability", lambda *_: next(reports))
  [face] = make(area=slice(40, SIZE)).unmask(photo, faces="largest").faces
  assert not face.widened and face.report.answer == "yes"


@pytest.mark.parametrize(
  ("mask", "message"),
  [
    (np.ones((10, 20)), "The mask has 20x10 pixels, the photo 102x121"),
    (np.zeros((121, 102)), "The mask has no white. Paint white"),
    (np.eye(121, 102) * (np.arange(102) < 4), "lies on none of the faces"),
  ],
)
def test_masks_that_do_not_fit(make, photo, mask, message):
  with pytest.raises(errors.UserError, match=message):
    make().unmask(photo, mask=mask)


def test_the_networks_draw_along_the_landmarks_of_the_crop(make, photo):
  unmasker = make()
  [face] = unmasker.unmask(photo, faces="largest").faces
  [shown] = unmasker.networks.shown
  expected = alignment.transform_landmarks(face.landmarks, face.transform)
  np.testing.assert_array_equal(shown, expected)
  # In a widened crop they lie elsewhere.
  wider = make(area=slice(34, SIZE))
  [face] = wider.unmask(photo, faces="largest").faces
  plain, widened = wider.networks.shown
  np.testing.assert_array_equal(plain, expected)
  moved = alignment.transform_landmarks(face.landmarks, face.transform)
  np.testing.assert_array_equal(widened, moved)
  assert np.ptp(widened[:, 0]) < 0.9 * np.ptp(plain[:, 0])


def test_one_of_several_completions(make, photo):
  unmasker = make()
  for sample in (0, 1, 1, 2):
    unmasker.unmask(photo, sample=sample)
  likely, first, again, second = unmasker.networks.shown
  np.testing.assert_array_equal(first, again)
  np.testing.assert_array_equal(first, expression.draw(likely, 1))
  for one, other in ((likely, first), (likely, second), (first, second)):
    assert np.abs(one - other).max() > 0.1


@pytest.mark.parametrize("name", expression.NAMED)
def test_an_expression_that_is_asked_for(make, photo, name):
  unmasker = make()
  found = unmasker.find(photo, "largest")
  for options in ({}, {"expression": name}, {"expression": name, "sample": 2}):
    unmasker.complete(photo, found, **options)
  likely, asked, sample = unmasker.networks.shown
  wanted = expression.NAMED[name]
  np.testing.assert_array_equal(asked, expression.change(likely, wanted))
  assert np.abs(asked - likely).max() > 0.2
  np.testing.assert_array_equal(sample, expression.draw(asked, 2))


def test_networks_that_know_one_completion(make, photo):
  unmasker = make()
  unmasker.networks.structure = False
  unmasker.unmask(photo)
  unmasker.check_expression("likely", 0)
  for options in ({"sample": 1}, {"expression": "smile"}):
    with pytest.raises(
      errors.UserError,
      match="in one way. Leave --expression and --num_samples.*n.structure",
    ):
      unmasker.unmask(photo, **options)
  assert unmasker.networks.batches == [1]


def test_an_unknown_expression(make, photo):
  with pytest.raises(
    errors.UserError,
    match="expression is 'grin'; it must be one of likely, neutral, smile, lau",
  ):
    make().unmask(photo, expression="grin")


def test_what_lies_near_the_mask_is_completed_with_it(make, photo):
  plain, unmasker = make(), make()
  unmasker.networks.hidden_reach = 8 / SIZE
  narrow, wide = plain.unmask(photo), unmasker.unmask(photo)
  [face] = wide.faces
  assert face.hidden_reach == 8 / SIZE
  blend, of_plain = face.blend_mask, narrow.faces[0].blend_mask
  # The mask is at rows 40 to 59 and columns 12 to 51.
  np.testing.assert_allclose(blend[32:, 4:60], 1.0, rtol=1e-6)
  assert not blend[:29].any() and not blend[:, 63:].all()
  assert of_plain[36].max() == 0.0 and of_plain[40:60, 12:52].min() > 0.999
  # What is reported stays the mask that is found.
  np.testing.assert_array_equal(face.mask, narrow.faces[0].mask)
  assert face.mask_share == narrow.faces[0].mask_share
  changed, before = ((x.image != photo).any(axis=2) for x in (wide, narrow))
  assert changed.sum() > 1.5 * before.sum()
  assert not changed[wide.mask == 0].any()
  np.testing.assert_array_equal(
    wide.image[wide.mask == 0], photo[wide.mask == 0]
  )


def test_grey_stays_grey(make, photo):
  grey = np.repeat(photo[..., 1:2], 3, axis=2)
  result = make().unmask(grey)
  assert result.found_mask
  assert (result.image == result.image[..., :1]).all()
  assert (result.image != grey).any()


def test_no_face(make):
  with pytest.raises(errors.UserError, match="No face found. Give a photo"):
    make().unmask(np.full((200, 200, 3), 99, np.uint8))


def test_unknown_faces(make, photo):
  with pytest.raises(
    errors.UserError, match="'some'; it must be one of all, largest"
  ):
    make().unmask(photo, faces="some")


class Landmarking(landmarker.Landmarker, FakeNetworks):
  """FakeNetworks with a landmarker."""

  landmark_size = landmarker.Landmarker.landmark_size

  def __init__(self):
    landmarker.Landmarker.__init__(self)
    FakeNetworks.__init__(self)


@pytest.fixture
def landmarking(monkeypatch):
  """An Unmasker whose networks find landmarks on drawn faces."""
  shared = landmarker.Detector()
  monkeypatch.setattr(finder, "shared", lambda: shared)
  monkeypatch.setattr(backends, "load", lambda *_: Landmarking())
  return unmasking.Unmasker()


def _grain(image):
  return image - cv2.GaussianBlur(image.astype(np.float32), (0, 0), 2)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_turned_photos_are_completed_alike(landmarking, turn):
  # Four of its pixels are one of the crop: it gets grain.
  photo = landmarker.photo((160, 120, 200), angle=8)
  expected = landmarking.unmask(photo)
  turned = landmarking.unmask(np.ascontiguousarray(np.rot90(photo, turn)))
  image, mask = np.rot90(turned.image, -turn), np.rot90(turned.mask, -turn)
  assert expected.found_mask and (expected.mask > 250).mean() > 0.05
  difference = mask.astype(int) - expected.mask
  assert np.abs(difference).max() < 12
  np.testing.assert_array_equal(image[mask == 0], photo[mask == 0])
  inside = expected.mask > 250
  np.testing.assert_allclose(
    image[inside].mean(0), expected.image[inside].mean(0), atol=1
  )
  strength = _grain(expected.image)[inside].std()
  assert strength > 1
  assert _grain(image)[inside].std() == pytest.approx(strength, rel=0.1)
  [face], [upright] = turned.faces, expected.faces
  assert np.abs(face.crop.astype(int) - upright.crop).mean() < 1
  assert face.confidence == upright.confidence == pytest.approx(0.98)


def _painted(photo):
  """A mask by hand on the lower half of a face at (160, 100) of side 80."""
  mask = np.zeros(photo.shape[:2], bool)
  mask[100:140, 130:190] = True
  return mask


def test_a_given_mask_tells_where_a_face_is(landmarking):
  photo = landmarker.photo()
  mask = _painted(photo)
  with pytest.raises(errors.UserError, match="No face found. .* or a --mask"):
    landmarking.unmask(photo)
  result = landmarking.unmask(photo, mask=mask)
  [face] = result.faces
  assert face.landmarks is None and face.confidence == 0
  # What they draw along is not known, and so is no expression.
  assert np.isnan(landmarking.networks.shown).all()
  again = landmarking.unmask(photo, mask=mask, expression="smile", sample=1)
  assert np.isnan(landmarking.networks.shown).all()
  np.testing.assert_array_equal(again.image, result.image)
  np.testing.assert_array_equal(face.box, [130, 100, 60, 40])
  # Wider than the mask, which lies in the middle, below the eyes.
  assert alignment.enlargement(face.transform) == pytest.approx(SIZE / 108)
  np.testing.assert_allclose(
    face.transform @ [160, 120, 1], [0.5 * SIZE, 0.68 * SIZE], atol=1e-4
  )
  changed = (result.image != photo).any(axis=2)
  assert changed[mask].mean() > 0.95
  assert not changed[result.mask == 0].any()


def test_a_given_mask_lies_on_a_face_that_is_not_sure(landmarking):
  landmarking.networks.sure = 0.4
  photo = landmarker.photo((160, 100, 80), (60, 100, 90))
  mask = _painted(photo)
  with pytest.raises(errors.UserError, match="at best 40% sure"):
    landmarking.unmask(photo)
  [face] = landmarking.unmask(photo, mask=mask).faces
  assert face.landmarks is not None
  assert face.confidence == pytest.approx(0.4)
  np.testing.assert_allclose(face.box, [120, 60, 80, 80], atol=1)


def test_a_given_mask_is_checked_first(landmarking):
  photo = landmarker.photo()
  with pytest.raises(errors.UserError, match="The mask has no white"):
    landmarking.find(photo, mask=np.zeros(photo.shape[:2]))


def test_a_missing_run(tmp_path):
  with pytest.raises(errors.UserError, match="run"):
    unmasking.Unmasker(str(tmp_path / "run"))
