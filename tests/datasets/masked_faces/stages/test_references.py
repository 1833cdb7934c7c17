import numpy as np
import pytest

from maskgan_jax.datasets.masked_faces.stages import references


def _picture(seed):
  return np.random.default_rng(seed).integers(0, 256, (32, 64), np.uint8)


def _mixed(first, second, share):
  mixed = share * first.astype(float) + (1 - share) * second
  return mixed.astype(np.uint8)


def test_references_are_other_photos_of_the_person():
  found = references.find(
    ["c", "a", "b", "d", "e", "f"],
    ["p", "p", "q", "p", "p", "p"],
    [_picture(i) for i in range(6)],
    [[0, 1, 3], [2, 4]],
  )
  assert found == [("a", "d"), ("c", "d"), (), ("a", "c"), (), ()]


@pytest.mark.parametrize("share, found", [(0.75, ()), (0.65, ("b",))])
def test_shots_of_one_sitting_are_left_out(share, found):
  first, other = _picture(0), _picture(1)
  second = _mixed(first, other, share)
  correlation = np.corrcoef(first.ravel(), second.ravel())[0, 1]
  assert (correlation > 0.93) == (not found)
  # Neither light nor contrast makes another sitting.
  darker = (second * 0.5 + 20).astype(np.uint8)
  for shot in (second, darker):
    names, people = ["a", "b"], ["p", "p"]
    references_ = references.find(names, people, [first, shot], [[0, 1]])
    assert references_[0] == found


def test_flat_pictures_are_no_sitting():
  flat = np.full((32, 64), 80, np.uint8)
  found = references.find(["a", "b"], ["p", "p"], [flat, flat], [[0, 1]])
  assert found == [("b",), ("a",)]


@pytest.mark.parametrize("size", [64, 200])
def test_the_lower_face_is_the_lower_half_in_grey(size):
  image = np.zeros((size, size, 3), np.uint8)
  image[size // 2 :] = (50, 100, 200)
  found = references.lower_face(image)
  assert found.shape == (32, 64) and found.dtype == np.uint8
  assert set(np.unique(found[1:])) == {96}
