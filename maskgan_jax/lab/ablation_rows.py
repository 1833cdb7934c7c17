"""The configs that an ablation compares, read and tried."""

import dataclasses
import pathlib
import runpy
from collections.abc import Sequence

import jax
import ml_collections

from maskgan_jax.common import errors
from maskgan_jax.lab.benchmarks import steps
from maskgan_jax.training import batches, settings
from maskgan_jax.training.step import step_settings, train_step


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
  """Returns the configs of a folder, sorted; files that start with _ are none.

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
        batches.open_split(plan.data_dir, split, row.configs[0].image_size)
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
  jax.eval_shape(step, state, steps.random_batch(config), key)
