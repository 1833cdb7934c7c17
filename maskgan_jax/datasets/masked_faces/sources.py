"""Where faces come from: one small picklable object a kind of source."""

import csv
import dataclasses
import hashlib
import pathlib
from typing import Any, NamedTuple, Protocol

import numpy as np

from maskgan_jax import photos, portraits
from maskgan_jax.common import errors

MANIFEST = "manifest.csv"
KINDS = ("folder", "pairs", "tfds:NAME", "sample_faces")


class SourceError(errors.UserError):
  """A source that cannot be used; the message says why and what to do."""


class Item(NamedTuple):
  """One picture to be made into examples.

  Attributes:
    name: unique in the source; it becomes the example's id.
    person_id: who it shows, or None where the source does not say.
    index: place in the source, for sources without files.
    files: the files it is made of, for ready pairs.
  """

  name: str
  person_id: str | None
  index: int = 0
  files: tuple[str, ...] = ()


class Skipped(NamedTuple):
  """One picture that cannot be used, and why."""

  name: str
  reason: str


class Loaded(NamedTuple):
  """A picture and, where the source knows it, its face mesh."""

  image: np.ndarray  # [H, W, 3] uint8 RGB
  landmarks: np.ndarray | None  # [468, 3] float32, pixels


class Source(Protocol):
  """Where pictures come from."""

  @property
  def kind(self) -> str: ...

  def items(self) -> tuple[list[Item], list[Skipped]]:
    """Lists the pictures, and those that cannot be used already."""

  def load(self, item: Item) -> Any:
    """Returns a `Loaded`, or what `pairs.Pairs` finds."""

  def fingerprint(self) -> str:
    """Changes with the pictures."""


@dataclasses.dataclass(frozen=True)
class Folder:
  """A folder of photos, nested or not, with or without manifest.csv."""

  faces_dir: str
  kind = "folder"

  def items(self) -> tuple[list[Item], list[Skipped]]:
    """Lists the photos, sorted by name.

    With a manifest, a photo that it does not name is skipped: it might show a
    person of another split.
    """
    root = pathlib.Path(self.faces_dir)
    paths = photos.find(root)
    people = read_manifest(root / MANIFEST)
    items, skipped = [], []
    for path in paths:
      name = path.relative_to(root).as_posix()
      if people is None:
        items.append(Item(name, None))
      elif name in people:
        items.append(Item(name, people[name]))
      else:
        skipped.append(Skipped(name, f"not in {MANIFEST}"))
    return items, skipped

  def load(self, item: Item) -> Loaded:
    """Reads one photo; photos.PhotoError where it cannot be."""
    return Loaded(photos.read(pathlib.Path(self.faces_dir, item.name)), None)

  def fingerprint(self) -> str:
    """Returns a short hash of the photos' names and sizes."""
    root = pathlib.Path(self.faces_dir)
    paths = photos.find(root)
    if (root / MANIFEST).is_file():
      paths.append(root / MANIFEST)
    return hash_of_files(root, paths)


@dataclasses.dataclass(frozen=True)
class SampleFaces:
  """Painted portraits; every face is its own person."""

  num_faces: int = 300
  seed: int = 0
  kind = "sample_faces"

  def items(self) -> tuple[list[Item], list[Skipped]]:
    names = [f"portrait-{i:06d}" for i in range(self.num_faces)]
    return [Item(name, name, i) for i, name in enumerate(names)], []

  def load(self, item: Item) -> Loaded:
    # Seeds of neighbouring builds do not overlap below a million faces.
    portrait = portraits.paint(self.seed * 1_000_000 + item.index)
    return Loaded(portrait.image, portrait.landmarks)

  def fingerprint(self) -> str:
    return f"{self.num_faces} portraits"


def read_manifest(path: pathlib.Path) -> dict[str, str] | None:
  """Reads file and person_id from a CSV file; None where there is none.

  Raises:
    SourceError: a column is missing, or a row names a file twice or leaves a
      value out.
  """
  if not path.is_file():
    return None
  people = {}
  with path.open(newline="", encoding="utf-8-sig") as file:
    reader = csv.DictReader(file)
    missing = {"file", "person_id"} - set(reader.fieldnames or ())
    if missing:
      raise SourceError(
        f"{path}: no column {' and '.join(sorted(missing))}; the columns are"
        f" {reader.fieldnames}. Its first line must hold at least"
        " file,person_id."
      )
    for row in reader:
      place = f"{path}, line {reader.line_num}"
      name = pathlib.PurePosixPath((row["file"] or "").strip()).as_posix()
      person = (row["person_id"] or "").strip()
      if name == "." or not person:
        raise SourceError(
          f"{place}: file or person_id is empty. Fill both in or"
          " remove the line."
        )
      if people.setdefault(name, person) != person:
        raise SourceError(
          f"{place}: {name} belongs to {people[name]} and to"
          f" {person}. Keep one of the two lines."
        )
  return people


def hash_of_files(root: pathlib.Path, paths: list[pathlib.Path]) -> str:
  """Returns a short hash of the files' names under root and their sizes."""
  digest = hashlib.sha256()
  for path in paths:
    name = path.relative_to(root).as_posix()
    digest.update(f"{name}\0{path.stat().st_size}\n".encode())
  return digest.hexdigest()[:16]
