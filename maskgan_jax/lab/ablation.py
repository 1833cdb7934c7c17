"""Trains several configs alike and scores them side by side."""

import dataclasses
import json
import pathlib
import runpy
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import ml_collections

from maskgan_jax.common import errors
from maskgan_jax.common import progress as progress_lib
from maskgan_jax.evaluation import figures
from maskgan_jax.evaluation import run as run_lib
from maskgan_jax.lab import ablation_report
from maskgan_jax.lab.benchmarks import cost
from maskgan_jax.lab.benchmarks import steps as steps_lib
from maskgan_jax.networks import loaded
from maskgan_jax.training import batches, checkpoints, loop, settings
from maskgan_jax.training.step import step_settings, train_step

# Calls that are timed, of one picture each.
_TIMED_CALLS = 30


@dataclasses.dataclass(frozen=True)
class Plan:
  """What all rows have in common.

  Attributes:
    seeds: each row is trained once with each.
    data_dir: of the dataset.
    output_dir: where runs and table go.
    split: that is scored, "validation" or "test".
    num_images: that each run sees, by default what the configs say.
    baseline: the row that the others are compared with, by default the first.
  """

  seeds: tuple[int, ...]
  data_dir: str
  output_dir: pathlib.Path
  split: str = "validation"
  num_images: int | None = None
  baseline: str | None = None


@dataclasses.dataclass(frozen=True)
class Row:
  """One config of the table.

  Attributes:
    path: of its file.
    change: the first line of its docstring.
    configs: with each seed.
  """

  path: pathlib.Path
  change: str
  configs: tuple[ml_collections.ConfigDict, ...]

  @property
  def name(self) -> str:
    return self.path.stem

  @property
  def run(self) -> settings.RunSettings:
    return settings.run_settings(self.configs[0])

  @property
  def num_images(self) -> int:
    return self.run.batch_size * self.run.num_train_steps


def config_files(folder: pathlib.Path) -> list[pathlib.Path]:
  """Returns the configs of a folder by name, but for those that start with _.

  Raises:
    errors.UserError: there is none.
  """
  found = sorted(p for p in folder.glob("*.py") if not p.name.startswith("_"))
  if not found:
    raise errors.UserError(f"{folder} holds no config. Give another --folder.")
  return found


def load(paths: Sequence[pathlib.Path], plan: Plan) -> list[Row]:
  """Reads and tries all configs; nothing is trained.

  Raises:
    errors.UserError: a config that cannot be used, by its file, configs that do
      not see equally many images, or plan and configs that do not fit together.
  """
  rows = []
  for path in paths:
    try:
      rows.append(_load(path, plan))
    except Exception as error:  # A config may hold any mistake.
      reason = str(error)
      if not isinstance(error, errors.UserError):
        reason = f"{type(error).__name__}: {error}"
      raise errors.UserError(
        f"{path}: {reason.rstrip('.')}. Mend this config or leave it out;"
        " nothing has been trained."
      ) from error
  seen = {row.name: row.num_images for row in rows}
  if len(seen) < len(rows):
    raise errors.UserError(
      f"Two configs have one name: {[row.name for row in rows]}. Rename one."
    )
  if len(set(seen.values())) > 1:
    raise errors.UserError(
      f"Rows must see equally many images, not {seen}. Change their batch_size"
      " or num_train_steps, or give --num_images."
    )
  if plan.baseline not in (None, *seen):
    raise errors.UserError(
      f"--baseline={plan.baseline} is no row. Choose one of {list(seen)}."
    )
  for row in rows:
    for split in ("train", plan.split):
      try:
        batches.open_split(plan.data_dir, split, row.run.image_size)
      except errors.UserError as error:
        raise errors.UserError(f"{row.path}: {error}") from error
  return rows


def _load(path: pathlib.Path, plan: Plan) -> Row:
  found = runpy.run_path(str(path))
  if "get_config" not in found:
    raise errors.UserError("it has no function get_config.")
  config = found["get_config"]()
  row = Row(
    path,
    (found["__doc__"] or path.stem).strip().splitlines()[0],
    tuple(
      settings.variant(
        config, seed=seed, data_dir=plan.data_dir, num_images=plan.num_images
      )
      for seed in plan.seeds
    ),
  )
  _trace(row.configs[0])
  return row


def _trace(config) -> None:
  """Builds a training step without running it."""
  step = train_step.make_train_step(
    modules=settings.modules(config),
    txs=settings.transformations(config),
    settings=step_settings.read(config),
  )
  key = jax.random.key(0)
  state = jax.eval_shape(lambda k: settings.initial_state(config, k), key)
  jax.eval_shape(step, state, steps_lib.random_batch(config), key)


