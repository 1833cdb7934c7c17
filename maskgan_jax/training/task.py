"""What a run trains, as the loop sees it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import jax
import numpy as np

from maskgan_jax.training import state as state_lib

# From a state to its scores, and samples in one image, uint8 [H, W, 3].
Validator = Callable[
  [state_lib.TrainState], tuple[Mapping[str, float], np.ndarray]
]


class Dispatch(NamedTuple):
  """What the devices are given at once."""

  last_step: int
  take: Callable[[state_lib.TrainState], tuple[state_lib.TrainState, Any]]
  compiles: bool  # The call compiles the step first.


class Task(Protocol):
  """What is trained: completion of faces, or their landmarks."""

  def initial_state(self, key: jax.Array) -> state_lib.TrainState:
    """Returns the state at step 0.

    Args:
      key: `RunKeys.initialisation`.
    """

  def dispatches(
    self,
    start: int,
    key: jax.Array,
    devices: Sequence[jax.Device] | None,
  ) -> Iterator[Dispatch]:
    """Yields the steps to come.

    Args:
      start: steps taken before.
      key: `RunKeys.steps`.
      devices: this process's devices; all of them by default.
    """

  def validator(self, key: jax.Array) -> Validator:
    """Returns what scores a state on the validation split.

    Args:
      key: `RunKeys.validation`.
    """
