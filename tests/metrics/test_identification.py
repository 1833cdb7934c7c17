import json

import numpy as np
import pytest

from maskgan_jax.metrics import identification

PERSONS = np.array(["a", "a", "b", "b", "c"])


def _unit(*degrees):
  angles = np.radians(degrees)
  return np.stack([np.cos(angles), np.sin(angles)], axis=1)


GALLERY = _unit(0, 10, 90, 100, 170)


def test_true_faces_are_found_and_strangers_are_not():
  # The second version of each face points to a stranger.
  found = identification.measure(
    {"true": GALLERY, "turned": _unit(90, 90, 0, 0, 0)}, GALLERY, PERSONS
  )
  # Of c there is no other photo.
  assert (found["probes"], found["persons"], found["gallery"]) == (4, 2, 5)
  true, turned = found["true"], found["turned"]
  assert true["rank_1"]["mean"] == true["tar_at_far_1"]["mean"] == 1
  assert true["same_person"]["mean"] == pytest.approx(np.cos(np.radians(10)))
  assert true["other_people"] < true["threshold"] < 0.4
  assert turned["rank_1"]["mean"] == turned["tar_at_far_1"]["mean"] == 0
  assert turned["threshold"] == pytest.approx(1, abs=1e-3)


def test_a_photo_is_not_found_by_itself():
  # The two of a look like b and c, but for themselves.
  gallery = _unit(90, 180, 92, 272, 182)
  found = identification.measure({"true": gallery}, gallery, PERSONS)
  assert found["true"]["rank_1"]["mean"] == 0
  assert found["true"]["same_person"]["mean"] < 0.1


def test_the_threshold_lets_one_stranger_in_a_hundred_pass():
  rng = np.random.default_rng(0)
  gallery = rng.normal(size=(400, 8))
  gallery /= np.linalg.norm(gallery, axis=1, keepdims=True)
  persons = np.arange(400) // 2
  found = identification.measure({"x": gallery}, gallery, persons)["x"]
  cosines = gallery @ gallery.T
  others = persons[:, None] != persons
  share = (cosines[others] > found["threshold"]).mean()
  assert share == pytest.approx(0.01, abs=1e-4)
  # Of vectors that know nobody no more of the same people pass than of others.
  assert found["tar_at_far_1"]["mean"] < 0.03


def test_unknown_faces_are_left_out():
  probes = GALLERY.copy()
  probes[0] = np.nan  # Not searched with, but found.
  gallery = GALLERY.copy()
  gallery[3] = np.nan  # Leaves the other photo of b alone.
  found = identification.measure(
    {"true": gallery, "masked": probes}, gallery, PERSONS
  )
  assert (found["probes"], found["persons"], found["gallery"]) == (1, 1, 4)
  assert found["masked"]["rank_1"]["mean"] == 1


@pytest.mark.parametrize("count", [0, 1, 2])
def test_without_anybody_to_search_for_all_is_none(count):
  # Nobody, one photo, two photos of one person and nobody else.
  gallery = GALLERY[:count]
  found = identification.measure({"x": gallery}, gallery, PERSONS[:count])
  assert found["probes"] == 0 and set(found["x"].values()) == {None}
  assert json.dumps(found, allow_nan=False)


def test_the_sentence_claims_only_what_holds():
  plain = "A completed face makes nobody easier to identify."
  assert identification.sentence(None) == plain
  assert identification.sentence({"probes": 0}) == plain
  ranks = {"true": 0.9, "masked": 0.5, "completed": 0.6}
  found = {name: {"rank_1": {"mean": x}} for name, x in ranks.items()}
  counts = {"probes": 3, "persons": 2, "gallery": 9}
  assert identification.sentence(found | counts).startswith(
    "A completed face is not for identification: in a search among 9 bare"
    " photos 50 % of the masked faces find their person first, 60 % when"
  )
