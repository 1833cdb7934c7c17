import csv
import dataclasses
import errno
import os
import pathlib
import threading

import numpy as np
import pytest

from maskgan_jax import photos
from maskgan_jax.common import errors
from maskgan_jax.unmasking import outputs, unmask_folder
from tests import pictures
from tests.fakes import unmasker as unmasking


@pytest.fixture
def folder(tmp_path):
  """Two photos, one of them nested, a bare one, and one without a face."""
  folder = tmp_path / "photos"
  (folder / "nested").mkdir(parents=True)
  for name, pixels in {
    "a.png": unmasking.photo(),
    "nested/a.png": unmasking.photo()[::-1],
    "nested/bare.png": unmasking.photo(bare=True),
    "no_face.png": np.full((40, 60, 3), 99, np.uint8),
  }.items():
    (folder / name).write_bytes(pictures.encode(pixels))
  (folder / "text.jpg").write_text("not a picture")
  return folder


def _run(folder, output, unmasker=None, num_workers=1, **options):
  return unmask_folder.unmask_folder(
    unmasker or unmasking.FakeUnmasker(),
    folder,
    output,
    outputs.Options(**options),
    num_workers,
  )


def _names(paths):
  return sorted(path.as_posix() for path in paths)


def _files(folder):
  return _names(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())


def test_bad_files_stop_nobody(folder, tmp_path, capsys):
  output = tmp_path / "out"
  summary = _run(folder, output)
  assert _names(summary.unmasked) == ["a.png", "nested/a.png"]
  assert summary.num_faces == 2
  assert _names(summary.bare) == ["nested/bare.png"]
  assert _files(output) == ["a.png", "failed.csv", "nested/a.png"]
  with (output / "failed.csv").open(newline="") as file:
    rows = list(csv.DictReader(file))
  assert [row["file"] for row in rows] == ["no_face.png", "text.jpg"]
  assert "No face found" in rows[0]["reason"]
  assert "not a readable picture" in rows[1]["reason"]
  shown = capsys.readouterr()
  assert "nested/bare.png: no mask found" in shown.out
  assert "failed: " in shown.out and "text.jpg: not a readable" in shown.out
  assert "photo 5/5" in shown.err and "left" in shown.err
  assert summary.text() == (
    "Unmasked 2 faces in 2 photos; nothing to do in 1, finished before 0,"
    " failed 2."
  )


def test_workers_take_photos_at_the_same_time(folder, tmp_path):
  meet = threading.Barrier(2, timeout=30)

  class Meeting(unmasking.FakeUnmasker):
    def unmask(self, image, **arguments):
      result = super().unmask(image, **arguments)
      if result.found_mask:
        meet.wait()
      return result

  summary = _run(folder, tmp_path / "out", Meeting(), num_workers=2)
  assert dataclasses.asdict(summary) == dataclasses.asdict(
    _run(folder, tmp_path / "alone")
  )
  assert _files(tmp_path / "out") == _files(tmp_path / "alone")
  for name in _files(tmp_path / "out"):
    one, other = (tmp_path / place / name for place in ("out", "alone"))
    assert one.read_bytes() == other.read_bytes()


def test_the_same_command_goes_on(folder, tmp_path, capsys):
  output = tmp_path / "out"
  _run(folder, output)
  (output / "nested" / "a.png").unlink()
  first = (output / "a.png").stat().st_mtime_ns
  (folder / "text.jpg").unlink()
  summary = _run(folder, output)
  assert _names(summary.finished) == ["a.png"]
  assert _names(summary.unmasked) == ["nested/a.png"]
  assert (output / "a.png").stat().st_mtime_ns == first
  shown = capsys.readouterr().out
  assert "Skipped 1 photos that are finished. --overwrite makes" in shown
  # The list of failures is that of the last run.
  assert "text.jpg" not in (output / "failed.csv").read_text()
  assert len(_run(folder, output, overwrite=True).unmasked) == 2


def test_bare_photos_are_copied_on_request(folder, tmp_path):
  _run(folder, tmp_path / "out", copy_bare=True)
  copied = tmp_path / "out" / "nested" / "bare.png"
  assert copied.read_bytes() == (folder / "nested/bare.png").read_bytes()


def test_results_within_the_input_are_no_photos(folder):
  for _ in range(2):
    summary = _run(folder, folder / "out", save_masks=True)
  assert _names(summary.finished) == ["a.png", "nested/a.png"]
  assert len(summary.failed) == 2


def test_nothing_that_could_be_used(folder, tmp_path):
  for name in ("a.png", "nested/a.png", "nested/bare.png"):
    (folder / name).unlink()
  with pytest.raises(
    errors.UserError, match="None of the 2 photos of .* could be used. The"
  ):
    _run(folder, tmp_path / "out")
  assert "no_face.png" in (tmp_path / "out" / "failed.csv").read_text()


def test_nothing_to_do_is_a_success(folder, tmp_path):
  for name in ("a.png", "nested/a.png", "no_face.png", "text.jpg"):
    (folder / name).unlink()
  assert len(_run(folder, tmp_path / "out").bare) == 1


def test_a_defect_is_told_as_one_files_failure(folder, tmp_path):
  class Broken(unmasking.FakeUnmasker):
    def unmask(self, image, **arguments):
      if image[0, 0].max() > 0:
        raise MemoryError("too large")
      return super().unmask(image, **arguments)

  summary = _run(folder, tmp_path / "out", Broken())
  assert _names(summary.unmasked) == ["a.png"]
  reasons = dict((p.as_posix(), reason) for p, reason in summary.failed)
  assert "MemoryError: too large" in reasons["nested/bare.png"]


def test_a_full_disk_ends_it_and_keeps_what_is_finished(
  folder, tmp_path, monkeypatch
):
  write_bytes, count = pathlib.Path.write_bytes, []

  def fill(path, data):
    count.append(path)
    if len(count) == 1:
      return write_bytes(path, data)
    write_bytes(path, data[: len(data) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

  monkeypatch.setattr(pathlib.Path, "write_bytes", fill)
  with pytest.raises(
    photos.WriteError,
    match="nested/a.png: cannot be written .No space .* finished stay; the",
  ):
    _run(folder, tmp_path / "out")
  assert _files(tmp_path / "out") == ["a.png"]
  monkeypatch.undo()
  summary = _run(folder, tmp_path / "out")
  assert _names(summary.finished) == ["a.png"]
  assert _names(summary.unmasked) == ["nested/a.png"]


def test_folders_that_do_not_go_together(folder, tmp_path):
  before = _files(folder)
  for output in (folder, tmp_path, folder / "nested" / ".."):
    with pytest.raises(errors.UserError, match="is or holds the input"):
      _run(folder, output, overwrite=True)
  with pytest.raises(errors.UserError, match="text.jpg is a file, but"):
    _run(folder, folder / "text.jpg")
  with pytest.raises(errors.UserError, match="nowhere: no such folder"):
    _run(tmp_path / "nowhere", tmp_path / "out")
  assert _files(folder) == before


def test_an_output_folder_that_cannot_be_written(folder, tmp_path, monkeypatch):
  with pytest.raises(photos.WriteError, match="out: cannot be written"):
    _run(folder, folder / "text.jpg" / "out")

  def refuse(dir):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

  # Not by its mode: root writes every folder.
  monkeypatch.setattr(unmask_folder.tempfile, "TemporaryFile", refuse)
  with pytest.raises(
    photos.WriteError, match="out: cannot be written .Permission denied"
  ):
    _run(folder, tmp_path / "out")
