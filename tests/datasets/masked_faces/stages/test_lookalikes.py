import numpy as np

from maskgan_jax.datasets.masked_faces.stages import lookalikes


def _at(degrees):
  radians = np.deg2rad(degrees)
  return np.array([np.cos(radians), np.sin(radians)], np.float32)


def test_pairs_across_splits_one_for_two_people():
  faces = [_at(0), _at(10), _at(65), _at(60), None, _at(62), _at(180)]
  people = ["Ann", "Ann", "Bob", "Bob", "Bob", "Cid", "Dan"]
  splits = ["train", "train", "test", "test", "test", "test", "train"]
  found = lookalikes.find(faces, people, splits)
  # Bob and Cid are in one split, and Dan is like nobody.
  assert [(pair.first, pair.second) for pair in found] == [(1, 3), (1, 5)]
  np.testing.assert_allclose(
    [pair.cosine for pair in found],
    np.cos(np.deg2rad([50, 52])),
    rtol=1e-5,
  )


def test_the_threshold_is_sfaces():
  limit = np.rad2deg(np.arccos(lookalikes.COSINE))
  for degrees, count in ((limit - 0.1, 1), (limit + 0.1, 0)):
    found = lookalikes.find(
      [_at(0), _at(degrees)], ["a", "b"], ["train", "test"]
    )
    assert len(found) == count


def test_what_is_in_no_split_is_left_out():
  assert not lookalikes.find([_at(0)] * 2, ["a", "b"], ["train", ""])
  assert not lookalikes.find([None], ["a"], ["train"])


def test_the_sheet_shows_so_many_pairs_at_most():
  shown = []

  def image_of(index):
    shown.append(index)
    return np.full((64, 64, 3), index, np.uint8)

  pair = lookalikes.Pair(0.4, 1, 2)
  one = lookalikes.sheet([pair], image_of)
  assert one.shape == (130, 232, 3)
  assert (one[18:, :112] == 1).all() and (one[18:, 112:224] == 2).all()
  assert one[:18].min() < 100  # The number.
  many = lookalikes.sheet([pair] * 100, image_of)
  assert many.shape == (10 * 130, 6 * 232, 3)
  assert len(shown) == 2 + 2 * lookalikes.SHOWN
  # The last row is filled up.
  assert (lookalikes.sheet([pair] * 7, image_of)[130:, 224:] == 255).all()
