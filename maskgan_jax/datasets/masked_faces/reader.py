"""Random access to a built dataset, decoded fast and without TensorFlow."""

import json
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import tensorflow_datasets as tfds

from maskgan_jax.datasets import built
from maskgan_jax.datasets.masked_faces import (
  masked_faces_dataset_builder,
  sources,
)
from maskgan_jax.faces import alignment
from maskgan_jax.masks import drawing
from maskgan_jax.photos import coding

_NAME = "masked_faces"
_PICTURES = ("image", "overlay", "alpha", "valid")
_TEXTS = ("id", "person_id", "source", "mask_type")
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


def to_arrays(
  example: dict[str, Any], size: int | None = None
) -> dict[str, Any]:
  """Decodes one item of open_split and composes its masked image.

  Args:
    example: the item.
    size: side that the crop is brought to, in pixels; by default the side at
      which it is stored.

  Returns:
    image, masked_image: uint8 [H, W, 3]; mask: uint8 [H, W, 1], 1 where the
    mask hides the face; valid: uint8 [H, W, 1], 1 where the crop shows the
    photo; id, person_id, source, mask_type: str; reference_ids: list of str,
    other photos of the person; synthetic: bool; mask_params: dict, what the
    mask was drawn from; distractor: bool, whether a beard or the like is
    painted on the face; transform: float32 [2, 3], photo pixels to crop pixels;
    landmarks: float32 [468, 3], in crop pixels, and face_width: float, in
    photo pixels, NaN where none are known.
  """
  image = coding.rgb(example["image"])
  masked = drawing.composite(image, coding.rgba(example["overlay"]))
  alpha = coding.grey(example["alpha"])
  valid = coding.grey(example["valid"])
  transform, landmarks = example["transform"], example["landmarks"]
  mask_params = json.loads(example["mask_params"])
  stored = image.shape[0]
  if size and size != stored:
    image, masked, alpha = (_resized(x, size) for x in (image, masked, alpha))
    valid = cv2.resize(valid, (size, size), interpolation=cv2.INTER_NEAREST)
    resize = _resize_transform(size / stored)
    landmarks = alignment.transform_landmarks(landmarks, resize)
    transform = (resize @ np.vstack([transform, [0, 0, 1]])).astype(np.float32)
  return {
    "image": image,
    "masked_image": masked,
    "mask": (alpha > MASK_THRESHOLD).astype(np.uint8)[..., None],
    "valid": (valid > 0).astype(np.uint8)[..., None],
    "transform": transform,
    "landmarks": landmarks,
    "face_width": float(example["face_width"]),
    "synthetic": bool(example["synthetic"]),
    "reference_ids": [name.decode() for name in example["reference_ids"]],
    "mask_params": mask_params,
    "distractor": np.bool_("distractor" in mask_params),
    **{name: example[name].decode() for name in _TEXTS},
  }


def _resized(picture: np.ndarray, size: int) -> np.ndarray:
  larger = size > picture.shape[0]
  method = cv2.INTER_CUBIC if larger else cv2.INTER_AREA
  return cv2.resize(picture, (size, size), interpolation=method)


def _resize_transform(ratio: float) -> np.ndarray:
  """What resizing does to coordinates, [2, 3]; pixel centres are whole."""
  offset = (ratio - 1) / 2
  return np.array([[ratio, 0, offset], [0, ratio, offset]])


def _builder(data_dir: str) -> tfds.core.DatasetBuilder:
  version = masked_faces_dataset_builder.Builder.VERSION
  return built.find(data_dir, _NAME, "maskgan build", version)
