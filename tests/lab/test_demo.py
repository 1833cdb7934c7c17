import pathlib
import types

import cv2
import matplotlib
import numpy as np
import pytest
from PIL import Image

from maskgan_jax import masks, photos, unmasking
from maskgan_jax.common import errors
from maskgan_jax.faces import alignment, anatomy, finder
from maskgan_jax.lab import demo
from maskgan_jax.unmasking import completed_face
from tests import pictures

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)
UPPER_LIP = 13


@pytest.fixture(scope="module")
def photo():
  return cv2.resize(photos.read(HOPPER), (205, 242), cv2.INTER_AREA)


@pytest.mark.parametrize("seed", range(6))
def test_a_mask_covers_the_mouth_and_leaves_the_eyes(photo, seed):
  landmarks = finder.largest_face(photo)
  masked = demo.draw_mask(photo, seed)
  assert masked.shape == photo.shape and masked.dtype == np.uint8
  changed = (masked != photo).any(axis=2)
  x, y = np.round(landmarks[UPPER_LIP, :2]).astype(int)
  assert changed[y - 2 : y + 3, x - 2 : x + 3].mean() > 0.9
  eyes = anatomy.eye_centres(landmarks)
  for x, y in np.round(eyes).astype(int):
    assert not changed[y - 3 : y + 1, x - 2 : x + 3].any()
  # Straps reach the ears and a bandana hangs below the chin, no further.
  left, right = landmarks[:, 0].min(), landmarks[:, 0].max()
  top, chin = landmarks[:, 1].min(), landmarks[anatomy.CHIN, 1]
  width, height = right - left, chin - top
  rows, columns = np.nonzero(changed)
  assert rows.min() > top
  assert rows.max() < chin + 0.8 * height
  assert columns.min() > left - 0.4 * width
  assert columns.max() < right + 0.4 * width


def test_the_seed_determines_the_mask(photo):
  first = demo.draw_mask(photo, 1)
  np.testing.assert_array_equal(demo.draw_mask(photo, 1), first)
  assert (demo.draw_mask(photo, 2) != first).any()


def test_no_face():
  with pytest.raises(errors.UserError, match="No face found"):
    demo.draw_mask(np.full((200, 200, 3), 99, np.uint8), 0)


def test_demonstrate_writes_three_pictures_side_by_side(photo, tmp_path):
  # Whatever the networks make of it: here they darken it.
  class Darkener:
    def unmask(self, image, faces):
      assert faces == "largest"
      return unmasking.UnmaskResult(image // 2, (), image[..., 0])

  path = tmp_path / "photo.png"
  path.write_bytes(pictures.encode(photo))
  output = tmp_path / "demo"
  written = list(demo.demonstrate(Darkener(), {"hopper": path}, output))
  assert written == [output / "hopper.png"]
  with Image.open(written[0]) as picture:
    assert "TrainedAlgorithmicMedia" in picture.info["XML:com.adobe.xmp"]
    thirds = np.split(np.asarray(picture), 3, axis=1)
  masked = demo.draw_mask(photo, 0)
  for third, expected in zip(thirds, (photo, masked, masked // 2), strict=True):
    np.testing.assert_array_equal(third, expected)


def test_demonstrate_names_the_photo_without_a_face(tmp_path):
  path = tmp_path / "grey.png"
  path.write_bytes(pictures.encode(np.full((200, 200, 3), 99, np.uint8)))
  with pytest.raises(errors.UserError, match="grey.png: No face found"):
    list(demo.demonstrate(None, {"grey": path}, tmp_path / "demo"))


def test_a_sheet_has_each_expression(photo, tmp_path, monkeypatch):
  asked = []

  class Unmasker:
    def find(self, image, faces):
      assert faces == "largest"
      return []

    def complete(self, image, faces, *, expression):
      asked.append(expression)
      return faces

  def lay_back(image, faces):
    grey = np.full_like(image, 40 * len(asked))
    return unmasking.UnmaskResult(grey, faces, image[..., 0])

  monkeypatch.setattr(completed_face, "lay_back", lay_back)
  path = tmp_path / "photo.png"
  path.write_bytes(pictures.encode(photo))
  sheet = demo.expression_sheet(Unmasker(), [path])
  assert asked == ["likely", "neutral", "smile", "laugh"]
  masked, *others = np.split(sheet, 5, axis=1)
  assert masked.std() > 10
  assert [int(x.mean()) for x in others] == [40, 80, 120, 160]


def test_failures_are_the_worst_of_each_kind(photo, tmp_path, monkeypatch):
  # What is added to the face by each drawn mask; all of it stays.
  drawn = iter([("cloth", 10), ("n95", 40), ("cloth", 25), ("n95", 60)])
  hidden = np.zeros(photo.shape[:2], np.uint8)
  hidden[100:180, 60:140] = 1
  dark = photo // 2

  def draw(image, landmarks, rng):
    kind, added = next(drawn)
    masked = (image + added * hidden[..., None]).astype(np.uint8)
    params = types.SimpleNamespace(mask_type=kind)
    return masks.MaskedFace(masked, hidden, hidden, params)

  class Unmasker:
    def unmask(self, image, faces):
      if image.sum() - dark.sum() == 60 * 3 * hidden.sum():
        raise errors.UserError("No face found.")
      return unmasking.UnmaskResult(image, (), image[..., 0])

  monkeypatch.setattr(demo, "_TRIES", 4)
  monkeypatch.setattr(masks, "draw", draw)
  path = tmp_path / "photo.png"
  path.write_bytes(pictures.encode(dark))
  sheet = demo.failure_sheet(Unmasker(), [path]).astype(int)
  masked, completed = np.split(sheet, 2)
  np.testing.assert_array_equal(masked, completed)
  transform = alignment.crop_transform(
    finder.largest_face(dark), demo._SHEET_SIZE
  )
  bare, _ = alignment.warp(dark, transform, demo._SHEET_SIZE)
  added = [(x - bare).max() for x in np.split(masked, 2, axis=1)]
  np.testing.assert_allclose(added, [60, 25], atol=15)  # It rings a little.
