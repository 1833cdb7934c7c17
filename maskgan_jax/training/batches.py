"""Reads batches of a built dataset; the order is a function of the seed."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import grain
import jax
import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import reader
from maskgan_jax.training import batch as batch_lib

_ARRAYS = batch_lib.Batch._fields


class EvalBatch(NamedTuple):
  """A batch of fixed size for evaluation; the last one is filled up."""

  batch: batch_lib.Batch
  ids: Sequence[str]  # [count], of the real examples, which come first.
  person_ids: Sequence[str]  # [count]
  mask_types: Sequence[str]  # [count]
  mask_params: Sequence[dict[str, Any]]  # [count]


def open_split(data_dir: str, split: str, image_size: int) -> Any:
  """Opens one split as a random-access source of decoded examples.

  Raises:
    errors.UserError: the dataset holds pictures of another size.
  """
  source, metadata = reader.open_split(data_dir, split)
  if metadata["image_size"] != image_size:
    raise errors.UserError(
      f"{data_dir} was built at {metadata['image_size']} px, the config has"
      f" image_size {image_size}. Build it again with --image_size="
      f"{image_size} and another --data_dir, or set --config.image_size="
      f"{metadata['image_size']}."
    )
  return source


@dataclasses.dataclass(frozen=True)
class Schedule:
  """Which examples make which batch.

  Batch number k is the same whether or not the run was interrupted before it,
  so that nothing needs saving: the position is the step.

  Attributes:
    batch_size: of all processes together.
    seed: of the order.
    start_step: steps taken already.
    num_steps: the last step's number.
    steps_per_dispatch: batches that are handed over together; a number N over 1
      gives the arrays a leading axis of N.
  """

  batch_size: int
  seed: int
  start_step: int
  num_steps: int
  steps_per_dispatch: int = 1

  def indices(self, count: int) -> grain.MapDataset:
    """Returns the batches to come, as indices of count examples.

    Each is an int64 array [B], this process's part of the batch, or [N, B].

    Raises:
      errors.UserError: batch_size does not divide among the processes.
    """
    processes = jax.process_count()
    if self.batch_size % processes:
      raise errors.UserError(
        f"config.batch_size {self.batch_size} does not divide among"
        f" {processes} processes. Choose a multiple."
      )
    examples = grain.MapDataset.range(count).seed(self.seed).shuffle().repeat()
    first, last = (
      step * self.batch_size for step in (self.start_step, self.num_steps)
    )
    batches = examples[first:last].batch(self.batch_size)
    share = self.batch_size // processes
    place = share * jax.process_index()
    batches = batches.map(lambda chosen: chosen[place : place + share])
    if self.steps_per_dispatch > 1:
      batches = batches.batch(self.steps_per_dispatch)
    return batches


def train_indices(source: Any, schedule: Schedule) -> Iterator[np.ndarray]:
  """Yields the schedule's batches of a source as indices."""
  return iter(schedule.indices(len(source)))


def train_batches(source: Any, schedule: Schedule) -> Iterator[batch_lib.Batch]:
  """Yields the schedule's batches of a source, decoded ahead by two threads."""

  def decode(chosen):
    found = [_arrays(source[int(index)]) for index in chosen.reshape(-1)]
    return batch_lib.Batch(
      **{
        name: np.stack([arrays[name] for arrays in found]).reshape(
          *chosen.shape, *found[0][name].shape
        )
        for name in _ARRAYS
      }
    )

  options = grain.ReadOptions(num_threads=2, prefetch_buffer_size=8)
  batches = schedule.indices(len(source)).map(decode)
  return iter(batches.to_iter_dataset(options))


def load(source: Any) -> batch_lib.Batch:
  """Decodes a whole split into memory: arrays of all its examples."""
  arrays = None
  examples = grain.MapDataset.source(source).map(_arrays)
  options = grain.ReadOptions(num_threads=8, prefetch_buffer_size=64)
  for index, found in enumerate(examples.to_iter_dataset(options)):
    if arrays is None:
      arrays = {
        name: np.empty((len(source), *x.shape), x.dtype)
        for name, x in found.items()
      }
    for name, x in found.items():
      arrays[name][index] = x
  return batch_lib.Batch(**arrays)


def eval_batches(source: Any, batch_size: int) -> Iterator[EvalBatch]:
  """Yields every example of a split once, in order."""
  for first in range(0, len(source), batch_size):
    count = min(batch_size, len(source) - first)
    examples = [example(source, first + i) for i in range(count)]
    # Repeat the last example up to the fixed size: one compilation serves.
    padded = examples + [examples[-1]] * (batch_size - count)
    yield EvalBatch(
      batch_lib.Batch(
        **{name: np.stack([e[name] for e in padded]) for name in _ARRAYS}
      ),
      ids=[e["id"] for e in examples],
      person_ids=[e["person_id"] for e in examples],
      mask_types=[e["mask_type"] for e in examples],
      mask_params=[e["mask_params"] for e in examples],
    )


def example(source: Any, index: int) -> dict[str, Any]:
  """Returns one decoded example, the arrays of `Batch` without B and texts."""
  return reader.to_arrays(source[index])


def _arrays(item: Any) -> dict[str, np.ndarray]:
  arrays = reader.to_arrays(item)
  return {name: arrays[name] for name in _ARRAYS}
