"""The system on photos without masks: a mask is drawn, then taken off."""

import os
import pathlib
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from maskgan_jax import masks, photos
from maskgan_jax.common import errors
from maskgan_jax.datasets import sample_faces
from maskgan_jax.faces import alignment, expression, finder
from maskgan_jax.masks import params
from maskgan_jax.photos import tiles
from maskgan_jax.unmasking import completed_face
from maskgan_jax.unmasking import unmasker as unmasker_lib

# Painted people of the sheet of masks: frontal, turned, with glasses.
_PAINTED = (7, 15, 18)
_SHEET_SIZE = 192
# Side of the faces on the sheet of expressions, in pixels.
_LARGE = 256
# Of the sheet of failures: drawn masks to choose from, and columns.
_TRIES = 40
_NUM_FAILURES = 6


def demonstrate(
  unmasker: unmasker_lib.Unmasker,
  paths: Mapping[str, str | os.PathLike],
  output_dir: str | os.PathLike,
) -> Iterator[pathlib.Path]:
  """Writes for each photo: as it was, masked, unmasked, side by side.

  Args:
    unmasker: the networks.
    paths: the photos, by the name of the picture to write.
    output_dir: where to; pictures that exist there are replaced.

  Raises:
    errors.UserError: a photo cannot be read or shows no face.
  """
  folder = pathlib.Path(output_dir)
  for seed, (name, path) in enumerate(paths.items()):
    image = photos.read(path)
    try:
      masked = draw_mask(image, seed)
      completed = unmasker.unmask(masked, faces="largest").image
    except errors.UserError as error:
      raise errors.UserError(f"{path}: {error}") from error
    output = folder / f"{name}.png"
    photos.save(output, tiles.tile([[image, masked, completed]]), like=path)
    yield output


def draw_mask(image: np.ndarray, seed: int) -> np.ndarray:
  """Draws a random mask, worn well, on the largest face of uint8 [H, W, 3].

  Raises:
    errors.UserError: no face is found.
  """
  landmarks = finder.largest_face(image)
  worn_well = masks.MaskDistribution().only(wears=["correct"])
  rng = np.random.default_rng(seed)
  return masks.draw(image, landmarks, rng, worn_well).image


def mask_sheet(paths: Iterable[str | os.PathLike]) -> np.ndarray:
  """Draws all kinds of masks, worn in several ways, on several people.

  Args:
    paths: photos, one person each; three painted people come after them.

  Returns:
    uint8 [H, W, 3], a row for each person, a column for each kind.
  """
  people = []
  for path in paths:
    image = photos.read(path)
    people.append((image, finder.largest_face(image)))
  for seed in _PAINTED:
    portrait = sample_faces.paint(seed)
    people.append((portrait.image, portrait.landmarks))
  rng = np.random.default_rng(3)
  return tiles.tile([_row(rng, r, *who) for r, who in enumerate(people)])


def _row(rng, number, image, landmarks) -> list[np.ndarray]:
  transform = alignment.crop_transform(landmarks, _SHEET_SIZE)
  crop, _ = alignment.warp(image, transform, _SHEET_SIZE)
  landmarks = alignment.transform_landmarks(landmarks, transform)
  other = [wear for wear in masks.WEARS if wear != "correct"]
  row = []
  for column, kind in enumerate(masks.MASK_TYPES):
    # One in four is not worn as it should be.
    turn, rest = divmod(number + column, 4)
    as_it_should = rest or kind in params.ONE_WAY
    wear = "correct" if as_it_should else other[turn % len(other)]
    worn = masks.MaskDistribution().only([kind], [wear])
    row.append(masks.draw(crop, landmarks, rng, worn).image)
  return row


def expression_sheet(
  unmasker: unmasker_lib.Unmasker, paths: Iterable[str | os.PathLike]
) -> np.ndarray:
  """Shows a mask taken off with each expression.

  Args:
    unmasker: networks that draw along landmarks.
    paths: photos, one person each.

  Returns:
    uint8 [H, W, 3], a row for each person: masked, then the expressions in the
    order of `expression.NAMES`.
  """
  rows = []
  for seed, path in enumerate(paths):
    image = photos.read(path)
    transform = alignment.crop_transform(finder.largest_face(image), _LARGE)
    masked = draw_mask(image, seed)
    faces = unmasker.find(masked, "largest")
    completed = []
    for name in expression.NAMES:
      faces = unmasker.complete(masked, faces, expression=name)
      completed.append(completed_face.lay_back(masked, faces).image)
    rows.append(
      [alignment.warp(x, transform, _LARGE)[0] for x in [masked, *completed]]
    )
  return tiles.tile(rows)


def failure_sheet(
  unmasker: unmasker_lib.Unmasker, paths: Iterable[str | os.PathLike]
) -> np.ndarray:
  """Shows where drawn masks of all kinds and wears were taken off worst.

  Of each kind of mask the one with the largest mean error in the mask counts.

  Args:
    unmasker: the networks.
    paths: photos, one person each.

  Returns:
    uint8 [H, W, 3], two rows for each person, masked and unmasked, the worst
    kind of mask on the left.
  """
  rows: list[list[np.ndarray]] = []
  for path in paths:
    image = photos.read(path)
    landmarks = finder.largest_face(image)
    transform = alignment.crop_transform(landmarks, _SHEET_SIZE)
    worst: dict[str, tuple[float, np.ndarray, np.ndarray]] = {}
    for seed in range(_TRIES):
      drawn = masks.draw(image, landmarks, np.random.default_rng(seed))
      try:
        completed = unmasker.unmask(drawn.image, faces="largest").image
      except errors.UserError:  # Under this mask no face is found.
        completed = drawn.image
      hidden = drawn.mask > 0
      error = float(
        np.abs(completed[hidden] - image[hidden].astype(int)).mean()
      )
      kind = drawn.params.mask_type
      if error > worst.get(kind, (-1.0,))[0]:
        worst[kind] = (error, drawn.image, completed)
    shown = sorted(worst.values(), key=lambda found: -found[0])[:_NUM_FAILURES]
    rows += [
      [alignment.warp(found[i], transform, _SHEET_SIZE)[0] for found in shown]
      for i in (1, 2)
    ]
  return tiles.tile(rows)
