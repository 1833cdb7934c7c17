"""A folder of photos."""

import dataclasses
import os
import pathlib

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces.sources import (
  contents,
  interface,
  manifest,
)


@dataclasses.dataclass(frozen=True)
class Folder:
  """A folder of photos, nested or not, with or without manifest.csv."""

  faces_dir: str
  kind = "folder"

  def items(self) -> tuple[list[interface.Item], list[interface.Skipped]]:
    """Lists the photos, sorted by name.

    With a manifest, a photo that it does not name is skipped: it might show a
    person of another split. So is one whose name is not UTF-8: examples are
    called by their photos' names.
    """
    root = pathlib.Path(self.faces_dir)
    named, skipped = {}, []
    for path in photos.find(root):
      name = path.relative_to(root).as_posix()
      if reason := not_utf8(name):
        skipped.append(reason)
      else:
        named[name] = path
    people = manifest.rows_of(root / manifest.FILE, named.keys())
    if people is None:
      hashes = contents.of_files(list(named.values()))
      return [
        interface.Item(name, None, content=content)
        for name, content in zip(named, hashes, strict=True)
      ], skipped
    items = []
    for name in named:
      if name in people:
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
    """Returns a short hash of the photos, their names and the manifest."""
    root = pathlib.Path(self.faces_dir)
    paths = photos.find(root)
    if (root / manifest.FILE).is_file():
      paths.append(root / manifest.FILE)
    return contents.of_folder(root, paths)


def not_utf8(name: str) -> interface.Skipped | None:
  """Returns why a file is skipped if its name is not UTF-8."""
  raw = os.fsencode(name)
  try:
    raw.decode()
    return None
  except UnicodeDecodeError:
    return interface.Skipped(
      raw.decode(errors="backslashreplace"), "its name is not UTF-8"
    )
