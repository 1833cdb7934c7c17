"""Serves a page on this computer that takes masks off photos.

  maskgan serve
  maskgan serve --port=8000 --weights=FILE.onnx

Nothing leaves the computer, and nothing is saved; the last photo stays in
memory until the next.
"""

from absl import flags

from maskgan_jax import unmasking
from maskgan_jax.commands import shared_flags
from maskgan_jax.page import server

_PORT = flags.DEFINE_integer(
  "port",
  7860,
  "The port of http://127.0.0.1 to serve the page on; 0 takes a free one.",
  lower_bound=0,
  upper_bound=65535,
)
_NETWORKS = shared_flags.Networks()
_BACKEND = shared_flags.define_backend()

GROUPS = {
  "Page": (_PORT,),
  "Networks": (*_NETWORKS.flags, _BACKEND),
}


def main() -> None:
  """Serves the page until it is interrupted."""
  server.serve(unmasking.Unmasker(*_NETWORKS(), _BACKEND.value), _PORT.value)
