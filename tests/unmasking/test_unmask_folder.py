import csv
import errno
import os
import pathlib
import threading

import pytest

from maskgan_jax.common import errors, files, folder_jobs
from maskgan_jax.unmasking import outputs, unmask_folder
from tests import pictures
from tests.fakes import unmasker

Status = folder_jobs.Status
BARE = "nested/bare.png"


@pytest.fixture
def folder(tmp_path):
  """Two photos, one of them nested, a bare one, and one without a face."""
  folder = tmp_path / "photos"
  (folder / "nested").mkdir(parents=True)
  for name, pixels in {
    "a.png": unmasker.photo(),
    "nested/a.png": unmasker.photo()[::-1],
    "nested/bare.png": unmasker.photo(bare=True),
    "no_face.png": unmasker.faceless(),
  }.items():
    (folder / name).write_bytes(pictures.encode(pixels))
  (folder / "text.jpg").write_text("not a picture")
  return folder


def _run(folder, output, fake=None, num_workers=1, **options):
  return unmask_folder.unmask_folder(
    fake or unmasker.Unmasker(),
    folder,
    output,
    outputs.Options(**options),
    num_workers,
  )


def _names(outcomes, status):
  return [x.name for x in outcomes if x.status is status]


def _files(folder):
  found = (p for p in folder.rglob("*") if p.is_file())
  return sorted(p.relative_to(folder).as_posix() for p in found)


def test_bad_files_stop_nobody(folder, tmp_path, capsys):
  output = tmp_path / "out"
  outcomes = _run(folder, output)
  assert _names(outcomes, Status.DONE) == ["a.png", "nested/a.png"]
  assert _names(outcomes, Status.NOTHING_TO_DO) == ["nested/bare.png"]
  assert _files(output) == ["a.png", "failed.csv", "nested/a.png"]
  with (output / "failed.csv").open(newline="") as file:
    rows = list(csv.DictReader(file))
  assert [row["file"] for row in rows] == ["no_face.png", "text.jpg"]
  assert "No face found" in rows[0]["reason"]
  assert "not a readable picture" in rows[1]["reason"]
  shown = capsys.readouterr()
  assert "nested/bare.png: no mask found" in shown.out
  assert "failed: text.jpg: not a readable picture" in shown.out
  assert "5/5" in shown.err
  assert unmask_folder.summary(outcomes) == (
    "Unmasked 2 faces in 2 photos, unsure of 0 of them; nothing to do in 1,"
    " finished before 0, failed 2."
  )


def test_what_is_unsure_is_told_and_counted(folder, tmp_path, capsys):
  outcomes = _run(folder, tmp_path / "out", force=True)
  assert _names(outcomes, Status.DONE) == ["a.png", "nested/a.png", BARE]
  assert [x.num_unsure for x in outcomes if x.name == BARE] == [1]
  assert f"{BARE}: unsure of the face at 40, 20: a mask" in (
    capsys.readouterr().out
  )
  assert unmask_folder.summary(outcomes).startswith(
    "Unmasked 3 faces in 3 photos, unsure of 1 of them; nothing to do in 0,"
  )


def test_workers_take_photos_at_the_same_time(folder, tmp_path):
  meet = threading.Barrier(2, timeout=30)

  class Meeting(unmasker.Unmasker):
    def complete(self, image, *arguments, **options):
      completed = super().complete(image, *arguments, **options)
      if any(face.found_mask for face in completed):
        meet.wait()
      return completed

  outcomes = _run(folder, tmp_path / "out", Meeting(), num_workers=2)
  assert outcomes == _run(folder, tmp_path / "alone")
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
  outcomes = _run(folder, output)
  assert _names(outcomes, Status.FINISHED) == ["a.png"]
  assert _names(outcomes, Status.DONE) == ["nested/a.png"]
  assert (output / "a.png").stat().st_mtime_ns == first
  shown = capsys.readouterr().out
  assert "1 of 4 photos were finished before. --overwrite makes" in shown
  # The list of failures is that of the last run.
  assert "text.jpg" not in (output / "failed.csv").read_text()
  again = _run(folder, output, overwrite=True)
  assert len(_names(again, Status.DONE)) == 2


def test_where_nothing_failed_no_report_stays(folder, tmp_path):
  _run(folder, tmp_path / "out")
  for name in ("no_face.png", "text.jpg"):
    (folder / name).unlink()
  _run(folder, tmp_path / "out")
  assert _files(tmp_path / "out") == ["a.png", "nested/a.png"]


def test_bare_photos_are_copied_on_request(folder, tmp_path):
  _run(folder, tmp_path / "out", copy_bare=True)
  copied = tmp_path / "out" / "nested" / "bare.png"
  assert copied.read_bytes() == (folder / "nested/bare.png").read_bytes()


def test_results_within_the_input_are_no_photos(folder):
  for _ in range(2):
    outcomes = _run(folder, folder / "out", save_masks=True)
  assert _names(outcomes, Status.FINISHED) == ["a.png", "nested/a.png"]
  assert len(_names(outcomes, Status.FAILED)) == 2


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
  [outcome] = _run(folder, tmp_path / "out")
  assert outcome.status is Status.NOTHING_TO_DO


def test_a_defect_is_told_as_one_files_failure(folder, tmp_path, caplog):
  class Broken(unmasker.Unmasker):
    def find(self, image, *arguments):
      if not image[..., 2].any():
        raise MemoryError("too large")
      return super().find(image, *arguments)

  outcomes = _run(folder, tmp_path / "out", Broken())
  assert _names(outcomes, Status.DONE) == ["a.png", "nested/a.png"]
  reasons = {x.name: x.reason for x in outcomes}
  assert reasons["nested/bare.png"] == "MemoryError: too large"
  # Its traceback is kept; bad input leaves none.
  [record] = caplog.records
  assert record.exc_info and "nested/bare.png" in record.getMessage()


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
    files.WriteError,
    match="nested/a.png: cannot be written .No space .* finished stay; the",
  ):
    _run(folder, tmp_path / "out")
  assert _files(tmp_path / "out") == ["a.png"]
  monkeypatch.undo()
  outcomes = _run(folder, tmp_path / "out")
  assert _names(outcomes, Status.FINISHED) == ["a.png"]
  assert _names(outcomes, Status.DONE) == ["nested/a.png"]


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
  with pytest.raises(files.WriteError, match="out: cannot be written"):
    _run(folder, folder / "text.jpg" / "out")

  def refuse(dir):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

  # Not by its mode: root writes every folder.
  monkeypatch.setattr(folder_jobs.tempfile, "TemporaryFile", refuse)
  with pytest.raises(
    files.WriteError, match="out: cannot be written .Permission denied"
  ):
    _run(folder, tmp_path / "out")
