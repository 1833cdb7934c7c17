"""Serves a page on this computer that takes masks off photos.

  python scripts/serve.py [--port=7860] [--weights=FILE | --workdir=runs/faces]

Nothing leaves the computer, and nothing is kept.
"""

import command
from absl import flags

from maskgan_jax.page import server
from maskgan_jax.unmasking import unmasker

_PORT = flags.DEFINE_integer(
  "port", 7860, "On the loopback.", lower_bound=0, upper_bound=65535
)
_NETWORKS = command.define_networks()
_BACKEND = command.define_backend()


def main() -> None:
  server.serve(unmasker.Unmasker(*_NETWORKS(), _BACKEND.value), _PORT.value)


if __name__ == "__main__":
  command.run(main)
