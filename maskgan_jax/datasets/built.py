"""Datasets on the disk: how TFDS writes them, and where they are found."""

import contextlib
import errno
import io
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

import tensorflow_datasets as tfds
from tensorflow_datasets.core import example_serializer

from maskgan_jax.common import files, locks
from maskgan_jax.datasets.masked_faces import sources

_DISK_IS_FULL = tuple(map(os.strerror, (errno.ENOSPC, errno.EDQUOT)))


def _serialize(
  serializer: example_serializer.ExampleSerializer, example: dict
) -> bytes:
  """Writes an example's features in one order.

  TFDS leaves it to each process's hashes: no two builds would be equal.
  """
  message = serializer.get_tf_example(example)
  return message.SerializeToString(deterministic=True)


example_serializer.ExampleSerializer.serialize_example = _serialize


def versions(data_dir: str, name: str) -> list[pathlib.Path]:
  """Lists finished builds; TFDS keeps unfinished ones in incomplete.*."""
  found = pathlib.Path(data_dir, name).glob("*/[0-9]*/dataset_info.json")
  return sorted(path.parent for path in found)


def find(
  data_dir: str, name: str, command: str, version: object
) -> tfds.core.DatasetBuilder:
  """Returns the one finished dataset of a name.

  Args:
    data_dir: what it was built into.
    name: of the dataset.
    command: that builds it, for messages.
    version: that this program builds and reads.

  Raises:
    sources.SourceError: there is none, there are several, or it is of another
      version.
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
  if found[0].name != str(version):
    raise sources.SourceError(
      f"{found[0]}: version {found[0].name} of {name}, but this program builds"
      f" and reads {version}. Build it again: remove {data_dir}/{name}, or name"
      f" another folder, and run {command} --data_dir=..."
    )
  return tfds.builder_from_directory(found[0])


def is_done(
  builder: tfds.core.DatasetBuilder,
  config: tfds.download.DownloadConfig | None,
) -> bool:
  """Whether TFDS finds the dataset finished, and only reads it."""
  mode = (config or tfds.download.DownloadConfig()).download_mode
  reuse = tfds.download.GenerateMode.REUSE_DATASET_IF_EXISTS
  return mode == reuse and builder.data_path.exists()


@contextlib.contextmanager
def writing(
  data_dir: str | os.PathLike, name: str, stays: str = ""
) -> Iterator[None]:
  """Lets one build at a time write a dataset into a folder.

  What killed builds left half-written is removed first.

  Args:
    data_dir: the folder.
    name: of the dataset.
    stays: a sentence on what is not lost, for messages.

  Raises:
    locks.LockedError: another build writes into it.
    files.WriteError: it cannot be written, such as when the disk is full.
  """
  folder = pathlib.Path(data_dir)
  with locks.locked(folder):
    for left in folder.glob(f"{name}/*/incomplete.*"):
      shutil.rmtree(left)
    for left in folder.glob(".*.partial"):
      left.unlink()
    try:
      yield
    except files.WriteError as error:
      raise files.WriteError(f"{error} {stays}".strip()) from error
    except (OSError, RuntimeError) as error:  # array_record raises the latter.
      full = [text for text in _DISK_IS_FULL if text in str(error)]
      if not full:
        raise
      raise files.WriteError(
        f"{data_dir}: cannot be written ({full[0]}). Make room. {stays}".strip()
      ) from error


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
