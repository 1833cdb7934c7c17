"""The pictures of another TFDS dataset, prepared as array_record."""

import dataclasses
import functools
import pathlib
from collections.abc import Sequence
from typing import Any

import tensorflow_datasets as tfds

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.sources import contents


@dataclasses.dataclass(frozen=True)
class TfdsImages:
  """All splits of a TFDS dataset that has an `image` feature.

  Attributes:
    name: as TFDS writes it, such as celeb_a or my_faces/large:1.0.0.
    data_dir: where it was prepared.
    person_feature: the feature that says who is on a picture, if one does. It
      must be named: a `label` may be anything.
  """

  name: str
  data_dir: str
  person_feature: str | None = None

  @property
  def kind(self) -> str:
    return f"tfds:{self.name}"

  def items(self) -> tuple[list[sources.Item], list[sources.Skipped]]:
    """Lists the records and, by `person_feature`, who is on them.

    Raises:
      sources.SourceError: the dataset cannot be used, or lacks that feature.
    """
    builder = _builder(self.name, self.data_dir)
    _check_says_who(self, builder.info.features)
    items = []
    for split in sorted(builder.info.splits):
      records = _records(self, split)
      for index in range(len(records)):
        record = records[index]
        person, content = None, ""
        if self.person_feature:
          value = record[self.person_feature]
          person = value.decode() if isinstance(value, bytes) else str(value)
        else:
          content = contents.of_bytes(record["image"])
        items.append(
          sources.Item(
            f"{split}/{index:07d}", person, index=index, content=content
          )
        )
    return items, []

  def load(self, item: sources.Item) -> sources.Loaded:
    """Decodes one record; photos.PhotoError where it cannot be."""
    record = _records(self, item.name.split("/")[0])[item.index]
    return sources.Loaded(photos.decode(record["image"], item.name), None)

  def fingerprint(self) -> str:
    """Returns the dataset's name, a hash of its records, and who says who."""
    builder = _builder(self.name, self.data_dir)
    root = pathlib.Path(builder.data_dir)
    records = sorted(root.glob("*.array_record*"))
    return (
      f"{builder.info.full_name} {contents.of_folder(root, records)},"
      f" people by {self.person_feature or 'their faces'}"
    )


def _check_says_who(source: TfdsImages, features: Any) -> None:
  """Raises where the feature that names people is not one, or not there."""
  name = source.person_feature
  if name is None:
    return
  if name not in features:
    raise sources.SourceError(
      f"--person_feature={name}: {source.name} has no such feature; it has"
      f" {', '.join(features)}. Name the one that says who is on a picture, or"
      " leave it out."
    )
  if features[name].shape != ():
    raise sources.SourceError(
      f"--person_feature={name}: {source.name} has one of shape"
      f" {features[name].shape}; a number or a text is needed. Name another, or"
      " leave it out."
    )


@functools.cache
def _builder(name: str, data_dir: str) -> tfds.core.DatasetBuilder:
  """Opens a prepared dataset.

  Raises:
    sources.SourceError: it is not there, has no image feature or is stored
      in another format.
  """
  try:
    builder = tfds.core.read_only_builder.builder_from_files(
      name, data_dir=data_dir
    )
  except tfds.core.DatasetNotFoundError as error:
    raise sources.SourceError(
      f"{data_dir} holds no prepared TFDS dataset {name}. Prepare it once,"
      " where TensorFlow is installed: tfds build"
      f" {name} --file_format=array_record --data_dir={data_dir}"
    ) from error
  if "image" not in builder.info.features:
    raise sources.SourceError(
      f"{name} has no feature image; it has"
      f" {', '.join(builder.info.features)}. Name a dataset of photos."
    )
  if builder.info.file_format.value != "array_record":
    raise sources.SourceError(
      f"{name} in {data_dir} is stored as {builder.info.file_format.value};"
      " only array_record is read without TensorFlow. Prepare it again with"
      f" tfds build {name} --file_format=array_record into another"
      " --data_dir."
    )
  return builder


@functools.cache
def _records(source: TfdsImages, split: str) -> Sequence[dict[str, Any]]:
  return _builder(source.name, source.data_dir).as_data_source(
    split, decoders={"image": tfds.decode.SkipDecoding()}
  )
