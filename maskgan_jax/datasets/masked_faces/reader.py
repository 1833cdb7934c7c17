"""Random access to a built dataset, decoded fast and without TensorFlow."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from maskgan_jax.datasets import built
from maskgan_jax.datasets.masked_faces import (
  masked_faces_dataset_builder,
  sources,
)
from maskgan_jax.masks import drawing
from maskgan_jax.photos import coding

_NAME = "masked_faces"
_PICTURES = ("image", "overlay", "alpha", "valid")
MASK_THRESHOLD = 127  # mask where the mask's own alpha exceeds one half


def is_built(data_dir: str) -> bool:
  """Says whether a finished dataset lies in data_dir."""
  return bool(built.versions(data_dir, _NAME))


def metadata(data_dir: str) -> dict[str, Any]:
  """Returns what the build noted: parameters, counts, crop constants."""
  return dict(_builder(data_dir).info.metadata)


def open_split(
  data_dir: str, split: str
) -> tuple[Sequence[dict[str, Any]], dict[str, Any]]:
  """Opens a split for random access.

  Args:
    data_dir: what the dataset was built into.
    split: train, validation or test, or a slice of one such as train[:100].

  Returns:
    A sequence whose items to_arrays takes, and the build's metadata.

  Raises:
    sources.SourceError: data_dir holds no finished dataset or no such split.
  """
  builder = _builder(data_dir)
  known = list(builder.info.splits)
  if split.split("[")[0] not in known:
    raise sources.SourceError(
      f"{data_dir} has no split {split!r}; it has {', '.join(known)}."
    )
  source = builder.as_data_source(
    split, decoders={name: tfds.decode.SkipDecoding() for name in _PICTURES}
  )
  return source, dict(builder.info.metadata)


def to_arrays(example: dict[str, Any]) -> dict[str, Any]:
  """Decodes one item of open_split and composes its masked image.

  Returns:
    image, masked_image: uint8 [H, W, 3]; mask: uint8 [H, W, 1], 1 where the
    mask hides the face; valid: uint8 [H, W, 1], 1 where the crop shows the
    photo; id, person_id, mask_type: str; mask_params: dict, what the mask was
    drawn from; transform: float32 [2, 3], photo pixels to crop pixels.
  """
  image = coding.rgb(example["image"])
  masked = drawing.composite(image, coding.rgba(example["overlay"]))
  alpha = coding.grey(example["alpha"])
  valid = coding.grey(example["valid"])
  return {
    "image": image,
    "masked_image": masked,
    "mask": (alpha > MASK_THRESHOLD).astype(np.uint8)[..., None],
    "valid": (valid > 0).astype(np.uint8)[..., None],
    "transform": example["transform"],
    "id": example["id"].decode(),
    "person_id": example["person_id"].decode(),
    "mask_type": example["mask_type"].decode(),
    "mask_params": json.loads(example["mask_params"]),
  }


def _builder(data_dir: str) -> tfds.core.DatasetBuilder:
  version = masked_faces_dataset_builder.Builder.VERSION
  return built.find(data_dir, _NAME, "maskgan build", version)
