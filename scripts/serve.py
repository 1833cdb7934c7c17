"""Serves a page on this computer that takes masks off photos.

  python scripts/serve.py [--port=7860] [--workdir=runs/faces]

Nothing leaves the computer, and nothing is kept.
"""

import command
from absl import flags

from maskgan_jax import server

_PORT = flags.DEFINE_integer(
  "port", 7860, "On the loopback.", lower_bound=0, upper_bound=65535
)
_WORKDIR = command.define_workdir()
_CHECKPOINT = command.define_checkpoint()


def main() -> None:
  server.serve(_PORT.value, _WORKDIR.value, _CHECKPOINT.value)


if __name__ == "__main__":
  command.run(main)
