"""A folder of photos."""

import dataclasses
import hashlib
import pathlib

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces.sources import interface, manifest


@dataclasses.dataclass(frozen=True)
class Folder:
  """A folder of photos, nested or not, with or without manifest.csv."""

  faces_dir: str
  kind = "folder"

  def items(self) -> tuple[list[interface.Item], list[interface.Skipped]]:
    """Lists the photos, sorted by name.

    With a manifest, a photo that it does not name is skipped: it might show a
    person of another split.
    """
    root = pathlib.Path(self.faces_dir)
    paths = photos.find(root)
    people = manifest.read(root / manifest.FILE)
    items, skipped = [], []
    for path in paths:
      name = path.relative_to(root).as_posix()
      if people is None:
        items.append(interface.Item(name, None))
      elif name in people:
        items.append(interface.Item(name, **people[name]._asdict()))
      else:
        skipped.append(interface.Skipped(name, f"not in {manifest.FILE}"))
    return items, skipped

  def load(self, item: interface.Item) -> interface.Loaded:
    """Reads one photo; photos.PhotoError where it cannot be."""
    return interface.Loaded(
      photos.read(pathlib.Path(self.faces_dir, item.name)), None
    )

  def fingerprint(self) -> str:
    """Returns a short hash of the photos' names and sizes."""
    root = pathlib.Path(self.faces_dir)
    paths = photos.find(root)
    if (root / manifest.FILE).is_file():
      paths.append(root / manifest.FILE)
    return hash_of_files(root, paths)


def hash_of_files(root: pathlib.Path, paths: list[pathlib.Path]) -> str:
  """Returns a short hash of the files' names under root and their sizes."""
  digest = hashlib.sha256()
  for path in paths:
    name = path.relative_to(root).as_posix()
    digest.update(f"{name}\0{path.stat().st_size}\n".encode())
  return digest.hexdigest()[:16]
