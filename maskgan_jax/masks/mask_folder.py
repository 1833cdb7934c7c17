"""Masks drawn on the photos of a folder, by several processes."""

import csv
import dataclasses
import functools
import io
import json
import os
import pathlib
from collections.abc import Iterable
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax import masks, photos
from maskgan_jax.common import errors, processes
from maskgan_jax.evaluation import figures
from maskgan_jax.masks import mask_photo
from maskgan_jax.photos import coding

SKIPPED = "skipped.csv"
CONTACT_SHEET = "contact_sheet.png"
_EXISTS = "exists already (--overwrite replaces it)"
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


class Done(NamedTuple):
  """What became of one photo."""

  name: str
  num_faces: int
  reason: str  # why it has no masks, or ""
  tile: np.ndarray | None  # [side, side, 3] uint8, its largest masked face


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
  """
  given, output = pathlib.Path(input_path), pathlib.Path(output_dir)
  root = given if given.is_dir() else given.parent
  if output.resolve() == root.resolve():
    raise errors.UserError(
      f"{output}: holds the photos themselves. Name another --output."
    )
  paths = photos.find(given) if given.is_dir() else [given]
  inside = output.resolve()
  names = [
    path.relative_to(root).as_posix()
    for path in paths
    if inside not in path.resolve().parents
  ]
  sheet = output / CONTACT_SHEET
  if options.contact_sheet and sheet.exists() and not options.overwrite:
    raise errors.UserError(f"{sheet} exists. Add --overwrite to replace it.")
  work = functools.partial(mask_file, root, output, options)
  progress = processes.Progress("Masking", len(names))
  with processes.Workers(min(num_processes, max(len(names), 1))) as pool:
    done, tiles = [], []
    for result in progress(pool.map(work, names)):
      if result.tile is not None and len(tiles) < _SHEET_PHOTOS:
        tiles.append(result.tile)
      done.append(result._replace(tile=None))
  _write_skipped(output, done)
  if options.contact_sheet and tiles:
    photos.write(sheet, _sheet(tiles))
  return _report(done, output)


def mask_file(
  root: pathlib.Path, output: pathlib.Path, options: Options, name: str
) -> Done:
  """Masks the photo `root / name`; the photo itself is written last.

  Raises:
    errors.UserError: the output cannot be written.
  """
  target = output / photos.output_name(name)
  if target.exists() and not options.overwrite:
    return Done(name, 0, _EXISTS, None)
  try:
    image = photos.read(root / name)
    masked = mask_photo.mask_photo(
      image, name, options.distribution, options.seed
    )
  except photos.PhotoError as error:
    return Done(name, 0, str(error).removeprefix(f"{root / name}: "), None)
  except Exception as error:
    # Whatever one photo does to a decoder, the others still get their turn.
    return Done(name, 0, f"{type(error).__name__}: {error}", None)
  found = masked.record["faces"]
  if not found:
    return Done(name, 0, "; ".join(masked.record["skipped"]), None)
  text = json.dumps(masked.record).encode()
  photos.write(target.with_name(target.name + ".json"), text)
  if options.save_masks:
    for kind, pixels in (("mask", masked.mask * 255), ("alpha", masked.alpha)):
      photos.write(
        target.with_name(f"{target.name}.{kind}.png"), coding.png(pixels)
      )
  # No network made part of it: XMP does not say so.
  photos.save(target, masked.image, like=root / name, marked=False)
  tile = _tile(masked.image, found[-1]) if options.contact_sheet else None
  return Done(name, len(found), "", tile)


def _tile(image, face):
  """The square around a face."""
  points = np.array(face["landmarks"], np.float32)[:, :2]
  low, high = points.min(0), points.max(0)
  scale = _SHEET_SIDE / (1.5 * float((high - low).max()))
  offset = _SHEET_SIDE / 2 - scale * (low + high) / 2
  return cv2.warpAffine(
    image,
    np.array([[scale, 0, offset[0]], [0, scale, offset[1]]]),
    (_SHEET_SIDE, _SHEET_SIDE),
    flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
    borderMode=cv2.BORDER_REPLICATE,
  )


def _sheet(tiles):
  """All tiles as the bytes of one PNG."""
  columns = min(_SHEET_COLUMNS, len(tiles))
  tiles = tiles + [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
  rows = [tiles[k : k + columns] for k in range(0, len(tiles), columns)]
  return coding.png(figures.tile(rows))


def _write_skipped(output: pathlib.Path, done: Iterable[Done]) -> None:
  text = io.StringIO(newline="")
  writer = csv.writer(text)
  writer.writerow(("file", "reason"))
  for result in done:
    if not result.num_faces:
      writer.writerow((result.name, result.reason))
  photos.write(output / SKIPPED, text.getvalue().encode())


def _report(done, output):
  written = [result for result in done if result.num_faces]
  skipped = [result for result in done if not result.num_faces]
  if not any(result.num_faces or result.reason == _EXISTS for result in done):
    first = f" {done[0].name}: {done[0].reason.rstrip('.')}." if done else ""
    raise errors.UserError(
      f"No photo was masked.{first} See {output / SKIPPED}."
    )
  count = sum(result.num_faces for result in written)
  text = f"{output}: {count} masks on {len(written)} photos."
  if skipped:
    text += f" {len(skipped)} skipped, see {output / SKIPPED}."
  return text
