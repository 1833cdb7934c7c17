"""The random keys of a run, by name: split once, and none is used twice."""

from typing import NamedTuple

import jax


class RunKeys(NamedTuple):
  """What a run draws from."""

  initialisation: jax.Array  # For `state.create`.
  steps: jax.Array  # For the train step, the same one at every step.
  validation: jax.Array  # For networks that draw noise at test, too.


class StepKeys(NamedTuple):
  """What one step draws from, the same on all devices.

  What is drawn for each example comes from `parallel.example_keys` of these.
  """

  augmentation: jax.Array
  shown_mask: jax.Array
  borrowing: jax.Array
  hiding: jax.Array
  landmarks: jax.Array
  dropout: jax.Array  # The one drawn per device: `parallel.device_key`.
  perceptual_shift: jax.Array


def of_run(seed: int) -> RunKeys:
  """Returns the keys of the run with this seed."""
  return RunKeys(*jax.random.split(jax.random.key(seed), len(RunKeys._fields)))


def of_step(key: jax.Array, step: jax.Array | int) -> StepKeys:
  """Returns the keys of one step.

  Args:
    key: `RunKeys.steps`.
    step: steps taken before, [] int32.
  """
  key = jax.random.fold_in(key, step)
  return StepKeys(*jax.random.split(key, len(StepKeys._fields)))
