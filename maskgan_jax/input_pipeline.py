"""Reads batches of a built dataset; the order is a function of the seed."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import grain
import jax
import numpy as np

from maskgan_jax import batch as batch_lib
from maskgan_jax import errors
from maskgan_jax.datasets.masked_faces import reader

_ARRAYS = batch_lib.Batch._fields


class EvalBatch(NamedTuple):
  """A batch of fixed size for evaluation; the last one is filled up."""

  batch: batch_lib.Batch
  ids: Sequence[str]  # [count], of the real examples, which come first.
  person_ids: Sequence[str]  # [count]
  mask_types: Sequence[str]  # [count]


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


def train_batches(
  source: Any, *, batch_size: int, seed: int, start_step: int, num_steps: int
) -> Iterator[batch_lib.Batch]:
  """Yields this process's share of the batches of steps start..num_steps.

  Batch number k is the same whether or not the run was interrupted before it,
  so that nothing needs saving: the position is the step.

  Raises:
    errors.UserError: batch_size does not divide among the processes.
  """
  processes = jax.process_count()
  if batch_size % processes:
    raise errors.UserError(
      f"config.batch_size {batch_size} does not divide among {processes}"
      " processes. Choose a multiple."
    )
  examples = grain.MapDataset.source(source).seed(seed).shuffle().repeat()
  first = start_step * batch_size
  examples = examples[
    first + jax.process_index() : num_steps * batch_size : processes
  ]
  batches = examples.map(_arrays).batch(batch_size // processes)
  options = grain.ReadOptions(num_threads=2, prefetch_buffer_size=8)
  for arrays in batches.to_iter_dataset(options):
    yield batch_lib.Batch(**arrays)


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
    )


def example(source: Any, index: int) -> dict[str, Any]:
  """Returns one decoded example, the arrays of `Batch` without B and texts."""
  return reader.to_arrays(source[index])


def _arrays(item: Any) -> dict[str, np.ndarray]:
  arrays = reader.to_arrays(item)
  return {name: arrays[name] for name in _ARRAYS}
