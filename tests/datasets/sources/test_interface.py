import os

import numpy as np
import pytest

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces import sources


def _folder(path) -> sources.Folder:
  return sources.Folder(str(path))


def test_folder_lists_nested_photos_and_their_people(faces_dir):
  (faces_dir / "deep").mkdir()
  (faces_dir / "train_person0.jpg").rename(faces_dir / "deep" / "a.JPG")
  with (faces_dir / "manifest.csv").open("a") as file:
    file.write("deep/a.JPG,someone\n")
  items, skipped = _folder(faces_dir).items()
  assert len(items) == 8
  assert sources.Item("deep/a.JPG", "someone") in items
  assert not skipped


def test_folder_without_a_manifest_knows_nobody(faces_dir):
  (faces_dir / "manifest.csv").unlink()
  items, _ = _folder(faces_dir).items()
  assert {item.person_id for item in items} == {None}


def test_folder_skips_what_the_manifest_does_not_name(faces_dir):
  (faces_dir / "new.jpg").write_bytes(b"")
  items, skipped = _folder(faces_dir).items()
  assert len(items) == 8
  assert skipped == [sources.Skipped("new.jpg", "not in manifest.csv")]


def test_folder_reads_a_photo(faces_dir):
  source = _folder(faces_dir)
  image, landmarks = source.load(source.items()[0][0])
  assert image.shape == (256, 256, 3)
  assert landmarks is None


def test_fingerprint_follows_the_files(faces_dir):
  before = _folder(faces_dir).fingerprint()
  assert _folder(faces_dir).fingerprint() == before
  (faces_dir / "test_person36.jpg").rename(faces_dir / "b.jpg")
  renamed = _folder(faces_dir).fingerprint()
  assert renamed != before
  with (faces_dir / "manifest.csv").open("a") as file:
    file.write("b.jpg,person36\n")
  assert _folder(faces_dir).fingerprint() != renamed


def test_missing_folder(tmp_path):
  with pytest.raises(photos.PhotoError, match="nowhere: no such folder"):
    _folder(tmp_path / "nowhere").items()


def test_empty_folder(tmp_path):
  with pytest.raises(photos.PhotoError, match="no pictures"):
    _folder(tmp_path).items()


def test_unreadable_folder(faces_dir, monkeypatch):
  # Not by its mode: root reads every folder.
  monkeypatch.setattr(os, "access", lambda *_: False)
  with pytest.raises(photos.PhotoError, match="not readable"):
    _folder(faces_dir).items()


@pytest.mark.parametrize(
  "text, message",
  [
    ("path,person_id\na,b\n", "no column file; the columns are"),
    ("", "no column file and person_id"),
    ("file,person_id\na.jpg,\n", "line 2: file or person_id is empty"),
    ("file,person_id\n\n,p\n", "line 3: file or person_id is empty"),
    ("file,person_id\na,p\na,q\n", "line 3: a belongs to p and to q"),
    ("file,person_id\na\n", "line 2: file or person_id is empty"),
  ],
)
def test_bad_manifest(tmp_path, text, message):
  path = tmp_path / "manifest.csv"
  path.write_text(text)
  with pytest.raises(sources.SourceError, match=message):
    sources.read_manifest(path)


def test_manifest_from_a_spreadsheet(tmp_path):
  path = tmp_path / "manifest.csv"
  path.write_bytes("\ufefffile,person_id,note\r\n./a/ö.jpg, p ,x\r\n".encode())
  assert sources.read_manifest(path) == {"a/ö.jpg": "p"}


def test_no_manifest(tmp_path):
  assert sources.read_manifest(tmp_path / "manifest.csv") is None


def test_sample_faces_are_people_of_their_own():
  source = sources.SampleFaces(3, seed=2)
  items, skipped = source.items()
  assert len({item.person_id for item in items}) == 3
  assert not skipped
  first = source.load(items[0])
  assert first.image.dtype == np.uint8
  assert first.landmarks.shape == (468, 3)
  other = sources.SampleFaces(3, seed=3).load(items[0])
  assert not np.array_equal(first.image, other.image)
