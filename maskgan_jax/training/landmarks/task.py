"""The task of finding landmarks."""

import functools
from collections.abc import Iterator, Sequence

import jax
import jax.numpy as jnp
import ml_collections

from maskgan_jax.common import errors
from maskgan_jax.datasets.landmark_crops import build
from maskgan_jax.networks import config as config_lib
from maskgan_jax.networks import landmarker
from maskgan_jax.training import batches as batches_lib
from maskgan_jax.training import optimizers, parallel, task
from maskgan_jax.training import state as state_lib
from maskgan_jax.training.landmarks import batches, step, validation
from maskgan_jax.training.step import learner


class Landmarks:
  """The landmarker alone, as `task.Task`."""

  def __init__(self, config: ml_collections.ConfigDict):
    """Opens the dataset.

    Raises:
      errors.UserError: it is missing, or several steps a dispatch are asked
        for.
    """
    if config.steps_per_dispatch != 1:
      raise errors.UserError(
        f"config.steps_per_dispatch is {config.steps_per_dispatch}. Set it to"
        " 1: a landmarker's batches are drawn on the host, step by step."
      )
    self._config = config
    self._train_source, self._validation_source = (
      build.open_split(config.data_dir, split)
      for split in ("train", "validation")
    )
    model = config_lib.landmarker_of_training(config)
    self._size = model["image_size"]
    self._module = landmarker.Landmarker(
      **{key: x for key, x in model.items() if key != "image_size"},
      frozen_levels=config.frozen_levels,
    )
    self._tx = optimizers.adam(
      num_train_steps=config.num_train_steps, **config.optimizer
    )

  def initial_state(self, key: jax.Array) -> state_lib.TrainState:
    """See `task.Task`."""
    example = jnp.zeros((1, self._size, self._size, 3))
    return state_lib.create(
      {"landmarker": self._module},
      {"landmarker": self._tx},
      {"landmarker": (example,)},
      key,
    )

  def dispatches(
    self,
    start: int,
    key: jax.Array,
    devices: Sequence[jax.Device] | None,
  ) -> Iterator[task.Dispatch]:
    """See `task.Task`."""
    config = self._config
    schedule = batches_lib.Schedule(
      batch_size=config.batch_size,
      seed=config.seed,
      start_step=start,
      num_steps=config.num_train_steps,
    )
    train_step = parallel.compile_step(
      lambda axis_name: step.make_train_step(
        learner.Learner(self._module, self._tx, config.ema_decay, axis_name)
      ),
      devices,
    )
    taken = batches.train_batches(
      self._train_source, schedule, self._size, config.close_share
    )
    for number, batch in enumerate(taken, start + 1):
      take = functools.partial(train_step, batch=batch, key=key)
      yield task.Dispatch(number, take, compiles=number == start + 1)

  def validator(self, key: jax.Array) -> task.Validator:
    """See `task.Task`; nothing is random."""
    del key
    return validation.Validator(
      jax.jit(self._module.apply), self._validation_source, self._size
    )
