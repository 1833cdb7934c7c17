import pathlib
import types

import cv2
import matplotlib
import numpy as np
import pytest

from maskgan_jax import (
  errors,
  eval_step,
  evaluate,
  face_models,
  faces,
  images,
  photos,
  unmask,
)
from tests import pictures

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)
SIZE = 64


class FakeEvaluator:
  """Finds a mask on the lower third and predicts one colour beneath it."""

  def __init__(self, area=slice(40, 60), colour=(10, 200, 30)):
    self.run = types.SimpleNamespace(image_size=SIZE)
    self._area = area
    self._colour = np.array(colour, np.uint8)

  def __call__(self, masked_image, mask=None):
    probability = np.zeros((1, SIZE, SIZE, 1), np.float32)
    # What is more likely a mask than not is one; less is completed with it.
    probability[:, self._area, 12:32] = 0.4
    probability[:, self._area, 32:52] = 0.9
    hidden = images.completed_mask(probability)
    colour = np.broadcast_to(self._colour, masked_image.shape)
    predicted = np.asarray(images.to_float(colour))
    completed = images.complete(
      predicted, images.to_float(masked_image), hidden
    )
    return eval_step.Prediction(probability, predicted, completed)


@pytest.fixture(scope="module")
def photo():
  """Real, and small, so that each of its pixels is about one of the crop."""
  return cv2.resize(photos.read(HOPPER), (102, 121), cv2.INTER_AREA)


@pytest.fixture(scope="module")
def transform(photo):
  return faces.crop_transform(face_models.largest_face(photo), SIZE)


def _disc(radius=20):
  y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
  return (np.hypot(x, y) < radius).astype(np.float32)


def _in_photo(blend, transform, photo):
  flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
  return cv2.warpAffine(blend, transform, photo.shape[1::-1], flags=flags)


def test_put_back_leaves_the_rest_of_the_photo_alone(photo, transform):
  content = np.full((SIZE, SIZE, 3), [255, 0, 255], np.uint8)
  result = unmask.put_back(photo, content, _disc(), transform)
  share = _in_photo(_disc(), transform, photo)
  np.testing.assert_array_equal(result[share == 0], photo[share == 0])
  assert (result[share == 1] == [255, 0, 255]).all()
  assert result.dtype == np.uint8


def test_put_back_keeps_photo_and_blend(photo, transform):
  before, blend = photo.copy(), np.ones((SIZE, SIZE), np.float32)
  content = np.zeros((SIZE, SIZE, 3), np.uint8)
  unmask.put_back(photo, content, blend, transform)
  np.testing.assert_array_equal(photo, before)
  assert blend.min() == 1


def test_put_back_of_nothing_is_the_photo(photo, transform):
  content = np.zeros((SIZE, SIZE, 3), np.uint8)
  blend = np.zeros((SIZE, SIZE), np.float32)
  np.testing.assert_array_equal(
    unmask.put_back(photo, content, blend, transform), photo
  )


def test_a_crop_put_back_is_the_photo(photo):
  """The way there and back shifts nothing: checked on a turned crop."""
  smooth = cv2.GaussianBlur(photo, (0, 0), 2)
  turned = faces.similarity(1.1, 0.2, (50, 40), (SIZE / 2, SIZE / 2))
  crop, _ = faces.warp(smooth, turned, SIZE)
  result = unmask.put_back(smooth, crop, _disc(24), turned)
  share = _in_photo(_disc(24), turned, photo)
  difference = np.abs(result.astype(int) - smooth)[share > 0]
  assert difference.mean() < 1
  assert np.percentile(difference, 99) <= 3
  # Half a pixel beside its place it would not pass.
  beside = turned + [[0, 0, 0.5], [0, 0, 0.5]]
  result = unmask.put_back(smooth, crop, _disc(24), beside)
  assert np.abs(result.astype(int) - smooth)[share > 0].mean() > 1.5


def test_put_back_never_shows_the_border_of_the_crop(photo):
  """Beyond the crop nothing is known: it fades out before its edge."""
  turned = faces.similarity(1.0, 0.3, (50, 60), (SIZE / 2, SIZE / 2))
  content = np.full((SIZE, SIZE, 3), 255, np.uint8)
  blend = np.ones((SIZE, SIZE), np.float32)
  result = unmask.put_back(np.zeros_like(photo), content, blend, turned)
  inside = _in_photo(blend, turned, photo) > 0
  assert (result[~inside] == 0).all()
  assert result.max() == 255


