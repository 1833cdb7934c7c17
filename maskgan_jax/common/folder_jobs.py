"""One piece of work for every file of a folder; an interrupted run goes on."""

import concurrent.futures
import contextlib
import enum
import functools
import logging
import os
import pathlib
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from maskgan_jax.common import (
  errors,
  files,
  pinned_models,
  processes,
  progress,
)


class Status(enum.Enum):
  """What became of a file."""

  DONE = "done"
  NOTHING_TO_DO = "nothing to do"
  FINISHED = "finished before"
  FAILED = "failed"


class Outcome(NamedTuple):
  """What became of one file. It holds no pixels: there may be many files."""

  name: str  # Relative to the folder, with forward slashes.
  status: Status
  reason: str = ""  # Why nothing was written, or what to know of the result.
  num_faces: int = 0  # Of those in the file, how many were changed.
  num_unsure: int = 0  # Of those, how many perhaps should not have been.


def names_in(
  paths: Iterable[pathlib.Path],
  input_dir: pathlib.Path,
  output_dir: pathlib.Path,
) -> list[str]:
  """Returns paths relative to their folder, without results that lie in it."""
  results = output_dir.resolve()
  return [
    path.relative_to(input_dir).as_posix()
    for path in paths
    if not path.resolve().is_relative_to(results)
  ]


def make_writable(folder: str | os.PathLike) -> None:
  """Makes a folder for results, unless it is there.

  Raises:
    files.WriteError: it cannot be written.
  """
  folder = pathlib.Path(folder)
  try:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
      pass
  except OSError as error:
    raise files.WriteError(
      f"{folder}: cannot be written ({error.strerror}). Give another folder as"
      " --output."
    ) from error


def run(
  work: Callable[[str], Outcome],
  input_dir: pathlib.Path,
  names: Sequence[str],
  *,
  target: Callable[[str], pathlib.Path],
  overwrite: bool,
  report: pathlib.Path,
  reported: Collection[Status],
  num_workers: int,
  in_processes: bool = False,
) -> list[Outcome]:
  """Does the work for every file whose target does not exist yet.

  A file that fails stops no other: bad input becomes a line of the report, and
  so does a defect of the program, whose traceback is logged.

  Args:
    work: from a file's name to what became of it; it writes the target last.
    input_dir: the folder.
    names: of its files.
    target: where a file's result is.
    overwrite: do the work for files whose target exists, too.
    report: a CSV of files and reasons. It is removed where it would be empty.
    reported: which outcomes the report lists.
    num_workers: files at a time.
    in_processes: work in processes, not in threads; then `work` must pickle.

  Returns:
    One outcome a file, in the order of the names.

  Raises:
    files.WriteError: a result cannot be written. The others stay.
    pinned_models.MissingModelError: no file can be worked on.
  """
  outcomes = {
    name: Outcome(
      name, Status.FINISHED, "exists already (--overwrite replaces it)"
    )
    for name in names
    if not overwrite and target(name).exists()
  }
  todo = [name for name in names if name not in outcomes]
  if outcomes:
    print(
      f"{len(outcomes)} of {len(names)} photos were finished before."
      " --overwrite makes them again."
    )
  attempt = functools.partial(_attempt, work, input_dir)
  try:
    with (
      _mapping(min(num_workers, len(todo)), in_processes) as results_of,
      progress.bar(len(todo), "photo") as bar,
    ):
      for outcome in results_of(attempt, todo):
        outcomes[outcome.name] = outcome
        bar.update()
        if outcome.reason:
          failed = "failed: " if outcome.status is Status.FAILED else ""
          bar.write(f"{failed}{outcome.name}: {outcome.reason}")
  except files.WriteError as error:
    raise files.WriteError(
      f"{error} Results that are finished stay; the same command goes on after"
      " them."
    ) from error
  finally:
    known = [outcomes[name] for name in names if name in outcomes]
    with contextlib.suppress(files.WriteError):
      _write_report(report, [x for x in known if x.status in reported])
  return known


def count(outcomes: Iterable[Outcome], status: Status) -> int:
  """Returns how many files have this status."""
  return sum(outcome.status is status for outcome in outcomes)


def _attempt(work, input_dir, name) -> Outcome:
  """Works on one file.

  Raises:
    files.WriteError: no fault of this file, the next one cannot be written
      either.
    pinned_models.MissingModelError: likewise, the next one needs it, too.
  """
  try:
    return work(name)
  except (files.WriteError, pinned_models.MissingModelError):
    raise
  except errors.UserError as error:
    reason = str(error).removeprefix(f"{input_dir / name}: ")
  except Exception as error:
    logging.exception("%s: a defect of the program:", input_dir / name)
    reason = f"{type(error).__name__}: {error}"
  return Outcome(name, Status.FAILED, reason)


@contextlib.contextmanager
def _mapping(num_workers, in_processes) -> Iterator[Callable]:
  """Gives a map whose results come as they are ready.

  What no worker has begun is dropped when the block ends.
  """
  if in_processes:
    with processes.Workers(max(num_workers, 1)) as pool:
      yield pool.map
    return
  pool = concurrent.futures.ThreadPoolExecutor(max(num_workers, 1))

  def results_of(function, items):
    futures = [pool.submit(function, item) for item in items]
    for future in concurrent.futures.as_completed(futures):
      yield future.result()

  try:
    yield results_of
  finally:
    pool.shutdown(cancel_futures=True)


def _write_report(path, outcomes) -> None:
  if not outcomes:
    path.unlink(missing_ok=True)
    return
  rows = ((outcome.name, outcome.reason) for outcome in outcomes)
  files.write_csv(path, ("file", "reason"), rows)
