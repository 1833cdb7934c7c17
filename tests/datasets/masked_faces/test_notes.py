import csv

import numpy as np

from maskgan_jax.datasets.masked_faces import notes, sources
from maskgan_jax.datasets.masked_faces.stages import people

WHO = [
  people.Identity("Ann", "Ann", ""),
  people.Identity("Anne", "Ann", "cosine 0.70 with a.jpg"),
  people.Identity("Bob", "Bob", ""),
  people.Identity("Cid", "Cid", ""),
]
NAMES = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
SPLITS = {"train": [0, 1], "validation": [], "test": [2]}


def _rows(path):
  with path.open(newline="") as file:
    return list(csv.reader(file))


def _write(folder, cosine):
  first = np.array([1, 0], np.float32)
  other = np.array([cosine, np.sqrt(1 - cosine**2)], np.float32)
  return notes.write_people(
    folder,
    NAMES,
    WHO,
    [first, None, other, first],
    SPLITS,
    lambda i: np.full((8, 8, 3), i, np.uint8),
  )


def test_people_and_those_who_look_alike(tmp_path):
  assert _write(tmp_path, 0.4) == 1
  assert _rows(tmp_path / notes.PEOPLE) == [
    ["file", "id", "group", "split", "merged_for"],
    ["a.jpg", "Ann", "Ann", "train", ""],
    ["b.jpg", "Anne", "Ann", "train", "cosine 0.70 with a.jpg"],
    ["c.jpg", "Bob", "Bob", "test", ""],
    ["d.jpg", "Cid", "Cid", "", ""],
  ]
  header, row = _rows(tmp_path / notes.LOOKALIKES)
  assert header[:5] == ["number", "cosine", "file", "split", "group"]
  assert row == ["1", "0.400", "a.jpg", "train", "Ann", "c.jpg", "test", "Bob"]
  assert (tmp_path / notes.SHEET).is_file()


def test_no_sheet_where_nobody_looks_alike(tmp_path):
  (tmp_path / notes.SHEET).write_text("of another build")
  assert _write(tmp_path, 0.3) == 0
  assert len(_rows(tmp_path / notes.LOOKALIKES)) == 1
  assert not (tmp_path / notes.SHEET).exists()


def test_skipped(tmp_path):
  notes.write_skipped(tmp_path, [sources.Skipped('a, "b".jpg', "no face")])
  assert _rows(tmp_path / notes.SKIPPED)[1] == ['a, "b".jpg', "no face"]


def test_metadata():
  found = notes.metadata(WHO, SPLITS)
  assert found["num_faces"] == {"train": 2, "validation": 0, "test": 1}
  assert found["num_people"] == 2
  assert found["num_merged"] == 1
  assert found["num_left_out_by_caps"] == 1
