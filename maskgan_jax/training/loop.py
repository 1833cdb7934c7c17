"""The training loop: restore, step, log, validate, save."""

import contextlib
import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import ml_collections
import numpy as np

from maskgan_jax.common import errors, memory
from maskgan_jax.common import progress as progress_lib
from maskgan_jax.evaluation import figures
from maskgan_jax.metrics import image
from maskgan_jax.networks import build, images, released, runs
from maskgan_jax.training import batches as batches_lib
from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import parallel, run_log, settings
from maskgan_jax.training import state as state_lib

NUM_SAMPLES = 6


def train(
  config: ml_collections.ConfigDict,
  workdir: str,
  devices: Sequence[jax.Device] | None = None,
) -> state_lib.TrainState:
  """Trains to config.num_train_steps, from the workdir's last checkpoint on.

  Every process of several runs it alike, on one workdir that all see; the first
  one writes the log.

  Raises:
    errors.UserError: config, dataset and workdir do not fit together.
    errors.UserError: a metric is not finite any more.
  """
  run = settings.run_settings(config)
  source = batches_lib.open_split(run.data_dir, "train", run.image_size)
  validation = batches_lib.open_split(
    run.data_dir, "validation", run.image_size
  )
  checkpoints_lib.claim_workdir(workdir, config)
  key = jax.random.key(run.seed)
  state = jax.jit(lambda k: settings.initial_state(config, k))(key)
  memory.give_back()
  with contextlib.closing(
    checkpoints_lib.Checkpoints(workdir, keep=run.keep_checkpoints)
  ) as checkpoints:
    if (restored := checkpoints.restore(state)) is not None:
      state = restored
    elif run.init_from:
      state = checkpoints_lib.start_from(
        state, _start_networks(run.init_from), run.init_from
      )
    start = int(state.step)
    if start >= run.num_train_steps:
      print(f"{workdir} has already trained {start} steps.")
      return state
    first = jax.process_index() == 0
    with contextlib.closing(
      run_log.RunLog(workdir, start, writes=first)
    ) as log:
      progress = progress_lib.Progress(run.num_train_steps, start, prints=first)
      steps = _steps(config, source, start, devices)
      validator = Validator(config, validation)
      return _loop(run, steps, state, validator, checkpoints, log, progress)


def _start_networks(init_from):
  if init_from == "released":
    return released.load().variables
  try:
    return runs.load_inference(init_from, "latest")[1]
  except errors.UserError as error:
    raise errors.UserError(f"config.init_from: {error}") from error


def _steps(config, source, start, devices):
  """Yields the last step of each dispatch, and what takes the state there."""
  run = settings.run_settings(config)
  key = jax.random.key(run.seed)
  schedule = batches_lib.Schedule(
    batch_size=run.batch_size,
    seed=run.seed,
    start_step=start,
    num_steps=run.num_train_steps,
    steps_per_dispatch=run.steps_per_dispatch,
  )
  if run.dataset_on_device:
    dataset = parallel.replicate(batches_lib.load(source), devices)
    batches = batches_lib.train_indices(source, schedule)
  else:
    dataset = None
    batches = batches_lib.train_batches(source, schedule)
  step_fns = {
    adversarial: settings.compiled_train_step(
      config, adversarial=adversarial, devices=devices, dataset=dataset
    )
    for adversarial in (False, True)
  }
  last_steps = range(
    start + run.steps_per_dispatch,
    run.num_train_steps + 1,
    run.steps_per_dispatch,
  )
  for step, batch in zip(last_steps, batches, strict=True):
    step_fn = step_fns[step > run.adversarial_from_step]
    yield step, functools.partial(step_fn, batch=batch, key=key)