def test_put_back_has_soft_edges(photo):
  """Enlarged fourfold, an edge is a slope of greys and not of steps."""
  larger = faces.similarity(0.25, 0.0, (50, 60), (SIZE / 2, SIZE / 2))
  content = np.full((SIZE, SIZE, 3), 255, np.uint8)
  blend = np.zeros((SIZE, SIZE), np.float32)
  blend[:, : SIZE // 2] = 1
  result = unmask.put_back(np.zeros_like(photo), content, blend, larger)
  [row] = {tuple(row) for row in result[20:100, 40:64, 0].tolist()}
  steps = -np.diff(np.array(row, int))
  assert row[0] == 255 and row[-1] == 0
  assert 0 <= steps.min() and steps.max() < 80


def test_unmask_changes_the_mask_alone(photo, transform):
  result = unmask.unmask(FakeEvaluator(), photo)
  assert result.found_mask
  assert result.crop.shape == result.completed_crop.shape == (SIZE, SIZE, 3)
  assert result.mask.shape == (SIZE, SIZE)
  crop, _ = faces.warp(photo, transform, SIZE)
  np.testing.assert_array_equal(result.crop, crop)
  assert (result.completed_crop[42:58, 14:50] == [10, 200, 30]).all()
  changed = (result.image != photo).any(axis=2)
  blend = images.blend_mask(images.completed_mask(result.mask[None, ..., None]))
  share = _in_photo(np.asarray(blend)[0, ..., 0], transform, photo)
  assert not changed[share == 0].any()
  assert changed[share > 0.9].all()


def test_a_bare_face_is_returned_as_it_is(photo):
  # Under one per cent of the crop is not reported as a mask.
  result = unmask.unmask(FakeEvaluator(slice(40, 41)), photo)
  assert not result.found_mask
  np.testing.assert_array_equal(result.image, photo)


def test_no_face():
  with pytest.raises(errors.UserError, match="No face found. Give a photo"):
    unmask.unmask(FakeEvaluator(), np.full((200, 200, 3), 99, np.uint8))


@pytest.fixture
def trained(monkeypatch):
  monkeypatch.setattr(evaluate, "Evaluator", lambda *_: FakeEvaluator())


def test_file(trained, tmp_path):
  output = tmp_path / "new" / "bare.png"
  result = unmask.unmask_file(HOPPER, output, "run")
  np.testing.assert_array_equal(photos.read(output), result.image)


def test_a_bare_face_writes_no_file(monkeypatch, tmp_path):
  bare = FakeEvaluator(slice(0, 0))
  monkeypatch.setattr(evaluate, "Evaluator", lambda *_: bare)
  unmask.unmask_file(HOPPER, tmp_path / "bare.png", "run")
  assert not list(tmp_path.iterdir())


def test_an_existing_output_is_kept(trained, tmp_path):
  output = tmp_path / "bare.png"
  output.write_text("precious")
  with pytest.raises(
    errors.UserError, match="bare.png exists. Give another --output, or remove"
  ):
    unmask.unmask_file(HOPPER, output, "run")
  assert output.read_text() == "precious"


def test_errors_name_the_file_at_fault(trained, tmp_path):
  grey = tmp_path / "grey.png"
  grey.write_bytes(pictures.encode(np.full((200, 200, 3), 99, np.uint8)))
  with pytest.raises(errors.UserError, match="grey.png: No face found"):
    unmask.unmask_file(grey, tmp_path / "bare.png", "run")
  with pytest.raises(errors.UserError, match="none.jpg: no such file"):
    unmask.unmask_file(tmp_path / "none.jpg", tmp_path / "bare.png", "run")
  with pytest.raises(errors.UserError, match="bare.gif: unknown kind"):
    unmask.unmask_file(HOPPER, tmp_path / "bare.gif", "run")


def test_a_missing_run_is_not_the_photos_fault(tmp_path):
  with pytest.raises(errors.UserError) as caught:
    unmask.unmask_file(HOPPER, tmp_path / "bare.png", str(tmp_path / "run"))
  assert str(tmp_path / "run") in str(caught.value)
  assert HOPPER.name not in str(caught.value)
