"""Takes the masks off the faces in a folder of photos."""

import contextlib
import csv
import dataclasses
import io
import os
import pathlib
import tempfile
import time

from maskgan_jax import errors, photos, unmask, unmask_files
from maskgan_jax import progress as progress_lib

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
  unmasker: unmask.Unmasker,
  input_dir: str | os.PathLike,
  output_dir: str | os.PathLike,
  options: unmask_files.Options = unmask_files.DEFAULTS,
) -> Summary:
  """Unmasks every photo under a folder into another, nested as they are.

  A photo that fails is left out, with its reason in failed.csv; one whose
  result exists is finished, so that an interrupted run goes on where it was.

  Args:
    unmasker: the networks.
    input_dir: the photos.
    output_dir: of the results.
    options: what is written.

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
    for count, name in enumerate(todo, 1):
      _attempt(unmasker, input_dir, output_dir, name, options, summary)
      if time.monotonic() - told > _REPORT_EVERY or count == len(todo):
        progress.line(count, str(name))
        told = time.monotonic()
  except photos.WriteError as error:
    raise photos.WriteError(
      f"{error} Results that are finished stay; the same command goes on after"
      " them."
    ) from error
  finally:
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


def _attempt(unmasker, input_dir, output_dir, name, options, summary) -> None:
  """Unmasks one photo and notes in the summary what became of it."""
  source = input_dir / name
  try:
    result = unmask_files.unmask_file(
      unmasker, source, _target(output_dir, name), options
    )
  except photos.WriteError:
    raise  # No fault of this photo: the next one cannot be written either.
  except Exception as error:
    # Whatever one file does to a decoder, the others still get their turn.
    reason = str(error)
    if not isinstance(error, errors.UserError):
      reason = f"{source}: {type(error).__name__}: {error}"
    print(f"failed: {reason}")
    summary.failed.append((name, reason))
    return
  if result.found_mask:
    summary.unmasked.append(name)
    summary.num_faces += sum(face.found_mask for face in result.faces)
  else:
    summary.bare.append(name)
    print(unmask_files.nothing_to_do(source, result))


def _write_failed(path, failed) -> None:
  content = io.StringIO(newline="")
  writer = csv.writer(content)
  writer.writerow(("file", "reason"))
  writer.writerows((name.as_posix(), reason) for name, reason in failed)
  photos.write(path, content.getvalue().encode())
