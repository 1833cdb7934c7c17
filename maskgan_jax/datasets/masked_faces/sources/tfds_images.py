"""The pictures of another TFDS dataset, prepared as array_record."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import tensorflow_datasets as tfds

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces import sources

# Features that say who is on a picture, the first that exists.
PERSON_FEATURES = ("identity", "label")


@dataclasses.dataclass(frozen=True)
class TfdsImages:
  """All splits of a TFDS dataset that has an `image` feature.

  Attributes:
    name: as TFDS writes it, such as celeb_a or my_faces/large:1.0.0.
    data_dir: where it was prepared.
  """

  name: str
  data_dir: str

  @property
  def kind(self) -> str:
    return f"tfds:{self.name}"

  def items(self) -> tuple[list[sources.Item], list[sources.Skipped]]:
    """Lists the records; `identity` or `label` says who is on them."""
    builder = _builder(self.name, self.data_dir)
    feature = next(
      (f for f in PERSON_FEATURES if f in builder.info.features), ""
    )
    items = []
    for split in sorted(builder.info.splits):
      records = _records(self, split)
      for index in range(len(records)):
        person = None
        if feature:
          value = records[index][feature]
          person = value.decode() if isinstance(value, bytes) else str(value)
        items.append(sources.Item(f"{split}/{index:07d}", person, index))
    return items, []

  def load(self, item: sources.Item) -> sources.Loaded:
    """Decodes one record; photos.PhotoError where it cannot be."""
    record = _records(self, item.name.split("/")[0])[item.index]
    return sources.Loaded(photos.decode(record["image"], item.name), None)

  def fingerprint(self) -> str:
    info = _builder(self.name, self.data_dir).info
    total = sum(split.num_examples for split in info.splits.values())
    return f"{info.full_name}, {total} records"


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
