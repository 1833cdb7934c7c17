"""Takes the masks off the faces in a folder of photos."""

import concurrent.futures
import contextlib
import csv
import dataclasses
import io
import os
import pathlib
import tempfile
import time
from typing import NamedTuple

from maskgan_jax import photos
from maskgan_jax.common import errors
from maskgan_jax.common import progress as progress_lib
from maskgan_jax.unmasking import outputs
from maskgan_jax.unmasking import unmasker as unmasker_lib

FAILED = "failed.csv"
# A line about the progress, once in so many seconds.
_REPORT_EVERY = 5.0


@dataclasses.dataclass
class Summary:
  """What became of a folder's photos; paths are relative to it.

  Attributes:
    unmasked: results were written.
    num_faces: how many faces lost their mask.
    bare: no mask was found, nothing to do.
    finished: by an earlier run.
    failed: with the reason.
  """

  unmasked: list[pathlib.PurePath] = dataclasses.field(default_factory=list)
  num_faces: int = 0
  bare: list[pathlib.PurePath] = dataclasses.field(default_factory=list)
  finished: list[pathlib.PurePath] = dataclasses.field(default_factory=list)
  failed: list[tuple[pathlib.PurePath, str]] = dataclasses.field(
    default_factory=list
  )

  def text(self) -> str:
    """Returns one line."""
    return (
      f"Unmasked {self.num_faces} faces in {len(self.unmasked)} photos;"
      f" nothing to do in {len(self.bare)}, finished before"
      f" {len(self.finished)}, failed {len(self.failed)}."
    )


def unmask_folder(
  unmasker: unmasker_lib.Unmasker,
  input_dir: str | os.PathLike,
  output_dir: str | os.PathLike,
  options: outputs.Options = outputs.DEFAULTS,
  num_workers: int = 1,
) -> Summary:
  """Unmasks every photo under a folder into another, nested as they are.

  A photo that fails is left out, with its reason in failed.csv; one whose
  result exists is finished, so that an interrupted run goes on where it was.

  Args:
    unmasker: the networks.
    input_dir: the photos.
    output_dir: of the results.
    options: what is written.
    num_workers: photos at a time: while the networks complete one, others are
      read, searched for faces, and written.

  Raises:
    errors.UserError: the folders cannot be used together, or no photo could be
      used.
    photos.WriteError: the output folder cannot be written, or is full.
  """
  input_dir, output_dir = pathlib.Path(input_dir), pathlib.Path(output_dir)
  _check_folders(input_dir, output_dir)
  names = _photos_of(input_dir, output_dir)
  summary = Summary()
  if not options.overwrite:
    summary.finished = [n for n in names if _target(output_dir, n).exists()]
  if summary.finished:
    print(
      f"Skipped {len(summary.finished)} photos that are finished. --overwrite"
      " makes them again."
    )
  finished = set(summary.finished)
  todo = [name for name in names if name not in finished]
  progress = progress_lib.Progress(len(todo), unit="photo")
  told = time.monotonic()
  try:
    with _workers(num_workers) as pool:
      attempts = [
        pool.submit(_attempt, unmasker, input_dir, output_dir, name, options)
        for name in todo
      ]
      done = concurrent.futures.as_completed(attempts)
      for count, attempt in enumerate(done, 1):
        _note(summary, attempt.result())
        if time.monotonic() - told > _REPORT_EVERY or count == len(todo):
          progress.line(count)
          told = time.monotonic()
  except photos.WriteError as error:
    raise photos.WriteError(
      f"{error} Results that are finished stay; the same command goes on after"
      " them."
    ) from error
  finally:
    for kind in (summary.unmasked, summary.bare, summary.failed):
      kind.sort()
    with contextlib.suppress(photos.WriteError):
      _write_failed(output_dir / FAILED, summary.failed)
  if len(summary.failed) == len(names):
    raise errors.UserError(
      f"None of the {len(names)} photos of {input_dir} could be used. The"
      f" reasons are in {output_dir / FAILED}."
    )
  return summary


def _check_folders(input_dir, output_dir) -> None:
  if output_dir.exists() and not output_dir.is_dir():
    raise errors.UserError(
      f"{output_dir} is a file, but {input_dir} is a folder. Give a folder as"
      " --output."
    )
  if input_dir.resolve().is_relative_to(output_dir.resolve()):
    raise errors.UserError(
      f"{output_dir} is or holds the input, which is never overwritten. Give"
      " another folder as --output."
    )
  try:
    output_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=output_dir):
      pass
  except OSError as error:
    raise photos.WriteError(
      f"{output_dir}: cannot be written ({error.strerror}). Give another"
      " folder as --output."
    ) from error


def _photos_of(input_dir, output_dir) -> list[pathlib.PurePath]:
  """The photos' relative paths; results in a folder among them are none."""
  results = output_dir.resolve()
  return [
    path.relative_to(input_dir)
    for path in photos.find(input_dir)
    if not path.resolve().is_relative_to(results)
  ]


def _target(output_dir, name) -> pathlib.Path:
  return output_dir / photos.output_name(name)


@contextlib.contextmanager
def _workers(number):
  """Threads; what none of them has begun is dropped when the block ends."""
  pool = concurrent.futures.ThreadPoolExecutor(number)
  try:
    yield pool
  finally:
    pool.shutdown(cancel_futures=True)


class _Attempt(NamedTuple):
  """What became of one photo; not the photo itself, there may be many."""

  name: pathlib.PurePath
  num_faces: int | None  # That lost their mask; None if it failed.
  reason: str = ""  # Why there is no result.


def _attempt(unmasker, input_dir, output_dir, name, options) -> _Attempt:
  """Unmasks one photo.

  Raises:
    photos.WriteError: no fault of this photo, the next one cannot be written
      either.
  """
  source = input_dir / name
  try:
    result = outputs.unmask_file(
      unmasker, source, _target(output_dir, name), options
    )
  except photos.WriteError:
    raise
  except errors.UserError as error:
    return _Attempt(name, None, str(error))
  except Exception as error:
    # Whatever one file does to a decoder, the others still get their turn.
    return _Attempt(name, None, f"{source}: {type(error).__name__}: {error}")
  if not result.found_mask:
    return _Attempt(name, 0, outputs.nothing_to_do(source, result))
  return _Attempt(name, sum(face.found_mask for face in result.faces))


def _note(summary, attempt) -> None:
  if attempt.num_faces is None:
    print(f"failed: {attempt.reason}")
    summary.failed.append((attempt.name, attempt.reason))
  elif attempt.num_faces:
    summary.unmasked.append(attempt.name)
    summary.num_faces += attempt.num_faces
  else:
    print(attempt.reason)
    summary.bare.append(attempt.name)


def _write_failed(path, failed) -> None:
  content = io.StringIO(newline="")
  writer = csv.writer(content)
  writer.writerow(("file", "reason"))
  writer.writerows((name.as_posix(), reason) for name, reason in failed)
  photos.write(path, content.getvalue().encode())
