"""What a build writes down: beside the dataset, and into its metadata."""

import csv
import os
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from maskgan_jax.common import files
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import draw, lookalikes, people
from maskgan_jax.faces import alignment
from maskgan_jax.photos import coding

SKIPPED = "skipped.csv"
PEOPLE = "people.csv"
LOOKALIKES = "lookalikes.csv"
SHEET = "lookalikes.jpg"


def write_skipped(
  folder: pathlib.Path, skipped: Sequence[sources.Skipped]
) -> None:
  """Writes which pictures cannot be used, and why, one a line.

  Raises:
    files.WriteError: it cannot be written.
  """
  files.write_csv(folder / SKIPPED, ("file", "reason"), skipped)


def write_people(
  folder: pathlib.Path,
  names: Sequence[str],
  identities: Sequence[people.Identity],
  embeddings: Sequence[np.ndarray | None],
  splits: Mapping[str, Sequence[int]],
  image_of: Callable[[int], np.ndarray],
) -> int:
  """Writes who is on each picture, and who looks alike across the splits.

  Args:
    folder: where to.
    names: of the pictures.
    identities: who is on them.
    embeddings: of their faces, or None.
    splits: indices of the pictures in each; caps leave some out of all.
    image_of: from a picture's index to its crop, uint8 [S, S, 3].

  Returns:
    How many pairs of people in different splits look alike.

  Raises:
    files.WriteError: something cannot be written.
  """
  split = [""] * len(names)
  for name, indices in splits.items():
    for i in indices:
      split[i] = name
  files.write_csv(
    folder / PEOPLE,
    ("file", "id", "group", "split", "merged_for"),
    (
      (names[i], who.id, who.group, split[i], who.reason)
      for i, who in enumerate(identities)
    ),
  )
  groups = [who.group for who in identities]
  pairs = lookalikes.find(embeddings, groups, split)
  files.write_csv(
    folder / LOOKALIKES,
    (
      *("number", "cosine", "file", "split", "group"),
      *("other_file", "other_split", "other_group"),
    ),
    (
      (
        *(number, f"{pair.cosine:.3f}"),
        *(names[pair.first], split[pair.first], groups[pair.first]),
        *(names[pair.second], split[pair.second], groups[pair.second]),
      )
      for number, pair in enumerate(pairs, 1)
    ),
  )
  if pairs:
    picture = coding.jpeg(lookalikes.sheet(pairs, image_of))
    files.write(folder / SHEET, picture)
  else:
    (folder / SHEET).unlink(missing_ok=True)
  return len(pairs)


def splits_of(folder: str | os.PathLike) -> Callable[[sources.Item], str]:
  """Returns what says in which split the person on a photo is.

  It goes by the group that people.csv names for the photo's file, or for its
  person_id; by the person_id itself where neither is in it, or no such file is
  in the folder.

  Args:
    folder: of a dataset.
  """
  files_in, ids_in = {}, {}
  path = pathlib.Path(folder, PEOPLE)
  if path.is_file():
    with path.open(newline="", encoding="utf-8") as file:
      for row in csv.DictReader(file):
        files_in[row["file"]] = ids_in[row["id"]] = row["group"]

  def split_of(item: sources.Item) -> str:
    by_id = ids_in.get(item.person_id, item.person_id)
    return people.split_of(files_in.get(item.name, by_id))

  return split_of


def metadata(
  identities: Sequence[people.Identity], splits: Mapping[str, Sequence[int]]
) -> dict[str, Any]:
  """Returns what a reader may ask about a build besides its parameters.

  Args:
    identities: who is on the pictures.
    splits: indices of the pictures in each.
  """
  used = [identities[i] for indices in splits.values() for i in indices]
  groups = {who.group for who in used}
  return {
    "num_faces": {name: len(indices) for name, indices in splits.items()},
    "num_people": len(groups),
    "num_merged": len({who.id for who in used}) - len(groups),
    "num_left_out_by_caps": len(identities) - len(used),
    "bare_share": draw.BARE_SHARE,
    "hand_share": draw.HAND_SHARE,
    "bearded_share": draw.BEARDED_SHARE,
    "turned": {"from": draw.TURNED, "factor": draw.TURNED_FACTOR},
    "jpeg_quality": coding.JPEG_QUALITY,
    "crop": {
      "side_per_eye_distance": alignment.SIDE_PER_EYE_DISTANCE,
      "side_per_face_height": alignment.SIDE_PER_FACE_HEIGHT,
      "middle_y": alignment.MIDDLE_Y,
    },
  }
