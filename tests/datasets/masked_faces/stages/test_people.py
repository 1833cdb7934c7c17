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


@pytest.fixture(autouse=True)
def threshold(monkeypatch):
  monkeypatch.setattr(people, "SAME_PERSON_COSINE", 0.5)


def _person_of(split, start=0):
  """The first id from a number on whose own split it is."""
  names = (f"person{i}" for i in range(start, 10_000))
  return next(name for name in names if people.split_of(name) == split)


def _groups(items, faces):
  return [who.group for who in people.identify(items, faces)]


def test_an_own_id_is_the_sources_then_the_photos():
  named = sources.Item("a.jpg", "Ann", content="3fa9")
  assert people.own_id(named) == "Ann"
  assert people.own_id(named._replace(person_id=None)) == "photo-3fa9"
  assert people.own_id(_item("portrait")) == "portrait"


def test_equal_files_are_one_person_without_a_recognizer(caplog):
  items = [sources.Item(n, None, content="3fa9") for n in ("a", "b")]
  assert _groups(items, [None, None]) == ["photo-3fa9"] * 2
  assert "2 pictures have neither a person_id nor a face" in caplog.text


def test_faces_that_look_alike_are_merged_through_a_chain():
  items = [_item(name) for name in "abcd"]
  faces = [_unit(1), _unit(1, 1), _unit(0, 1), _unit(0, 0, 1)]
  first, second, third, apart = people.identify(items, faces)
  assert first.group == second.group == third.group in {"a", "b", "c"}
  assert [who.id for who in (first, second, third, apart)] == list("abcd")
  assert apart == people.Identity("d", "d", "")
  assert first.reason == "cosine 0.71 with b"
  assert second.reason in {"cosine 0.71 with a", "cosine 0.71 with c"}


def test_nobody_is_merged_at_the_threshold():
  faces = [_unit(1), _unit(0.49, np.sqrt(1 - 0.49**2))]
  assert _groups([_item("a"), _item("b")], faces) == ["a", "b"]


def test_photos_of_one_id_are_one_group_whatever_they_look_like(caplog):
  items = [_item("a", "Ann"), _item("b", "Ann"), _item("c", "Bob")]
  assert _groups(items, [_unit(1), None, _unit(0, 1)]) == ["Ann", "Ann", "Bob"]
  # One of Ann's photos looks like Bob's: all of hers are merged with his.
  found = people.identify(items, [_unit(1), _unit(0, 1), _unit(0, 1)])
  assert len({who.group for who in found}) == 1
  assert [who.reason for who in found] == [
    *("", "cosine 1.00 with c", "cosine 1.00 with b"),
  ]
  assert not caplog.text  # All are known.


@pytest.mark.parametrize("split", ["train", "validation"])
def test_known_people_of_test_stay_there_whoever_joins(split):
  tested, other = _person_of("test"), _person_of(split)
  for order in ((tested, other), (other, tested)):
    items = [_item(f"{i}.jpg", person) for i, person in enumerate(order)]
    assert _groups(items, [_unit(1)] * 2) == [tested] * 2


def test_known_people_of_validation_never_come_into_train():
  pair = [_person_of("train"), _person_of("validation")]
  items = [_item(f"{i}.jpg", person) for i, person in enumerate(pair)]
  assert _groups(items, [_unit(1)] * 2) == [pair[1]] * 2


def test_a_known_person_does_not_move_for_a_photo_of_nobody():
  for person in (_person_of("train"), _person_of("test")):
    for i in range(20):
      items = [_item("a.jpg", person), _item(f"new{i}.jpg")]
      assert _groups(items, [_unit(1)] * 2) == [person] * 2


def _splits_of_nameless_people(num_people, num_photos):
  """The split of each person whose photos nothing but the face says."""
  items = [
    _item(f"{p}/{k}") for p in range(num_people) for k in range(num_photos)
  ]
  faces = np.repeat(np.eye(num_people, dtype=np.float32), num_photos, axis=0)
  groups = _groups(items, list(faces))
  assert len(set(groups)) == num_people
  return np.array([people.split_of(name) for name in groups[::num_photos]])


def test_one_more_photo_seldom_moves_a_person_without_a_name():
  found = {n: _splits_of_nameless_people(500, n) for n in (1, 2, 4, 5)}
  unlike = 1 - 0.65**2 - 0.05**2 - 0.3**2  # Of two splits drawn at random.
  for before, after in ((1, 2), (4, 5)):
    moved = np.mean(found[before] != found[after])
    assert moved == pytest.approx(unlike / (before + 1), abs=0.05)


def test_people_with_many_photos_are_in_all_splits():
  found = _splits_of_nameless_people(500, 6).tolist()
  assert found.count("train") / 500 == pytest.approx(0.65, abs=0.06)
  assert found.count("test") / 500 == pytest.approx(0.30, abs=0.06)


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
