"""Takes the masks off the faces in a folder of photos."""

import functools
import os
import pathlib
from collections.abc import Sequence

from maskgan_jax import photos, unmasking
from maskgan_jax.common import errors, folder_jobs
from maskgan_jax.unmasking import outputs

FAILED = "failed.csv"


def unmask_folder(
  unmasker: unmasking.Unmasker,
  input_dir: str | os.PathLike,
  output_dir: str | os.PathLike,
  options: outputs.Options = outputs.DEFAULTS,
  num_workers: int = 1,
) -> list[folder_jobs.Outcome]:
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

  Returns:
    What became of each photo, for `summary`.

  Raises:
    errors.UserError: the folders cannot be used together, or no photo could be
      used.
    files.WriteError: the output folder cannot be written, or is full.
  """
  input_dir, output_dir = pathlib.Path(input_dir), pathlib.Path(output_dir)
  _check_folders(input_dir, output_dir)
  paths = photos.find(input_dir)
  folder_jobs.make_writable(output_dir)

  def target(name):
    return output_dir / photos.output_name(name)

  outcomes = folder_jobs.run(
    functools.partial(_unmask, unmasker, options, input_dir, target),
    input_dir,
    folder_jobs.names_in(paths, input_dir, output_dir),
    target=target,
    overwrite=options.overwrite,
    report=output_dir / FAILED,
    reported=[folder_jobs.Status.FAILED],
    num_workers=num_workers,
  )
  failed = folder_jobs.count(outcomes, folder_jobs.Status.FAILED)
  if failed == len(outcomes):
    raise errors.UserError(
      f"None of the {failed} photos of {input_dir} could be used. The reasons"
      f" are in {output_dir / FAILED}."
    )
  return outcomes


def summary(outcomes: Sequence[folder_jobs.Outcome]) -> str:
  """Returns one line about a folder's photos."""
  done, bare, finished, failed = (
    folder_jobs.count(outcomes, status)
    for status in (
      folder_jobs.Status.DONE,
      folder_jobs.Status.NOTHING_TO_DO,
      folder_jobs.Status.FINISHED,
      folder_jobs.Status.FAILED,
    )
  )
  num_faces = sum(outcome.num_faces for outcome in outcomes)
  unsure = sum(outcome.num_unsure for outcome in outcomes)
  return (
    f"Unmasked {num_faces} faces in {done} photos, unsure of {unsure} of them;"
    f" nothing to do in {bare}, finished before {finished}, failed {failed}."
  )


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


def _unmask(unmasker, options, input_dir, target, name) -> folder_jobs.Outcome:
  """Unmasks one photo."""
  result = outputs.unmask_file(
    unmasker, input_dir / name, target(name), options
  )
  if not result.found_mask:
    reason = outputs.nothing_to_do(result)
    return folder_jobs.Outcome(name, folder_jobs.Status.NOTHING_TO_DO, reason)
  notes = [outputs.unsure_of(result)]
  if options.references is not None:
    notes.append(outputs.references_of(result))
  num_faces = sum(face.found_mask for face in result.faces)
  return folder_jobs.Outcome(
    name,
    folder_jobs.Status.DONE,
    "; ".join(filter(None, notes)),
    num_faces,
    sum(face.unsure for face in result.faces),
  )
