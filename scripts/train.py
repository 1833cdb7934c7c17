"""Trains the networks of a config on a built dataset.

  python scripts/train.py --config=configs/portraits.py --workdir=runs/faces \
    [--config.data_dir=data --config.num_train_steps=20000 ...]

A run that was interrupted goes on from its last checkpoint by the same command.
"""

import command
from absl import flags
from ml_collections import config_flags

from maskgan_jax import train

_CONFIG = config_flags.DEFINE_config_file("config", None, "A file of configs/.")
_WORKDIR = flags.DEFINE_string(
  "workdir", None, "Folder for checkpoints, metrics and samples of this run."
)


def main() -> None:
  train.train(_CONFIG.value, _WORKDIR.value)


if __name__ == "__main__":
  flags.mark_flags_as_required(["config", "workdir"])
  command.run(main)
