"""The whole photos of a split's people, and the faces that are known on them.

They come from a folder, not from the dataset, which keeps nothing but crops cut
by the landmarks of the bare face. The folder's manifest.csv says who is on
which photo, and people are split as in the dataset beside it: as its people.csv
says, with those who look alike in one group, or by the manifest where there is
no dataset.
"""

import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from maskgan_jax import photos
from maskgan_jax.common import errors, progress
from maskgan_jax.datasets.masked_faces import notes, sources
from maskgan_jax.datasets.masked_faces.stages import people, references
from maskgan_jax.faces import alignment, finder, usability
from maskgan_jax.metrics import identity


class BarePhoto(NamedTuple):
  """A photo whose largest face is known.

  Attributes:
    item: of the folder.
    face: with the landmarks of the bare face.
    true: its crop, by whose keypoints all versions are compared.
    lower_face: of its crop, which tells the shots of one sitting.
  """

  item: sources.Item
  face: finder.LandmarkedFace
  true: identity.Person
  lower_face: np.ndarray


def find(
  source: sources.Folder, split: str, size: int, data_dir: str | os.PathLike
) -> tuple[list[BarePhoto], int]:
  """Finds the bare faces of a split's people.

  Left out are photos that cannot be read, and those whose largest face is not
  one to learn from (`usability.UsabilityRule`).

  Args:
    source: the folder, with a manifest.
    split: of people: "train", "validation" or "test".
    size: side of the aligned frame in pixels.
    data_dir: the dataset, which may have a people.csv.

  Returns:
    The photos, sorted by name, and the number of those left out.

  Raises:
    errors.UserError: no manifest.csv, no split of this name, or none of its
      people has a photo that can be used.
  """
  items = _items(source, split, notes.splits_of(data_dir))
  known = []
  with progress.bar(len(items), "photo", label="Bare faces") as bar:
    for item in items:
      bare = _bare(source, item, size)
      if bare is not None:
        known.append(bare)
      bar.update()
  if not known:
    raise errors.UserError(
      f"{source.faces_dir}: none of its {len(items)} photos of people of the"
      f" {split} split shows a face that can be scored. Give more photos, or"
      " another --split."
    )
  return known, len(items) - len(known)


def _bare(
  source: sources.Folder, item: sources.Item, size: int
) -> BarePhoto | None:
  """A photo's largest face; None if it is not to be used."""
  try:
    image = source.load(item).image
  except photos.PhotoError:
    return None
  found = finder.shared().find(image, "largest")
  if not found:
    return None
  [face] = found
  transform = alignment.crop_transform(face.landmarks, size)
  crop, valid = alignment.warp(image, transform, size)
  reason = usability.reason_not_to_learn(
    face.landmarks, face.confidence, valid, usability.UsabilityRule()
  )
  if reason:
    return None
  return BarePhoto(
    item, face, identity.Person(crop), references.lower_face(crop)
  )


def _items(
  source: sources.Folder, split: str, split_of: Callable[[sources.Item], str]
) -> list[sources.Item]:
  """The photos of a split's people."""
  if split not in people.BUCKETS:
    raise errors.UserError(
      f"--faces_dir is scored by people: --split={split} must be one of"
      f" {', '.join(people.BUCKETS)}. Fewer photos are --num_photos."
    )
  items, _ = source.items()
  if any(item.person_id is None for item in items):
    raise errors.UserError(
      f"{source.faces_dir}: {sources.MANIFEST} is missing. Add it, with the"
      " columns file,person_id: only people that no network was trained on are"
      " scored."
    )
  return [item for item in items if split_of(item) == split]
