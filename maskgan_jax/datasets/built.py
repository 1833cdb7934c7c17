"""Datasets on the disk: how TFDS writes them, and where they are found."""

import contextlib
import io
import pathlib
import tempfile

import tensorflow_datasets as tfds

from maskgan_jax.datasets.masked_faces import sources


def versions(data_dir: str, name: str) -> list[pathlib.Path]:
  """Lists finished builds; TFDS keeps unfinished ones in incomplete.*."""
  found = pathlib.Path(data_dir, name).glob("*/[0-9]*/dataset_info.json")
  return sorted(path.parent for path in found)


def find(data_dir: str, name: str, command: str) -> tfds.core.DatasetBuilder:
  """Returns the one finished dataset of a name.

  Args:
    data_dir: what it was built into.
    name: of the dataset.
    command: that builds it, for messages.

  Raises:
    sources.SourceError: there is none, or there are several.
  """
  if not pathlib.Path(data_dir).is_dir():
    raise sources.SourceError(
      f"{data_dir}: no such folder. Build the dataset first:"
      f" {command} --data_dir=..."
    )
  found = versions(data_dir, name)
  if len(found) != 1:
    listed = ", ".join(map(str, found)) or "none that is finished"
    raise sources.SourceError(
      f"{data_dir}: one {name} dataset expected, found {listed}. Build"
      f" it with {command}, each into a folder of its own."
    )
  return tfds.builder_from_directory(found[0])


def prepare(
  builder: tfds.core.DatasetBuilder,
  config: tfds.download.DownloadConfig | None = None,
) -> None:
  """Builds a dataset without what TFDS says of downloads; there are none."""
  tfds.disable_progress_bar()
  with (
    tempfile.TemporaryDirectory() as download_dir,
    contextlib.redirect_stdout(io.StringIO()),
  ):
    builder.download_and_prepare(
      download_dir=download_dir, download_config=config
    )
