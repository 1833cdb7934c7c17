"""Trains the networks of a config on a built dataset.

  python scripts/train.py --config=configs/portraits.py --workdir=runs/faces \
    [--config.data_dir=data --config.num_train_steps=20000 ...]

On several hosts, run the same command on each and name the first one:

  ... --coordinator=HOST:PORT --num_processes=2 --process_id=0

Where JAX can tell by itself (TPU pods, Slurm), --coordinator=auto is enough.
A run that was interrupted goes on from its last checkpoint by the same command.
"""

import command
import jax
from absl import flags
from ml_collections import config_flags

from maskgan_jax.common import errors
from maskgan_jax.training import loop

_CONFIG = config_flags.DEFINE_config_file("config", None, "A file of configs/.")
_WORKDIR = flags.DEFINE_string(
  "workdir", None, "Folder for checkpoints, metrics and samples of this run."
)
_COORDINATOR = flags.DEFINE_string(
  "coordinator", None, "HOST:PORT of the first process, or auto."
)
_NUM_PROCESSES = flags.DEFINE_integer("num_processes", None, "Of all hosts.")
_PROCESS_ID = flags.DEFINE_integer("process_id", None, "Of this one, from 0.")


def _join_processes() -> None:
  places = (_NUM_PROCESSES.value, _PROCESS_ID.value)
  if _COORDINATOR.value == "auto":
    jax.distributed.initialize()
  elif _COORDINATOR.value and None not in places:
    jax.distributed.initialize(_COORDINATOR.value, *places)
  elif _COORDINATOR.value or places != (None, None):
    raise errors.UserError(
      "Several processes need all of --coordinator=HOST:PORT, --num_processes"
      " and --process_id, or --coordinator=auto alone."
    )


def main() -> None:
  _join_processes()
  loop.train(_CONFIG.value, _WORKDIR.value)


if __name__ == "__main__":
  flags.mark_flags_as_required(["config", "workdir"])
  command.run(main)