def run(
  rows: Sequence[Row],
  plan: Plan,
  devices: Sequence[jax.Device] | None = None,
) -> dict[str, Any]:
  """Trains and scores the rows, and writes ablation.md, .json and .png.

  What is finished is used again, what was interrupted goes on. The table is
  written anew after each row.

  Args:
    rows: of `load`.
    plan: that they were loaded for.
    devices: to train on; all of them by default.

  Returns:
    What ablation.json holds.

  Raises:
    errors.UserError: output_dir holds runs of other configs, or of other
      lengths.
  """
  for row in rows:
    for workdir, config in _runs(row, plan):
      _claim(workdir, config)
  total, done = 0, 0
  for row in rows:
    unfinished = [w for w, _ in _runs(row, plan) if not _scores(w, row, plan)]
    total += len(unfinished) * row.num_images
  progress = progress_lib.Progress(total, unit="image of all rows")
  for count, row in enumerate(rows, 1):
    for workdir, config in _runs(row, plan):
      unfinished = not _scores(workdir, row, plan)
      if unfinished:
        loop.train(config, str(workdir), devices)
      run_lib.evaluate(str(workdir), split=plan.split, data_dir=plan.data_dir)
      if unfinished:
        done += row.num_images
        progress.line(done, f"row {count}/{len(rows)} {row.name}")
    result = _gather(rows[:count], plan)
  return result


def _runs(row: Row, plan: Plan):
  """Yields the workdir and the config of each seed."""
  for seed, config in zip(plan.seeds, row.configs, strict=True):
    yield plan.output_dir / row.name / f"seed_{seed}", config


def _scores(workdir, row, plan) -> pathlib.Path | None:
  """The scores of a run, where it is finished."""
  step = row.run.num_train_steps
  folder = workdir / "evaluation" / f"{plan.split}_{step}"
  if not (folder / "metrics.json").exists():
    return None
  return folder / "per_image.csv"


def _claim(workdir: pathlib.Path, config: ml_collections.ConfigDict) -> None:
  steps = settings.run_settings(config).num_train_steps
  if any(workdir.glob("checkpoints/[0-9]*")):
    before = settings.run_settings(checkpoints.read_config(workdir))
    if before.num_train_steps != steps:
      raise errors.UserError(
        f"{workdir} was to take {before.num_train_steps} steps, now {steps}."
        " Use another --output_dir, or as many images as before."
      )
  checkpoints.claim_workdir(workdir, config)


def _gather(rows: Sequence[Row], plan: Plan) -> dict[str, Any]:
  """Writes and returns the table of finished rows."""
  found = {
    row.name: ablation_report.read(
      [_scores(workdir, row, plan) for workdir, _ in _runs(row, plan)]
    )
    for row in rows
  }
  baseline = plan.baseline or rows[0].name

  def compared(name):
    return None if name == baseline else found.get(baseline)

  result = {
    "split": plan.split,
    "seeds": list(plan.seeds),
    "num_images": rows[0].num_images,
    "baseline": baseline,
    "rows": [
      {"name": row.name, "change": row.change}
      | _cost(row, plan)
      | ablation_report.summarise(found[row.name], compared(row.name))
      for row in rows
    ],
  }
  for suffix, text in (
    (".json", json.dumps(result, indent=2)),
    (".md", ablation_report.table(result) + "\n"),
  ):
    partial = plan.output_dir / f"ablation{suffix}.partial"
    partial.write_text(text)
    partial.replace(partial.with_suffix(""))
  figures.save_intervals(
    plan.output_dir / "ablation.png",
    [row.name for row in rows],
    ablation_report.panels(result),
  )
  return result


def _cost(row: Row, plan: Plan) -> dict[str, float]:
  """Size, work and time of one picture, measured once."""
  path = plan.output_dir / row.name / "cost.json"
  if path.exists():
    return json.loads(path.read_text())
  workdir, config = next(_runs(row, plan))
  predict = loaded.load(str(workdir)).predict
  picture = jnp.zeros((1, row.run.image_size, row.run.image_size, 3))
  jax.block_until_ready(predict(picture))
  times = steps_lib.measure(lambda: predict(picture), _TIMED_CALLS)
  found = cost.inference(config)._asdict() | {"ms_per_image": times["median"]}
  path.write_text(json.dumps(found))
  return found
