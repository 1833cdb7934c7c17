"""What inference reads of a training run: its config and its checkpoints."""

import contextlib
import json
import pathlib
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from maskgan_jax.common import errors, optional

CONFIG = "config.json"
CHECKPOINTS = "checkpoints"
# Of a checkpoint, the item that holds what inference needs.
INFERENCE_ITEM = "inference"


def read_config(workdir: str | pathlib.Path) -> dict[str, Any]:
  """Returns the training config of a run.

  Raises:
    errors.UserError: the workdir holds no run.
  """
  path = pathlib.Path(workdir) / CONFIG
  if not path.exists():
    raise errors.UserError(
      f"{workdir}: no run here ({CONFIG} is missing). Give the --workdir that"
      " maskgan train was given."
    )
  return json.loads(path.read_text())


def quality(scores: Mapping[str, float]) -> float:
  """Returns what the best checkpoint is the best by.

  Of completed faces the PSNR in the mask, of landmarks how little they move the
  aligned crop.

  Args:
    scores: of a validation.
  """
  if "psnr_in_mask" in scores:
    return scores["psnr_in_mask"]
  return -scores["masked_corner_shift"]


def load_inference(
  workdir: str | pathlib.Path, which: str
) -> tuple[int, dict[str, dict[str, Any]]]:
  """Returns the step and the variables by network of a run's checkpoint.

  Args:
    workdir: of the run.
    which: "latest" or "best".

  Raises:
    errors.UserError: no run or no checkpoint there, or orbax is not installed.
  """
  directory = pathlib.Path(workdir).absolute() / CHECKPOINTS
  if not directory.is_dir():
    read_config(workdir)  # Says so where no run is.
    raise errors.UserError(_no_checkpoint(directory))
  ocp = optional.load(
    "orbax.checkpoint",
    f"it reads the checkpoints of a run. {optional.install('jax')}.",
  )
  options = ocp.CheckpointManagerOptions(
    read_only=True, create=False, best_fn=quality
  )
  with contextlib.closing(
    ocp.CheckpointManager(directory, options=options)
  ) as manager:
    step = {"latest": manager.latest_step, "best": manager.best_step}[which]()
    if step is None:
      raise errors.UserError(_no_checkpoint(directory))
    with ocp.StandardCheckpointer() as checkpointer:
      item = directory / str(step) / INFERENCE_ITEM
      saved = checkpointer.metadata(item).item_metadata.tree
    restored = manager.restore(
      step,
      args=ocp.args.Composite(
        **{INFERENCE_ITEM: ocp.args.StandardRestore(on_host(saved))}
      ),
    )
  return step, restored[INFERENCE_ITEM]


def _no_checkpoint(directory: pathlib.Path) -> str:
  return f"{directory}: no checkpoint yet. Train first with maskgan train."


def on_host(tree: Any) -> Any:
  """Returns arrays of the host to restore into, whatever devices saved them."""
  return jax.tree.map(lambda x: np.empty(x.shape, x.dtype), tree)
