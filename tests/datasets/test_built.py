import errno
import os

import pytest

from maskgan_jax.common import files, locks
from maskgan_jax.datasets import built as built_lib
from maskgan_jax.datasets.masked_faces import sources


def _find(data_dir, version="1.0.0"):
  return built_lib.find(str(data_dir), "faces", "maskgan build", version)


def _finished(data_dir, version):
  folder = data_dir / "faces" / "folder" / version
  folder.mkdir(parents=True)
  (folder / "dataset_info.json").write_text("{}")
  return folder


def test_no_folder_and_no_dataset(tmp_path):
  with pytest.raises(sources.SourceError, match="no such folder. Build the"):
    _find(tmp_path / "nowhere")
  with pytest.raises(sources.SourceError, match="found none that is finished"):
    _find(tmp_path)


def test_several_datasets(tmp_path):
  for version in ("1.0.0", "2.0.0"):
    _finished(tmp_path, version)
  with pytest.raises(sources.SourceError, match="one faces dataset expected"):
    _find(tmp_path)


def test_an_old_version_says_how_to_rebuild(tmp_path):
  _finished(tmp_path, "0.9.0")
  with pytest.raises(
    sources.SourceError,
    match="version 0.9.0 of faces, but this program builds and reads 1.0.0."
    " Build it again: remove .*/faces, or name another folder, and run maskgan",
  ):
    _find(tmp_path)


def test_what_killed_builds_left_is_removed(tmp_path):
  done = _finished(tmp_path, "1.0.0")
  half = done.with_name("incomplete.ABCDEF_1.0.0")
  half.mkdir()
  (half / "faces-train.array_record-00000-of-00001").write_text("")
  (tmp_path / ".0123abcd.partial").write_text("")
  (tmp_path / "people.csv").write_text("")
  with built_lib.writing(tmp_path, "faces"):
    assert {path.name for path in tmp_path.glob("*")} >= {"faces", "people.csv"}
    assert not half.exists()
    assert done.exists()
    assert not list(tmp_path.glob(".*.partial"))


def test_the_leftovers_of_a_running_build_stay(tmp_path):
  half = tmp_path / "faces" / "folder" / "incomplete.ABCDEF_1.0.0"
  half.mkdir(parents=True)
  with (
    locks.locked(tmp_path),
    pytest.raises(locks.LockedError, match="is writing into it"),
    built_lib.writing(tmp_path, "faces"),
  ):
    pass
  assert half.exists()


@pytest.mark.parametrize(
  "error, message",
  [
    (
      OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
      "cannot be written .No space left on device.. Make room. It stays.$",
    ),
    # As array_record says it.
    (
      RuntimeError("write() failed: No space left on device; writing x"),
      "cannot be written .No space left on device.. Make room. It stays.$",
    ),
    (
      files.WriteError("x: full. Make room."),
      "^x: full. Make room. It stays.$",
    ),
  ],
)
def test_a_full_disk_is_told_in_a_line(tmp_path, error, message):
  with (
    pytest.raises(files.WriteError, match=message),
    built_lib.writing(tmp_path, "faces", "It stays."),
  ):
    raise error


@pytest.mark.parametrize("error", [OSError(5, "I/O"), RuntimeError("a defect")])
def test_other_errors_are_not_hidden(tmp_path, error):
  with (
    pytest.raises(type(error), match=str(error.args[-1])),
    built_lib.writing(tmp_path, "faces"),
  ):
    raise error
