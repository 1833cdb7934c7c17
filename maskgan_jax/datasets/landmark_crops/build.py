"""Builds the wide crops, unless they are there already, and reads them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from maskgan_jax.datasets import built
from maskgan_jax.datasets.landmark_crops import landmark_crops_dataset_builder
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.photos import coding

_NAME = "landmark_crops"


def build(
  source: sources.Source, data_dir: str, *, seed: int, num_processes: int
) -> str:
  """Builds the dataset into a folder; returns a report of two lines.

  Args:
    source: that knows who is on each picture.
    data_dir: where to; also gets skipped.csv, one line a picture left out.
    seed: of the masks.
    num_processes: how many do the work.

  Raises:
    sources.SourceError: the source is of another kind or names no people, or
      data_dir holds crops of other photos or another seed.
    locks.LockedError: another build writes into data_dir.
    files.WriteError: something cannot be written, such as when the disk is
      full.
  """
  known = [
    c.name for c in landmark_crops_dataset_builder.Builder.BUILDER_CONFIGS
  ]
  if source.kind not in known:
    raise sources.SourceError(
      f"Wide crops are not made of {source.kind}: give --source={known[0]} or"
      f" {known[1]}."
    )
  wanted = {
    "source": source.kind,
    "photos": source.fingerprint(),
    "seed": seed,
  }
  if built.versions(data_dir, _NAME):
    found = dict(_builder(data_dir).info.metadata)
    if found != wanted:
      raise sources.SourceError(
        f"{data_dir} holds crops built otherwise: {found}, {wanted} was asked"
        " for. Name another --data_dir, or remove this one first."
      )
    return f"{data_dir} holds this dataset already."
  builder = landmark_crops_dataset_builder.Builder(
    source=source, seed=seed, num_processes=num_processes, data_dir=data_dir
  )
  built.prepare(builder)
  counts = ", ".join(
    f"{name} {split.num_examples}"
    for name, split in builder.info.splits.items()
  )
  return (
    f"Crops: {counts}; skipped {len(builder.skipped)} photos.\n"
    f"Written to {builder.data_dir}"
  )


def open_split(data_dir: str, split: str) -> Sequence[dict[str, Any]]:
  """Opens a split for random access; `to_arrays` takes its items.

  Raises:
    sources.SourceError: data_dir holds no finished crops.
  """
  return _builder(data_dir).as_data_source(
    split, decoders={"image": tfds.decode.SkipDecoding()}
  )


def to_arrays(example: dict[str, Any]) -> dict[str, Any]:
  """Decodes one item of open_split.

  Returns:
    image: uint8 [256, 256, 3]; landmarks: float32 [468, 3], box: float32 [4],
    keypoints: float32 [5, 2], in its pixels; is_masked: bool.
  """
  return {
    "image": coding.rgb(example["image"]),
    "is_masked": bool(example["is_masked"]),
    **{
      name: np.asarray(example[name])
      for name in ("landmarks", "box", "keypoints")
    },
  }


def _builder(data_dir: str) -> tfds.core.DatasetBuilder:
  return built.find(
    data_dir,
    _NAME,
    "maskgan build --dataset=landmark_crops",
    landmark_crops_dataset_builder.Builder.VERSION,
  )
