"""The training loop: restore, step, log, validate, save."""

import contextlib
import dataclasses
import math
from collections.abc import Mapping, Sequence

import jax
import ml_collections
import numpy as np

from maskgan_jax.common import errors, memory
from maskgan_jax.networks import released, runs
from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import (
  completion,
  run_log,
  run_progress,
  settings,
  starting,
)
from maskgan_jax.training import keys as keys_lib
from maskgan_jax.training import state as state_lib
from maskgan_jax.training import task as task_lib
from maskgan_jax.training.landmarks import from_mesh
from maskgan_jax.training.landmarks import task as landmarks_task


def train(
  config: ml_collections.ConfigDict,
  workdir: str,
  devices: Sequence[jax.Device] | None = None,
) -> state_lib.TrainState:
  """Trains to config.num_train_steps, from the workdir's last checkpoint on.

  Every process of several runs it alike, on one workdir that all see; the first
  one writes the log.

  Args:
    config: of the run.
    workdir: where log, samples and checkpoints go.
    devices: this process's devices; all of them by default.

  Raises:
    errors.UserError: config, dataset and workdir do not fit together.
    errors.UserError: a metric is not finite any more.
  """
  run = settings.run_settings(config)
  task = _task(config)
  checkpoints_lib.claim_workdir(workdir, config)
  keys = keys_lib.of_run(run.seed)
  state = jax.jit(task.initial_state)(keys.initialisation)
  memory.give_back()
  with contextlib.ExitStack() as stack:
    checkpoints = stack.enter_context(
      contextlib.closing(
        checkpoints_lib.Checkpoints(workdir, keep=run.keep_checkpoints)
      )
    )
    state = _start(state, checkpoints, run.init_from)
    start = int(state.step)
    if start >= run.num_train_steps:
      print(f"{workdir} has already trained {start} steps.")
      return state
    first = jax.process_index() == 0
    recorder = _Recorder(
      log=stack.enter_context(
        contextlib.closing(run_log.RunLog(workdir, start, writes=first))
      ),
      progress=stack.enter_context(
        run_progress.RunProgress(run.num_train_steps, start, shown=first)
      ),
      checkpoints=checkpoints,
      validator=task.validator(keys.validation),
    )
    dispatches = task.dispatches(start, keys.steps, devices)
    return _loop(run, dispatches, state, recorder)


def _task(config) -> task_lib.Task:
  if "landmarker" in config.networks:
    return landmarks_task.Landmarks(config)
  return completion.Completion(config)


def _start(state, checkpoints, init_from) -> state_lib.TrainState:
  """Returns what the run goes on from: its last checkpoint, or `init_from`."""
  if (restored := checkpoints.restore(state)) is not None:
    return restored
  if not init_from:
    return state
  if init_from == "mesh" and "landmarker" in state.networks:
    found = from_mesh.variables(state.networks["landmarker"].params)
  elif init_from == "released":
    found = released.load().variables
  else:
    try:
      _, found = runs.load_inference(init_from, "latest")
    except errors.UserError as error:
      raise errors.UserError(f"config.init_from: {error}") from error
  return starting.start_from(state, found, init_from)


def _loop(run, dispatches, state, recorder) -> state_lib.TrainState:
  """Takes the steps, logs, validates and saves; returns the last state."""
  progress = recorder.progress
  pending: list[Mapping[str, jax.Array]] = []
  for step, take, compiles in dispatches:
    if compiles:
      jax.block_until_ready(state)
      with progress.paused(steps=run.steps_per_dispatch):
        state, metrics = jax.block_until_ready(take(state))
    else:
      state, metrics = take(state)
      progress.update(run.steps_per_dispatch)
    pending.append(metrics)
    last = step == run.num_train_steps
    if last or step % run.log_every_steps == 0:
      recorder.log_training(step, pending)
      pending = []
    if last or step % run.eval_every_steps == 0:
      jax.block_until_ready(state)
      with progress.paused():
        scores = recorder.validate(step, state)
        if last or step % run.checkpoint_every_steps == 0:
          check_finite(step, single_steps(pending))
          recorder.checkpoints.save(state, scores)
  return state


@dataclasses.dataclass(frozen=True)
class _Recorder:
  """What a run shows and leaves behind."""

  log: run_log.RunLog
  progress: run_progress.RunProgress
  checkpoints: checkpoints_lib.Checkpoints
  validator: task_lib.Validator

  def log_training(
    self, step: int, pending: Sequence[Mapping[str, jax.Array]]
  ) -> None:
    """Logs the means of the steps that end with this one, and their rate."""
    found = single_steps(pending)
    check_finite(step, found)
    means = {
      f"train/{name}": float(np.mean([values[name] for values in found]))
      for name in found[-1]
      if all(name in values for values in found)
    }
    self.progress.show(
      "  ".join(
        f"{name.removeprefix('train/')} {mean:.3f}"
        for name, mean in means.items()
        if name.endswith("loss")
      )
    )
    if (rate := self.progress.rate()) is not None:
      means["train/steps_per_second"] = rate
      means["train/seconds_per_1000_steps"] = 1000 / rate
    self.log.scalars(step, means)

  def validate(
    self, step: int, state: state_lib.TrainState
  ) -> dict[str, float]:
    """Logs the state's scores and samples; returns the scores."""
    scores, samples = self.validator(state)
    self.log.scalars(step, {f"eval/{k}": v for k, v in scores.items()})
    self.log.picture(step, "validation", samples)
    listed = "  ".join(f"{k} {v:.3f}" for k, v in scores.items())
    self.progress.line(f"Validation at step {step}: {listed}")
    return scores


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
