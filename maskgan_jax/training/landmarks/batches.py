"""Reads batches of wide crops; order and dice are functions of the seed."""

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import grain
import jax
import numpy as np

from maskgan_jax.datasets.landmark_crops import build
from maskgan_jax.datasets.sample_faces import face
from maskgan_jax.training import batches
from maskgan_jax.training.landmarks import augment


class Batch(NamedTuple):
  """What one step learns from."""

  image: jax.Array | np.ndarray  # [B, size, size, 3] uint8
  points: jax.Array | np.ndarray  # [B, 468, 3] float32, in sides of the crop
  has_face: jax.Array | np.ndarray  # [B] float32, 0 or 1


@functools.cache
def mirror() -> np.ndarray:
  """Returns each landmark's counterpart on the other side, int [468]."""
  points = face.canonical()
  mirrored = points * [-1, 1, 1]
  distances = np.linalg.norm(points[None] - mirrored[:, None], axis=-1)
  return distances.argmin(axis=1)


def train_batches(
  source: Any, schedule: batches.Schedule, size: int, close_share: float
) -> Iterator[Batch]:
  """Yields the schedule's batches, drawn at random ahead by two threads.

  Batch number k is the same whether or not a run was interrupted before it.

  Args:
    source: of `build.open_split`.
    schedule: which examples make which batch, one batch a dispatch.
    size: side of the rough crops in pixels.
    close_share: see `augment.example`.
  """

  def draw(number: int, chosen: np.ndarray) -> Batch:
    rng = np.random.default_rng(
      [schedule.seed, schedule.start_step + number, jax.process_index()]
    )
    drawn = []
    for index in chosen:
      example = build.to_arrays(source[int(index)])
      del example["is_masked"]
      drawn.append(
        augment.example(
          **example,
          size=size,
          rng=rng,
          mirror=mirror(),
          close_share=close_share,
        )
      )
    return Batch(*map(np.stack, zip(*drawn, strict=True)))

  options = grain.ReadOptions(num_threads=2, prefetch_buffer_size=8)
  drawn = schedule.indices(len(source)).map_with_index(draw)
  return iter(drawn.to_iter_dataset(options))
