"""Masks drawn on the photos of a folder, by several processes."""

import dataclasses
import functools
import json
import os
import pathlib
from collections.abc import Sequence

import cv2
import numpy as np

from maskgan_jax import masks, photos
from maskgan_jax.common import errors, files, folder_jobs
from maskgan_jax.masks import mask_photo
from maskgan_jax.photos import coding, tiles

SKIPPED = "skipped.csv"
CONTACT_SHEET = "contact_sheet.png"
_SHEET_PHOTOS, _SHEET_COLUMNS, _SHEET_SIDE = 48, 8, 256


@dataclasses.dataclass(frozen=True)
class Options:
  """What is drawn and written.

  Attributes:
    distribution: from which masks are drawn.
    seed: of the masks.
    save_masks: write truth and opacity too, as PNG.
    contact_sheet: show the first masked faces together in one picture.
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
    squares = [_tile(_target(output, name)) for name in masked[:_SHEET_PHOTOS]]
    files.write(sheet, coding.png(_sheet(squares)))
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


def _tile(target: pathlib.Path) -> np.ndarray:
  """The square around the largest masked face of a result."""
  face = json.loads(_record_of(target).read_text())["faces"][-1]
  points = np.array(face["landmarks"], np.float32)[:, :2]
  low, high = points.min(0), points.max(0)
  scale = _SHEET_SIDE / (1.5 * float((high - low).max()))
  offset = _SHEET_SIDE / 2 - scale * (low + high) / 2
  return cv2.warpAffine(
    photos.read(target),
    np.array([[scale, 0, offset[0]], [0, scale, offset[1]]]),
    (_SHEET_SIDE, _SHEET_SIDE),
    flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
    borderMode=cv2.BORDER_REPLICATE,
  )


def _sheet(squares: list[np.ndarray]) -> np.ndarray:
  """All squares as one picture, row by row."""
  columns = min(_SHEET_COLUMNS, len(squares))
  squares = squares + [np.zeros_like(squares[0])] * (-len(squares) % columns)
  return tiles.tile(
    [squares[k : k + columns] for k in range(0, len(squares), columns)]
  )


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
