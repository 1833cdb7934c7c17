"""The task of finding masks and completing faces."""

import functools
from collections.abc import Iterator, Sequence

import jax
import ml_collections

from maskgan_jax.training import (
  batches,
  parallel,
  settings,
  task,
  validation,
)
from maskgan_jax.training import state as state_lib


class Completion:
  """Segmenter, generator and discriminator, as `task.Task`."""

  def __init__(self, config: ml_collections.ConfigDict):
    """Opens the dataset.

    Raises:
      errors.UserError: it is missing, its pictures are too small, or none of
        its faces is as wide as config.min_face_width.
    """
    self._config = config
    self._train_source = batches.open_split(
      config.data_dir, "train", config.image_size, config.min_face_width
    )
    self._validation_source = batches.open_split(
      config.data_dir, "validation", config.image_size
    )

  def initial_state(self, key: jax.Array) -> state_lib.TrainState:
    """See `task.Task`."""
    return settings.initial_state(self._config, key)

  def dispatches(
    self,
    start: int,
    key: jax.Array,
    devices: Sequence[jax.Device] | None,
  ) -> Iterator[task.Dispatch]:
    """See `task.Task`."""
    config, source = self._config, self._train_source
    schedule = batches.Schedule(
      batch_size=config.batch_size,
      seed=config.seed,
      start_step=start,
      num_steps=config.num_train_steps,
      steps_per_dispatch=config.steps_per_dispatch,
    )
    if config.dataset_on_device:
      dataset = parallel.replicate(batches.load(source), devices)
      taken = batches.train_indices(source, schedule)
    else:
      dataset = None
      taken = batches.train_batches(source, schedule)
    step_fns = {
      adversarial: settings.compiled_train_step(
        config, adversarial=adversarial, devices=devices, dataset=dataset
      )
      for adversarial in (False, True)
    }
    last_steps = range(
      start + config.steps_per_dispatch,
      config.num_train_steps + 1,
      config.steps_per_dispatch,
    )
    compiled = set()
    for step, batch in zip(last_steps, taken, strict=True):
      adversarial = step > config.loss.adversarial_from_step
      take = functools.partial(step_fns[adversarial], batch=batch, key=key)
      yield task.Dispatch(step, take, compiles=adversarial not in compiled)
      compiled.add(adversarial)

  def validator(self, key: jax.Array) -> task.Validator:
    """See `task.Task`."""
    config = self._config
    return validation.Validator(
      settings.predict_step(config),
      self._validation_source,
      # Networks that use a batch's own statistics at test see one a time.
      batch_size=1 if config.train_mode_at_test else config.batch_size,
      key=key,
    )
