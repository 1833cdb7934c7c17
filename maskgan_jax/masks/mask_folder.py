"""Masks drawn on the photos of a folder, by several processes."""

import dataclasses
import functools
import json
import os
import pathlib
from collections.abc import Sequence

from maskgan_jax import masks, photos
from maskgan_jax.common import errors, files, folder_jobs
from maskgan_jax.masks import contact_sheet, mask_photo
from maskgan_jax.photos import coding

SKIPPED = "skipped.csv"
CONTACT_SHEET = "contact_sheet.png"
_SHEET_PHOTOS = 48


@dataclasses.dataclass(frozen=True)
class Options:
  """What is drawn and written.

  Attributes:
    distribution: from which masks are drawn.
    seed: of the masks.
    save_masks: write truth and opacity too, as PNG.
    contact_sheet: show the first masked faces together, with their names.
    overwrite: replace what is there.
  """

  distribution: masks.MaskDistribution = masks.MaskDistribution()
  seed: int = 0
  save_masks: bool = False
  contact_sheet: bool = False
  overwrite: bool = False


def mask_files(
  input_path: str | os.PathLike,
  output_dir: str | os.PathLike,
  options: Options,
  num_processes: int = 1,
) -> str:
  """Draws masks on a photo or on all photos of a folder, nested ones too.

  Each photo becomes a photo of its name and kind (BMP becomes PNG) in
  `output_dir`, with its parameters as JSON beside it. What is left out, and
  why, is in skipped.csv.

  Returns:
    What was done, in words.

  Raises:
    errors.UserError: there is no photo, none could be masked, or something
      that is there would be replaced.
    files.WriteError: the output cannot be written.
  """
  given, output = pathlib.Path(input_path), pathlib.Path(output_dir)
  root = given if given.is_dir() else given.parent
  if output.resolve() == root.resolve():
    raise errors.UserError(
      f"{output}: holds the photos themselves. Name another --output."
    )
  paths = photos.find(given) if given.is_dir() else [given]
  sheet = output / CONTACT_SHEET
  if options.contact_sheet and sheet.exists() and not options.overwrite:
    raise errors.UserError(f"{sheet} exists. Add --overwrite to replace it.")
  folder_jobs.make_writable(output)
  outcomes = folder_jobs.run(
    functools.partial(mask_file, root, output, options),
    root,
    folder_jobs.names_in(paths, root, output),
    target=functools.partial(_target, output),
    overwrite=options.overwrite,
    report=output / SKIPPED,
    reported=set(folder_jobs.Status) - {folder_jobs.Status.DONE},
    num_workers=num_processes,
    in_processes=True,
  )
  masked = [x.name for x in outcomes if x.status is folder_jobs.Status.DONE]
  if options.contact_sheet and masked:
    shown = []
    for name in masked[:_SHEET_PHOTOS]:
      target = _target(output, name)
      record = json.loads(_record_of(target).read_text())
      shown.append(contact_sheet.tile(photos.read(target), record))
    files.write(sheet, coding.png(contact_sheet.sheet(shown)))
  return _report(outcomes, output)


def mask_file(
  root: pathlib.Path, output: pathlib.Path, options: Options, name: str
) -> folder_jobs.Outcome:
  """Masks the photo `root / name`; the photo itself is written last.

  Raises:
    photos.PhotoError: the photo cannot be read.
    files.WriteError: the output cannot be written.
  """
  target = _target(output, name)
  masked = mask_photo.mask_photo(
    photos.read(root / name), name, options.distribution, options.seed
  )
  num_faces = len(masked.record["faces"])
  if not num_faces:
    reason = "; ".join(masked.record["skipped"])
    return folder_jobs.Outcome(name, folder_jobs.Status.NOTHING_TO_DO, reason)
  files.write_text(_record_of(target), json.dumps(masked.record))
  if options.save_masks:
    for kind, pixels in (("mask", masked.mask * 255), ("alpha", masked.alpha)):
      path = target.with_name(f"{target.name}.{kind}.png")
      files.write(path, coding.png(pixels))
  # No network made part of it: XMP does not say so.
  photos.save(target, masked.image, like=root / name, marked=False)
  return folder_jobs.Outcome(name, folder_jobs.Status.DONE, num_faces=num_faces)


def _target(output: pathlib.Path, name: str) -> pathlib.Path:
  return output / photos.output_name(name)


def _record_of(target: pathlib.Path) -> pathlib.Path:
  return target.with_name(target.name + ".json")


def _report(
  outcomes: Sequence[folder_jobs.Outcome], output: pathlib.Path
) -> str:
  done, finished = (
    folder_jobs.count(outcomes, status)
    for status in (folder_jobs.Status.DONE, folder_jobs.Status.FINISHED)
  )
  if not done + finished:
    first = ""
    if outcomes:
      first = f" {outcomes[0].name}: {outcomes[0].reason.rstrip('.')}."
    raise errors.UserError(
      f"No photo was masked.{first} See {output / SKIPPED}."
    )
  num_masks = sum(outcome.num_faces for outcome in outcomes)
  text = f"{output}: {num_masks} masks on {done} photos."
  if done < len(outcomes):
    text += f" {len(outcomes) - done} skipped, see {output / SKIPPED}."
  return text
