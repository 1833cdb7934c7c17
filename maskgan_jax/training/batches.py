"""Reads batches of a built dataset; the order is a function of the seed."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
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


@dataclasses.dataclass(frozen=True)
class Examples:
  """Examples of a split, decoded as they are asked for.

  Each is a dict of `reader.to_arrays`: the arrays of `Batch` without B, and
  what else is known of the example.

  Attributes:
    encoded: the split, of `reader.open_split`.
    image_size: side of the decoded pictures in pixels.
    places: of the examples in the split.
  """

  encoded: Sequence[Any]
  image_size: int
  places: Sequence[int]

  def __len__(self) -> int:
    return len(self.places)

  def __getitem__(self, index: int) -> dict[str, Any]:
    return reader.to_arrays(self.encoded[self.places[index]], self.image_size)

  def take(self, indices: Iterable[int]) -> "Examples":
    """Returns some of the examples."""
    places = [self.places[i] for i in indices]
    return dataclasses.replace(self, places=places)


def open_split(
  data_dir: str, split: str, image_size: int, min_face_width: float = 0.0
) -> Examples:
  """Opens one split for random access.

  Args:
    data_dir: what the dataset was built into.
    split: train, validation or test, or a slice of one such as train[:100].
    image_size: side that the pictures are brought to, in pixels.
    min_face_width: leaves out faces that are fewer pixels wide on their photo;
      those of ready pairs on which no landmarks are known stay.

  Raises:
    errors.UserError: the dataset's largest pictures are smaller than
      image_size, or no face is wide enough.
  """
  encoded, metadata = reader.open_split(data_dir, split)
  if metadata["image_size"] < image_size:
    raise errors.UserError(
      f"{data_dir} was built at {metadata['image_size']} px, the config has"
      f" image_size {image_size}. Build it again with --image_size="
      f"{image_size} or more and another --data_dir, or set"
      f" --config.image_size={metadata['image_size']}."
    )
  examples = Examples(encoded, image_size, range(len(encoded)))
  if not min_face_width:
    return examples
  found = examples.take(
    i for i, x in enumerate(encoded) if not x["face_width"] < min_face_width
  )
  if not found:
    raise errors.UserError(
      f"{data_dir}: no face of {split} is {min_face_width:.0f} px wide on its"
      " photo. Lower --config.min_face_width, or give larger photos."
    )
  return found


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
    found = [source[int(index)] for index in chosen.reshape(-1)]
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
    examples = [source[first + i] for i in range(count)]
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


def _arrays(example: dict[str, Any]) -> dict[str, np.ndarray]:
  return {name: example[name] for name in _ARRAYS}