def _loop(run, steps, state, validator, checkpoints, log, progress):
  """Takes the steps, logs, validates and saves; returns the last state."""
  pending: list[Mapping[str, jax.Array]] = []
  for step, take in steps:
    state, step_metrics = take(state)
    pending.append(step_metrics)
    last = step == run.num_train_steps
    if last or step % run.log_every_steps == 0:
      _log_training(log, progress, step, pending)
      pending = []
    if last or step % run.eval_every_steps == 0:
      progress.pause()
      scores, picture = validator(state)
      log.scalars(step, {f"eval/{k}": v for k, v in scores.items()})
      log.picture(step, "validation", picture)
      progress.line(step, "  ".join(f"{k} {v:.3f}" for k, v in scores.items()))
      if last or step % run.checkpoint_every_steps == 0:
        check_finite(step, single_steps(pending))
        checkpoints.save(state, scores)
      progress.resume()
  return state


def single_steps(
  pending: Sequence[Mapping[str, jax.Array]],
) -> list[dict[str, np.ndarray]]:
  """Fetches metrics, of one step [] or of several [N] each, as one a step."""
  found = []
  for values in jax.device_get(pending):
    columns = {name: np.atleast_1d(x) for name, x in values.items()}
    for row in zip(*columns.values(), strict=True):
      found.append(dict(zip(columns, row, strict=True)))
  return found


def check_finite(
  last_step: int, pending: Sequence[Mapping[str, jax.Array]]
) -> None:
  """Checks the metrics of the steps that end with last_step.

  Raises:
    errors.UserError: names the first metric that is not finite, its step
      and what to do.
  """
  for step, values in enumerate(pending, last_step - len(pending) + 1):
    for name, value in values.items():
      if not math.isfinite(value):
        raise errors.UserError(
          f"train/{name} is {float(value)} at step {step}. The run stops; its"
          " last checkpoint is good. Lower config.optimizer.learning_rate, or"
          " set config.optimizer.clip_norm."
        )


def _log_training(log, progress, step, pending) -> None:
  pending = single_steps(pending)
  check_finite(step, pending)
  means = {
    f"train/{name}": float(np.mean([values[name] for values in pending]))
    for name in pending[-1]
    if all(name in values for values in pending)
  }
  means["train/steps_per_second"] = progress.rate(step)
  means["train/seconds_per_1000_steps"] = 1000 / progress.rate(step)
  log.scalars(step, means)
  shown = [n for n in means if n.endswith("loss")]
  progress.line(
    step, "  ".join(f"{n.split('/')[1]} {means[n]:.3f}" for n in shown)
  )


@jax.jit
def _validation_scores(batch, prediction) -> dict[str, jax.Array]:
  completed = images.to_uint8(prediction.completed_image)
  scores = image.image_scores(completed, batch.image, batch.mask, batch.valid)
  mask = batch.mask.astype(jnp.float32)
  return scores | {"mask_iou": image.iou(prediction.probability, mask)}


class Validator:
  """Scores a state on the validation split, and draws its first examples."""

  def __init__(self, config: ml_collections.ConfigDict, source: Any):
    run = settings.run_settings(config)
    self._source = source
    self._batch_size = run.eval_batch_size
    self._key = jax.random.key(run.seed)
    self._predict = settings.predict_step(config)

  def __call__(
    self, state: state_lib.TrainState
  ) -> tuple[dict[str, float], np.ndarray]:
    """Returns mean scores, and a picture uint8 [H, W, 3]."""
    variables = {
      name: state_lib.inference_variables(network)
      for name, network in state.networks.items()
      if name in build.INFERENCE
    }
    scores: dict[str, list[np.ndarray]] = {}
    rows: list[list[np.ndarray]] = []
    for found in batches_lib.eval_batches(self._source, self._batch_size):
      batch, count = found.batch, len(found.ids)
      prediction = self._predict(
        variables, images.to_float(batch.masked_image), self._key
      )
      for name, values in _validation_scores(batch, prediction).items():
        scores.setdefault(name, []).append(np.asarray(values)[:count])
      for i in range(min(count, NUM_SAMPLES - len(rows))):
        rows.append(figures.sample_row(batch, prediction, i))
    means = {n: float(np.nanmean(np.concatenate(v))) for n, v in scores.items()}
    return means, figures.tile(rows)
