import os
import shutil
import sys

import pytest

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.sources import contents


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
  assert len({item.content for item in items}) == 8


def test_a_photos_own_id_survives_renaming_and_company(faces_dir):
  (faces_dir / "manifest.csv").unlink()
  before = {x.name: x.content for x in _folder(faces_dir).items()[0]}
  old, new = faces_dir / "train_person0.jpg", faces_dir / "deep" / "0.jpg"
  new.parent.mkdir()
  old.rename(new)
  shutil.copy(new, faces_dir / "copy.jpg")
  after = {x.name: x.content for x in _folder(faces_dir).items()[0]}
  own = before.pop("train_person0.jpg")
  assert after.pop("deep/0.jpg") == after.pop("copy.jpg") == own
  assert after == before


def test_folder_skips_what_the_manifest_does_not_name(faces_dir):
  (faces_dir / "new.jpg").write_bytes(b"")
  items, skipped = _folder(faces_dir).items()
  assert len(items) == 8
  assert skipped == [sources.Skipped("new.jpg", "not in manifest.csv")]


def test_folder_passes_on_what_the_manifest_says(tmp_path):
  (tmp_path / "a.jpg").write_bytes(b"")
  (tmp_path / "manifest.csv").write_text(
    "file,person_id,source,synthetic\na.jpg,p,here,true\n"
  )
  items, _ = _folder(tmp_path).items()
  assert items == [sources.Item("a.jpg", "p", source="here", synthetic=True)]


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


def test_fingerprint_follows_contents_of_one_size_and_time(faces_dir):
  path = faces_dir / "test_person36.jpg"
  before = _folder(faces_dir).fingerprint()
  data = bytearray(path.read_bytes())
  data[-3] ^= 1
  path.write_bytes(data)
  assert _folder(faces_dir).fingerprint() != before
  data[-3] ^= 1
  path.write_bytes(data)
  os.utime(path, ns=(0, 0))
  assert _folder(faces_dir).fingerprint() == before
  rows = faces_dir / "manifest.csv"
  rows.write_text(rows.read_text().replace("person36", "person37"))
  assert _folder(faces_dir).fingerprint() != before


def test_a_photo_that_cannot_be_opened_has_a_fingerprint(
  faces_dir, monkeypatch
):
  before = _folder(faces_dir).fingerprint()

  def fail(path, size, changed):
    raise PermissionError(13, "Permission denied")

  monkeypatch.setattr(contents, "_hash", fail)
  assert _folder(faces_dir).fingerprint() != before


@pytest.mark.skipif(
  sys.platform == "darwin", reason="its file systems take UTF-8 alone"
)
def test_a_name_that_is_not_utf8_is_skipped(faces_dir):
  os.rename(
    faces_dir / "train_person0.jpg", os.fsencode(faces_dir) + b"/Zo\xeb.jpg"
  )
  (faces_dir / "manifest.csv").unlink()
  items, skipped = _folder(faces_dir).items()
  assert len(items) == 7
  assert skipped == [sources.Skipped("Zo\\xeb.jpg", "its name is not UTF-8")]
  assert _folder(faces_dir).fingerprint()


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
