import csv
import functools
import pathlib
import threading
import time

import pytest

from maskgan_jax.common import errors, files, folder_jobs, pinned_models

Outcome, Status = folder_jobs.Outcome, folder_jobs.Status


def upper(input_dir, output_dir, name):
  """Writes a text in capitals; texts of the bad and of the broken fail."""
  text = (input_dir / name).read_text()
  if text == "bad":
    raise errors.UserError(f"{input_dir / name}: it is bad. Mend it.")
  if text == "broken":
    raise RuntimeError("a defect")
  if text == "empty":
    return Outcome(name, Status.NOTHING_TO_DO, "nothing in it")
  files.write_text(output_dir / name, text.upper())
  return Outcome(name, Status.DONE, num_faces=len(text))


@pytest.fixture
def folder(tmp_path):
  folder = tmp_path / "in"
  (folder / "sub").mkdir(parents=True)
  texts = {"a": "one", "b": "bad", "c": "broken", "d": "empty", "sub/e": "two"}
  for name, text in texts.items():
    (folder / name).write_text(text)
  return folder


def _run(folder, output, work=upper, **options):
  names = ["a", "b", "c", "d", "sub/e"]
  options = {
    "overwrite": False,
    "reported": [Status.FAILED],
    "num_workers": 1,
  } | options
  return folder_jobs.run(
    functools.partial(work, folder, output),
    folder,
    names,
    target=lambda name: output / name,
    report=output / "report.csv",
    **options,
  )


def _report(output):
  with (output / "report.csv").open(newline="") as file:
    return {row["file"]: row["reason"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("num_workers", [1, 2])
@pytest.mark.parametrize("in_processes", [False, True])
def test_every_file_has_its_outcome(
  folder, tmp_path, capsys, num_workers, in_processes
):
  output = tmp_path / "out"
  outcomes = _run(
    folder, output, num_workers=num_workers, in_processes=in_processes
  )
  assert outcomes == [
    Outcome("a", Status.DONE, num_faces=3),
    Outcome("b", Status.FAILED, "it is bad. Mend it."),
    Outcome("c", Status.FAILED, "RuntimeError: a defect"),
    Outcome("d", Status.NOTHING_TO_DO, "nothing in it"),
    Outcome("sub/e", Status.DONE, num_faces=3),
  ]
  assert (output / "sub" / "e").read_text() == "TWO"
  assert _report(output) == {
    "b": "it is bad. Mend it.",
    "c": "RuntimeError: a defect",
  }
  assert folder_jobs.count(outcomes, Status.DONE) == 2
  shown = capsys.readouterr()
  assert "failed: b: it is bad. Mend it.\n" in shown.out
  assert "d: nothing in it\n" in shown.out
  assert "5/5" in shown.err


def test_a_defect_keeps_its_traceback(folder, tmp_path, caplog):
  _run(folder, tmp_path / "out")
  [record] = caplog.records
  assert record.getMessage() == f"{folder / 'c'}: a defect of the program:"
  assert record.exc_info[0] is RuntimeError


def test_what_is_finished_is_not_done_again(folder, tmp_path, capsys):
  output = tmp_path / "out"
  _run(folder, output)
  (output / "a").write_text("mine")
  outcomes = _run(folder, output, reported=[Status.FAILED, Status.FINISHED])
  assert [x.name for x in outcomes if x.status is Status.FINISHED] == [
    *("a", "sub/e"),
  ]
  assert (output / "a").read_text() == "mine"
  assert _report(output)["a"] == "exists already (--overwrite replaces it)"
  assert "2 of 5 photos were finished before. --over" in capsys.readouterr().out
  _run(folder, output, overwrite=True)
  assert (output / "a").read_text() == "ONE"


def test_an_empty_report_is_removed(folder, tmp_path):
  output = tmp_path / "out"
  _run(folder, output)
  for name in ("b", "c"):
    (folder / name).write_text("mended")
  _run(folder, output)
  assert not (output / "report.csv").exists()


def test_what_cannot_be_written_ends_it(folder, tmp_path):
  output = tmp_path / "out"
  (output / "sub").mkdir(parents=True)

  def full(input_dir, output_dir, name):
    if name == "sub/e":
      raise files.WriteError("sub/e: cannot be written.")
    return upper(input_dir, output_dir, name)

  with pytest.raises(
    files.WriteError, match="sub/e: cannot be written. Results that are finis"
  ):
    _run(folder, output, full)
  assert (output / "a").exists()
  assert set(_report(output)) == {"b", "c"}


def test_files_are_worked_on_at_the_same_time(folder, tmp_path):
  meet = threading.Barrier(5, timeout=30)

  def wait(input_dir, output_dir, name):
    meet.wait()
    return Outcome(name, Status.DONE)

  outcomes = _run(folder, tmp_path / "out", wait, num_workers=5)
  assert folder_jobs.count(outcomes, Status.DONE) == 5


def test_results_in_the_folder_are_no_files_of_it(tmp_path):
  paths = [tmp_path / "a", tmp_path / "out" / "a", tmp_path / "sub" / "b"]
  names = folder_jobs.names_in(paths, tmp_path, tmp_path / "out")
  assert names == ["a", "sub/b"]


def test_a_folder_is_made_writable(tmp_path):
  folder_jobs.make_writable(tmp_path / "new" / "folder")
  assert (tmp_path / "new" / "folder").is_dir()
  (tmp_path / "file").write_text("")
  with pytest.raises(files.WriteError, match="file/a: cannot be written"):
    folder_jobs.make_writable(pathlib.Path(tmp_path / "file" / "a"))


def test_a_missing_model_ends_it_at_the_first_file(folder, tmp_path):
  seen = []

  def work(input_dir, output_dir, name):
    seen.append(name)
    if len(seen) > 1:
      time.sleep(1)  # Time enough to call off the files that wait.
    raise pinned_models.MissingModelError("The model file is missing.")

  with pytest.raises(pinned_models.MissingModelError):
    _run(folder, tmp_path / "out", work)
  assert len(seen) < 5
  assert not (tmp_path / "out" / "report.csv").exists()
