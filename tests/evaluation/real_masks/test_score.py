import hashlib
import json
import re
import types

import numpy as np
import pytest
from PIL import Image

from maskgan_jax.common import errors
from maskgan_jax.evaluation.real_masks import score as score_lib
from maskgan_jax.faces import anatomy

SIZE = 64
# From photo to crop: half the size, moved by 8 px.
TRANSFORM = np.array([[0.5, 0, 8], [0, 0.5, 8]], np.float32)


def test_a_polygon_comes_to_lie_in_the_crop():
  square = [[16, 16], [63, 16], [63, 63], [16, 63]]
  found = score_lib.polygon(square, TRANSFORM, SIZE)
  expected = np.zeros((SIZE, SIZE), bool)
  expected[16:40, 16:40] = True
  # Its edge may take half a pixel more or less.
  assert (found ^ expected).sum() <= 4 * 25
  assert found[17:39, 17:39].all() and not found[:15].any()


@pytest.fixture
def annotated(tmp_path, monkeypatch):
  """Two photos, one of them outlined: a body, and a strap beside it."""
  for name, grey in (("a.png", 10), ("b.png", 20)):
    pixels = np.full((128, 128, 3), grey, np.uint8)
    Image.fromarray(pixels).save(tmp_path / name)
  outline = {
    "width": 128,
    "height": 128,
    "body": [[16, 16], [63, 16], [63, 63], [16, 63]],
    "straps": [[[64, 16], [95, 16], [95, 20], [64, 20]]],
  }
  digest = hashlib.sha256((tmp_path / "a.png").read_bytes()).hexdigest()
  path = tmp_path / "annotations.json"
  path.write_text(json.dumps({digest: outline}))
  monkeypatch.setattr(score_lib, "ANNOTATIONS", path)
  monkeypatch.setattr(anatomy, "yaw", lambda landmarks: 30.0)
  return tmp_path, outline


def _digests(path):
  return json.loads(path.read_text())


def unmasker(mask):
  face = types.SimpleNamespace(mask=mask, transform=TRANSFORM, landmarks=None)
  return types.SimpleNamespace(
    find=lambda image, faces: [face], complete=lambda image, faces: faces
  )


def test_straps_do_not_count(annotated):
  folder, outline = annotated
  body = score_lib.polygon(outline["body"], TRANSFORM, SIZE)
  strap = score_lib.polygon(outline["straps"][0], TRANSFORM, SIZE)
  for mask in (body, body | strap):
    (one,) = score_lib.score(unmasker(mask.astype(np.float32)), folder)
    assert (one.name, one.iou, one.yaw) == ("a.png", 1.0, 30.0)
  (half,) = score_lib.score(unmasker(0.4 * body), folder)
  assert half.iou == 0.0


def test_to_find_nothing_where_nothing_is_seen_is_right(annotated):
  folder, outline = annotated
  path = score_lib.ANNOTATIONS
  away = [[1000, 1000], [1001, 1000], [1001, 1001]]
  outlines = {digest: outline | {"body": away} for digest in _digests(path)}
  path.write_text(json.dumps(outlines))
  [score] = score_lib.score(unmasker(np.zeros((SIZE, SIZE))), folder)
  assert score.iou == 1


def test_what_lies_beside_the_photo_does_not_count(annotated):
  folder, outline = annotated
  mask = score_lib.polygon(outline["body"], TRANSFORM, SIZE).astype(np.float32)
  mask[:6] = mask[:, :6] = 1  # The photo begins at 8.
  [score] = score_lib.score(unmasker(mask), folder)
  assert score.iou == 1


def test_a_folder_of_other_photos_is_refused(annotated):
  folder, _ = annotated
  (folder / "a.png").unlink()
  with pytest.raises(errors.UserError, match="none of its photos is one of"):
    score_lib.score(unmasker(np.zeros((SIZE, SIZE))), folder)


def test_a_face_that_is_not_found_counts_as_missed(annotated):
  folder, _ = annotated

  def find(image, faces):
    raise errors.UserError("No face found.")

  blind = types.SimpleNamespace(find=find, complete=None)
  (one,) = score_lib.score(blind, folder)
  assert (one.iou, one.yaw) == (0.0, None)
  row = score_lib.table([one]).splitlines()[2 + (one.half == "odd")]
  assert row == f"| {one.half} | 1 | 0.000 | 1 | - | - | 1 |"


def test_the_halves_follow_the_photos_hashes():
  halves = [score_lib.Score("", x, 1.0, 0.0).half for x in "0179abef"]
  assert halves == [
    *("even", "odd", "odd", "odd", "even", "odd", "even", "odd")
  ]


def test_the_table_keeps_even_and_odd_apart():
  scores = [
    score_lib.Score("a", "2", 0.9, 5.0),
    score_lib.Score("c", "e", 0.7, 30.0),
    score_lib.Score("b", "f", 0.6, -40.0),
  ]
  even, odd = score_lib.table(scores).splitlines()[2:]
  assert even == "| even | 2 | 0.800 | 0 | 0.900 (n 1) | 0.700 (n 1) | 0 |"
  assert odd == "| odd | 1 | 0.600 | 1 | - | 0.600 (n 1) | 0 |"
  # A photo's half is its own, whatever others are there.
  assert score_lib.table(scores[2:]).splitlines()[3] == odd


def test_outlines_hold_coordinates_alone():
  outlines = json.loads(score_lib.ANNOTATIONS.read_text())
  assert len(outlines) == 40
  for digest, outline in outlines.items():
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert set(outline) == {"width", "height", "body", "straps"}
    limit = np.array([outline["width"], outline["height"]])
    for points in (outline["body"], *outline["straps"]):
      points = np.array(points)
      assert points.ndim == 2 and len(points) >= 3
      assert (points >= -1).all() and (points <= limit + 1).all()
