"""Whether an exported file gives what the networks give, and how fast."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from maskgan_jax import masks
from maskgan_jax.common import timing
from maskgan_jax.datasets import sample_faces
from maskgan_jax.exporting import completion, landmarks
from maskgan_jax.faces import alignment
from maskgan_jax.networks import images, loaded

# What rounding to 8 bits may make of two orders of the same sum.
TOLERANCE = 1
# Of landmarks, in pixels of the rough crop, and of their confidence.
LANDMARK_TOLERANCE = 0.02
_NUM_FACES, _NUM_CALLS = 4, 15


class Report(NamedTuple):
  """How an exported file compares with the networks it was made from."""

  picture_difference: int  # The largest, of 255.
  mask_difference: int
  milliseconds: float  # A face, the median of single ones.
  jax_milliseconds: float


def compare(
  exported: completion.Completion, networks: loaded.LoadedNetworks
) -> Report:
  """Compares on painted faces under drawn masks, one by one and in a batch.

  Raises:
    RuntimeError: they differ by more than TOLERANCE.
  """
  pictures = masked_faces(networks.model.image_size)
  landmarks = networks.aligned_landmarks(pictures)
  found = networks(pictures, landmarks=landmarks)
  expected = (
    images.to_uint8(found.completed_image),
    np.round(255.0 * np.asarray(found.probability)),
    images.to_uint8(found.predicted_image),
  )
  inputs = [pictures] if landmarks is None else [pictures, landmarks]
  found_ways = _in_a_batch_and_one_by_one(exported, *inputs)
  completed, mask, predicted = (
    max(_difference(x[i], expected[i]) for x in found_ways)
    for i in range(len(expected))
  )
  if (worst := max(completed, mask, predicted)) > TOLERANCE:
    raise RuntimeError(
      f"The exported file differs by up to {worst} of 255 from the"
      " networks and was not kept: the converter is at fault."
    )

  single = [x[:1] for x in inputs]

  def median(call: Callable[..., Any]) -> float:
    return timing.measure(
      lambda: jax.block_until_ready(call(*single)), _NUM_CALLS
    )["median"]

  def own(pictures, landmarks=None):
    return networks(pictures, landmarks=landmarks)

  return Report(max(completed, predicted), mask, median(exported), median(own))


def compare_landmarks(
  exported: landmarks.Landmarking, networks: loaded.LoadedNetworks
) -> None:
  """Compares on painted faces, one by one and in a batch.

  Raises:
    RuntimeError: they differ by more than LANDMARK_TOLERANCE.
  """
  crops = masked_faces(networks.model.landmark_size)
  expected = networks.landmarks(crops)
  worst = max(
    float(np.abs(np.asarray(x) - np.asarray(y)).max())
    for found in _in_a_batch_and_one_by_one(exported, crops)
    for x, y in zip(found, expected, strict=True)
  )
  if worst > LANDMARK_TOLERANCE:
    raise RuntimeError(
      f"The exported landmarker differs by up to {worst:.3f} from the network"
      " and was not kept: the converter is at fault."
    )


def _in_a_batch_and_one_by_one(function, *inputs) -> list[Any]:
  count = len(inputs[0])
  single = [function(*(x[i : i + 1] for x in inputs)) for i in range(count)]
  singles = [np.concatenate(x) for x in zip(*single, strict=True)]
  return [function(*inputs), singles]


def _difference(one: Any, other: Any) -> int:
  return int(np.abs(np.asarray(one, int) - np.asarray(other, int)).max())


@functools.cache
def masked_faces(size: int) -> np.ndarray:
  """Returns painted faces under drawn masks, uint8 [N, size, size, 3]."""
  faces = []
  for seed in range(_NUM_FACES):
    portrait = sample_faces.paint(seed)
    transform = alignment.crop_transform(portrait.landmarks, size)
    drawn = masks.draw(
      portrait.image, portrait.landmarks, np.random.default_rng(seed)
    )
    faces.append(alignment.warp(drawn.image, transform, size)[0])
  return np.stack(faces)
