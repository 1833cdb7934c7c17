import numpy as np
import pytest

from maskgan_jax.masks import contact_sheet


def record_of(landmarks, **params):
  given = {"mask_type": "cloth", "wear": "low", "pattern": "dots"}
  given |= {"texture": ""} | params
  return {"faces": [{"params": given, "landmarks": landmarks.tolist()}]}


@pytest.mark.parametrize(
  ("texture", "second"),
  [("", "dots"), ("/a/b/roses.png", "roses.png"), ("C:\\b\\ö.png", "ö.png")],
)
def test_names(landmarks, texture, second):
  params = record_of(landmarks, texture=texture)["faces"][0]["params"]
  assert contact_sheet.names(params) == ["cloth, low", second]


def test_a_tile_shows_the_face_and_the_names_below_it(landmarks, photo):
  tiles = [
    contact_sheet.tile(photo, record_of(landmarks, wear=wear))
    for wear in ("low", "chin")
  ]
  side, label = contact_sheet.SIDE, contact_sheet.LABEL
  assert tiles[0].shape == (side + label, side, 3)
  np.testing.assert_array_equal(tiles[0][:side], tiles[1][:side])
  assert (tiles[0][side:] > 128).any()
  assert (tiles[0][side:] != tiles[1][side:]).any()


def test_rows_of_eight():
  tile = np.full((4, 5, 3), 9, np.uint8)
  assert contact_sheet.sheet([tile] * 3).shape == (4, 15, 3)
  whole = contact_sheet.sheet([tile] * 9)
  assert whole.shape == (8, 40, 3)
  assert (whole[:4] == 9).all() and not whole[4:, 5:].any()
