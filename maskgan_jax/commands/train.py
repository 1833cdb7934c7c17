"""Trains the networks of a config on a built dataset.

  maskgan train --config=configs/portraits.py --workdir=runs/faces
  maskgan train --config=configs/portraits.py --workdir=runs/faces \\
    --config.data_dir=data --config.num_train_steps=20000

A run that was interrupted goes on from its last checkpoint by the same command.
On several hosts, run it on each and name the first one:
--coordinator=HOST:PORT --num_processes=2 --process_id=0. Where JAX can tell by
itself (TPU pods, Slurm), --coordinator=auto is enough.

On Linux the process starts itself anew once, to have its memory in large pages;
the environment variable MASKGAN_LARGE_PAGES=0 switches that off.
"""

import jax
from absl import flags

from maskgan_jax.commands import config_flag
from maskgan_jax.common import errors
from maskgan_jax.training import loop

_CONFIG = config_flag.define()
_WORKDIR = flags.DEFINE_string(
  "workdir",
  None,
  "The folder of this run, for its checkpoints, metrics and samples.",
)
_COORDINATOR = flags.DEFINE_string(
  "coordinator",
  None,
  "HOST:PORT of the first process, or auto where JAX finds it by itself.",
)
_NUM_PROCESSES = flags.DEFINE_integer(
  "num_processes", None, "How many processes all hosts run together."
)
_PROCESS_ID = flags.DEFINE_integer(
  "process_id", None, "Which of them this process is, from 0."
)

GROUPS = {
  "Run": (_CONFIG, _WORKDIR),
  "Several hosts": (_COORDINATOR, _NUM_PROCESSES, _PROCESS_ID),
}
REQUIRED = (_CONFIG, _WORKDIR)


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
  """Trains, or goes on training, the run of --workdir."""
  _join_processes()
  loop.train(_CONFIG.value, _WORKDIR.value)
