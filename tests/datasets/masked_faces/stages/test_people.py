import logging

import numpy as np
import pytest

from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import people


def _item(name, person=None):
  return sources.Item(name, person)


def _unit(*values):
  vector = np.zeros(128, np.float32)
  vector[: len(values)] = values
  return vector / np.linalg.norm(vector)


def test_buckets_are_pinned():
  # A change here would move people of built datasets between the splits.
  names = ["person0", "person22", "person36", "p01479", "Ann"]
  assert [people.bucket(name) for name in names] == [46, 65, 70, 96, 3]


def test_buckets_are_even():
  counts = np.bincount(
    [people.bucket(str(i)) for i in range(20_000)], minlength=100
  )
  assert counts.min() > 140
  assert counts.max() < 270


def test_splits_partition_the_buckets():
  together = sorted(b for places in people.BUCKETS.values() for b in places)
  assert together == list(range(100))
  shares = {name: len(places) for name, places in people.BUCKETS.items()}
  assert shares == {"train": 65, "validation": 5, "test": 30}


def test_cluster_joins_through_a_chain():
  vectors = np.stack([_unit(1), _unit(1, 1), _unit(0, 1), _unit(0, 0, 1)])
  labels = people.cluster(vectors)
  assert labels[0] == labels[1] == labels[2] != labels[3]


def test_cluster_does_not_join_at_the_threshold():
  vectors = np.stack([_unit(1), _unit(0.49, np.sqrt(1 - 0.49**2))])
  assert len(set(people.cluster(vectors))) == 2


def test_identify_prefers_the_source_then_the_face_then_the_name(caplog):
  items = [_item("c"), _item("b"), _item("a", "Ann"), _item("d"), _item("e")]
  faces = [_unit(1), _unit(1), None, None, _unit(0, 1)]
  with caplog.at_level(logging.WARNING):
    found = people.identify(items, faces)
  assert found == ["b", "b", "Ann", "d", "e"]
  assert "1 pictures have neither a person_id nor a face" in caplog.text


def test_identify_is_silent_where_all_are_known(caplog):
  assert people.identify([_item("a", "Ann")], [None]) == ["Ann"]
  assert not caplog.text


def _many(count):
  names = [f"{i}.jpg" for i in range(count)]
  return names, [f"person{i // 2}" for i in range(count)]


def test_no_person_is_in_two_splits():
  names, persons = _many(2000)
  splits = people.assign(names, persons, None, None)
  assert sorted(sum(splits.values(), [])) == list(range(2000))
  in_split = {k: {persons[i] for i in v} for k, v in splits.items()}
  assert not in_split["train"] & in_split["test"]
  assert not in_split["train"] & in_split["validation"]
  assert len(splits["train"]) / 2000 == pytest.approx(0.65, abs=0.03)


def test_caps_do_not_depend_on_the_order():
  names, persons = _many(400)
  splits = people.assign(names, persons, 50, 20)
  assert len(splits["train"]) == 50
  assert len(splits["test"]) == 20
  backwards = people.assign(names[::-1], persons[::-1], 50, 20)
  chosen = {names[i] for i in splits["train"]}
  assert {names[::-1][i] for i in backwards["train"]} == chosen


def test_too_few_people():
  with pytest.raises(
    sources.SourceError,
    match="1 people .* validation and test would be empty. About 135 people",
  ):
    people.assign(["a", "b"], ["person0", "person0"], None, None)


def test_candidates():
  items = [_item(str(i)) for i in range(3000)]
  assert people.candidates(items, None, 10) == items
  assert people.candidates(items, 10, None) == items
  chosen = people.candidates(items, 325, 10)
  assert len(chosen) == 1000
  assert people.candidates(items[::-1], 325, 10) == chosen
  # Even tiny caps leave people for the validation split.
  assert len(people.candidates(items, 1, 1)) == 135
