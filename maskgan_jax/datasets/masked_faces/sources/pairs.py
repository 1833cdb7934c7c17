"""Ready pairs: a masked and a bare picture of the same view."""

import dataclasses
import pathlib

import numpy as np

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.sources import contents

DIRECTIONS = ("AtoB", "BtoA")


@dataclasses.dataclass(frozen=True)
class Pairs:
  """Two folders with equal names, or one of side-by-side pictures.

  Attributes:
    input_dir: pictures with masks.
    target_dir: the same without masks, equally named up to the suffix.
    pairs_dir: side-by-side pictures instead of the two.
    direction: of these; AtoB if the left half wears the mask, BtoA if the
      right half does.
    mask_dir: pictures of the masks, white on black, equally named; without
      them the mask is where the two pictures differ.
  """

  input_dir: str | None = None
  target_dir: str | None = None
  pairs_dir: str | None = None
  direction: str = "AtoB"
  mask_dir: str | None = None
  kind = "pairs"

  def __post_init__(self):
    if self.direction not in DIRECTIONS:
      raise sources.SourceError(
        f"direction is {self.direction}; allowed are {', '.join(DIRECTIONS)}."
      )
    given = bool(self.input_dir), bool(self.target_dir), bool(self.pairs_dir)
    if given not in ((True, True, False), (False, False, True)):
      raise sources.SourceError(
        "Ready pairs need either --input_dir (with masks) and --target_dir"
        " (without), or --pairs_dir (side by side)."
      )

  def items(self) -> tuple[list[sources.Item], list[sources.Skipped]]:
    """Lists the pairs; a picture without its partner is skipped."""
    folders = self._folders()
    files, skipped = [], []
    for folder in folders:
      found, not_read = _by_stem(folder)
      files.append(found)
      skipped += not_read
    bare = 0 if self.pairs_dir else 1
    listed = {
      name: path.relative_to(folders[bare]).as_posix()
      for name, path in files[bare].items()
    }
    people = sources.manifest_rows(
      folders[bare] / sources.MANIFEST, listed.values()
    )
    items = []
    for name in sorted(set().union(*files)):
      missing = [
        str(folder)
        for folder, names in zip(folders, files, strict=True)
        if name not in names
      ]
      if missing:
        reason = f"no picture of this name in {' and '.join(missing)}"
        skipped.append(sources.Skipped(name, reason))
      elif people is not None and listed[name] not in people:
        skipped.append(sources.Skipped(name, f"not in {sources.MANIFEST}"))
      else:
        paths = tuple(str(names[name]) for names in files)
        known = {"person_id": None}
        if people is not None:
          known = people[listed[name]]._asdict()
        items.append(sources.Item(name, files=paths, **known))
    if people is None:
      bare_files = [pathlib.Path(item.files[bare]) for item in items]
      items = [
        item._replace(content=content)
        for item, content in zip(
          items, contents.of_files(bare_files), strict=True
        )
      ]
    return items, skipped

  def load(
    self, item: sources.Item
  ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Reads the masked picture, the bare one, and the mask if there is one.

    Returns:
      uint8 [H, W, 3], the same, and uint8 [H, W] or None.

    Raises:
      photos.PhotoError: a file cannot be read, or sizes differ.
    """
    pictures = [photos.read(path) for path in item.files]
    if self.pairs_dir:
      pictures[:1] = _halves(pictures[0], item.files[0])
      if self.direction == "BtoA":
        pictures[:2] = pictures[1::-1]
    shapes = [picture.shape[:2] for picture in pictures]
    if len(set(shapes)) > 1:
      sizes = " and ".join(f"{width}x{height}" for height, width in shapes)
      raise photos.PhotoError(
        f"{' and '.join(item.files)}: the sizes {sizes} differ. Cut both"
        " pictures alike."
      )
    mask = pictures[2][..., 0] if self.mask_dir else None
    return pictures[0], pictures[1], mask

  def fingerprint(self) -> str:
    """Returns short hashes of the pictures, their names and the manifest."""
    hashes = []
    for folder in self._folders():
      paths = photos.find(folder)
      if (folder / sources.MANIFEST).is_file():
        paths.append(folder / sources.MANIFEST)
      hashes.append(contents.of_folder(folder, paths))
    return " ".join([self.direction, *hashes])

  def _folders(self) -> list[pathlib.Path]:
    folders = [self.pairs_dir, self.input_dir, self.target_dir, self.mask_dir]
    return [pathlib.Path(folder) for folder in folders if folder]


def _by_stem(
  folder: pathlib.Path,
) -> tuple[dict[str, pathlib.Path], list[sources.Skipped]]:
  """Maps names without suffix, relative to the folder, to files."""
  files, skipped = {}, []
  for path in photos.find(folder):
    name = path.relative_to(folder).with_suffix("").as_posix()
    if reason := sources.not_utf8(name):
      skipped.append(reason)
      continue
    if name in files:
      raise sources.SourceError(
        f"{path} and {files[name]} have the same name up to the suffix. Keep"
        " one of them."
      )
    files[name] = path
  return files, skipped


def _halves(picture: np.ndarray, path: str) -> list[np.ndarray]:
  width = picture.shape[1]
  if width % 2:
    raise photos.PhotoError(
      f"{path}: {width} pixels across, so its halves differ in size. Put two"
      " pictures of one size side by side."
    )
  return [picture[:, : width // 2], picture[:, width // 2 :]]
