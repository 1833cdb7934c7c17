"""Orbax checkpoints of a run, and the config that belongs to them."""

import json
import pathlib

import jax
import ml_collections
import orbax.checkpoint as ocp

from maskgan_jax.common import errors, files
from maskgan_jax.networks import build, runs
from maskgan_jax.training import state as state_lib

# Settings that may change between two starts of one run.
_FREE = (
  "data_dir",
  "dataset_on_device",
  "num_train_steps",
  "log_every_steps",
  "eval_every_steps",
  "checkpoint_every_steps",
  "keep_checkpoints",
)


class Checkpoints:
  """Saves and restores train states under workdir/checkpoints.

  The latest `keep` are kept and the best by `runs.quality`. What evaluation
  needs, the averaged parameters and the statistics, is an item of its own.
  """

  def __init__(self, workdir: str, *, keep: int = 1):
    policies = ocp.checkpoint_managers
    self._manager = ocp.CheckpointManager(
      pathlib.Path(workdir).absolute() / runs.CHECKPOINTS,
      options=ocp.CheckpointManagerOptions(
        create=True,
        preservation_policy=policies.AnyPreservationPolicy(
          [
            policies.LatestN(keep),
            policies.BestN(
              get_metric_fn=runs.quality,
              n=1,
              keep_checkpoints_without_metrics=False,
            ),
          ]
        ),
        best_fn=runs.quality,
      ),
    )

  def save(self, state: state_lib.TrainState, metrics: dict) -> None:
    """Starts saving; returns as soon as the state may change again."""
    if jax.process_count() > 1:
      state = jax.device_get(state)  # Orbax takes no array of one process.
    rest, inference = _split(state)
    self._manager.save(
      int(state.step),
      args=ocp.args.Composite(
        state=ocp.args.StandardSave(rest),
        inference=ocp.args.StandardSave(inference),
      ),
      metrics=metrics,
    )

  def restore(self, state: state_lib.TrainState) -> state_lib.TrainState | None:
    """Returns the latest saved state of this structure, None if none is."""
    step = self._manager.latest_step()
    if step is None:
      return None
    rest, inference = runs.on_host(jax.eval_shape(_split, state))
    restored = self._manager.restore(
      step,
      args=ocp.args.Composite(
        state=ocp.args.StandardRestore(rest),
        inference=ocp.args.StandardRestore(inference),
      ),
    )
    return _join(restored["state"], restored["inference"])

  def close(self) -> None:
    """Waits for a save under way."""
    self._manager.wait_until_finished()
    self._manager.close()


def _split(state):
  """Separates what evaluation needs: (rest, inference)."""
  inference = {
    name: state_lib.inference_variables(network)
    for name, network in state.networks.items()
    if name in build.INFERENCE
  }
  networks = {
    name: network._replace(stats={}, **{_evaluated(network): {}})
    if name in inference
    else network
    for name, network in state.networks.items()
  }
  return state._replace(networks=networks), inference


def _evaluated(network: state_lib.NetworkState) -> str:
  """Which parameters evaluation uses."""
  return "ema_params" if network.ema_params else "params"


def _join(rest, inference):
  networks = {
    name: network._replace(
      stats=inference[name]["batch_stats"],
      **{
        "ema_params" if network.params else "params": inference[name]["params"]
      },
    )
    if name in inference
    else network
    for name, network in rest.networks.items()
  }
  return rest._replace(networks=networks)


def claim_workdir(
  workdir: str | pathlib.Path, config: ml_collections.ConfigDict
) -> None:
  """Writes the config into a workdir, or checks that it is the same.

  A run without a checkpoint has nothing to lose: its config may change.

  Raises:
    errors.UserError: the workdir belongs to a run with another config.
  """
  path = pathlib.Path(workdir) / runs.CONFIG
  new = json.loads(config.to_json_best_effort())
  if path.exists() and any(path.parent.glob("checkpoints/[0-9]*")):
    old = json.loads(path.read_text())
    if differing := _differences(old, new):
      raise errors.UserError(
        f"{workdir} belongs to a run with another config: "
        + "; ".join(differing)
        + ". Use another --workdir, or the run's own config."
      )
  if jax.process_index():
    return  # The first process writes for all.
  # Python reads what it writes: a setting may be NaN, which the run then tells.
  files.write_text(path, json.dumps(new, indent=2) + "\n")


def read_config(workdir: str | pathlib.Path) -> ml_collections.ConfigDict:
  """Returns the config of a run.

  Raises:
    errors.UserError: the workdir holds no run.
  """
  return ml_collections.ConfigDict(runs.read_config(workdir)).lock()


def _differences(old: dict, new: dict, prefix: str = "") -> list[str]:
  found = []
  for key in sorted(old.keys() | new.keys()):
    name = prefix + key
    before, now = old.get(key), new.get(key)
    if isinstance(before, dict) and isinstance(now, dict):
      found += _differences(before, now, name + ".")
    elif before != now and name not in _FREE:
      found.append(f"{name} was {before}, now {now}")
  return found
