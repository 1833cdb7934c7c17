"""Trains several configs alike and scores them side by side."""

import json
import pathlib
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import ml_collections

from maskgan_jax.common import errors, files, progress
from maskgan_jax.evaluation import figures
from maskgan_jax.evaluation import run as run_lib
from maskgan_jax.lab import ablation_report, ablation_rows
from maskgan_jax.lab.benchmarks import cost, steps
from maskgan_jax.networks import loaded
from maskgan_jax.training import checkpoints, loop, settings

# Calls that are timed, of one picture each.
_TIMED_CALLS = 30


def run(
  rows: Sequence[ablation_rows.Row],
  plan: ablation_rows.Plan,
  devices: Sequence[jax.Device] | None = None,
) -> dict[str, Any]:
  """Trains and scores the rows, and writes ablation.md, .json and .png.

  What is finished is used again, what was interrupted goes on. The table is
  written anew after each row.

  Args:
    rows: of `ablation_rows.load`.
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
  total = sum(
    row.num_images
    for row in rows
    for workdir, _ in _runs(row, plan)
    if not _scores(workdir, row, plan)
  )
  with progress.bar(total, "image", label="All rows") as bar:
    for count, row in enumerate(rows, 1):
      bar.set_postfix_str(f"row {count}/{len(rows)}, {row.name}")
      for workdir, config in _runs(row, plan):
        unfinished = not _scores(workdir, row, plan)
        if unfinished:
          loop.train(config, str(workdir), devices)
        run_lib.evaluate(str(workdir), split=plan.split, data_dir=plan.data_dir)
        if unfinished:
          bar.update(row.num_images)
      result = _gather(rows[:count], plan)
  return result


def _runs(row: ablation_rows.Row, plan: ablation_rows.Plan):
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
  num_steps = settings.run_settings(config).num_train_steps
  if any(workdir.glob("checkpoints/[0-9]*")):
    before = settings.run_settings(checkpoints.read_config(workdir))
    if before.num_train_steps != num_steps:
      raise errors.UserError(
        f"{workdir} was to take {before.num_train_steps} steps, now"
        f" {num_steps}. Use another --output_dir, or as many images as before."
      )
  checkpoints.claim_workdir(workdir, config)


def _gather(
  rows: Sequence[ablation_rows.Row], plan: ablation_rows.Plan
) -> dict[str, Any]:
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
  files.write_json(plan.output_dir / "ablation.json", result)
  files.write_text(
    plan.output_dir / "ablation.md", ablation_report.table(result) + "\n"
  )
  figures.save_intervals(
    plan.output_dir / "ablation.png",
    [row.name for row in rows],
    ablation_report.panels(result),
  )
  return result


def _cost(row: ablation_rows.Row, plan: ablation_rows.Plan) -> dict[str, float]:
  """Size, work and time of one picture, measured once."""
  path = plan.output_dir / row.name / "cost.json"
  if path.exists():
    return json.loads(path.read_text())
  workdir, config = next(_runs(row, plan))
  predict = loaded.load(str(workdir)).predict
  picture = jnp.zeros(
    (1, row.configs[0].image_size, row.configs[0].image_size, 3)
  )
  jax.block_until_ready(predict(picture))
  times = steps.measure(lambda: predict(picture), _TIMED_CALLS)
  found = cost.inference(config)._asdict() | {"ms_per_image": times["median"]}
  files.write_json(path, found)
  return found
