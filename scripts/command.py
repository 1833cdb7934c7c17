"""What all scripts share: how they start and how they say what is wrong."""

import os
import pathlib
import platform
import sys
from collections.abc import Callable

from absl import app, flags, logging

_SCRIPTS = pathlib.Path(__file__).resolve().parent


def _use_large_pages() -> None:
  """Starts a script anew with its memory in large pages, where glibc can.

  XLA takes the memory of a step anew each time. In pages of 4 KiB the system
  spends a sixth of a training step on a CPU handing it out.
  """
  if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
    return
  if "GLIBC_TUNABLES" not in os.environ:
    os.environ["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


# Before anything large is imported; a test that imports this stays as it is.
if pathlib.Path(sys.argv[0]).resolve().parent == _SCRIPTS:
  _use_large_pages()

from maskgan_jax.common import errors  # noqa: E402
from maskgan_jax.unmasking.backends import interface  # noqa: E402


def run(main: Callable[[], None]) -> None:
  """Parses the flags and calls main; bad input ends with its message alone.

  What XLA compiled once is kept for the next start, in the folder named by
  JAX_COMPILATION_CACHE_DIR, by default ~/.cache/maskgan_jax.
  """

  def start(arguments):
    if len(arguments) > 1:
      raise app.UsageError(f"Unexpected arguments: {arguments[1:]}.")
    # Libraries warn of what is meant, such as reading a run without writing.
    logging.set_verbosity(logging.ERROR)
    _keep_compilations()
    try:
      main()
    except errors.UserError as error:
      raise SystemExit(f"error: {error}") from error

  app.run(start, flags_parser=_parse)


def _parse(arguments: list[str]) -> list[str]:
  """Parses flags; a config's own errors end with their message alone too."""
  try:
    rest = app.parse_flags_with_usage(arguments)
    # A config whose file is missing says so once something is asked of it.
    getattr(getattr(flags.FLAGS, "config", None), "is_locked", None)
    return rest
  except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
    # ml_collections wraps a KeyError, which shows its message in quotes.
    inner = error.args[0] if error.args else None
    message = inner.args[0] if isinstance(inner, KeyError) else error
    raise SystemExit(f"error: {message}") from error


def _keep_compilations() -> None:
  if "JAX_COMPILATION_CACHE_DIR" in os.environ:
    return
  folder = str(pathlib.Path("~/.cache/maskgan_jax").expanduser())
  # JAX reads it as it is imported, which not every script does, or does yet.
  os.environ["JAX_COMPILATION_CACHE_DIR"] = folder
  if jax := sys.modules.get("jax"):
    jax.config.update("jax_compilation_cache_dir", folder)


def define_networks() -> Callable[[], tuple[str | None, str]]:
  """Defines the flags that say whose networks are used.

  Returns:
    A function that gives what was said: the weights, None for those that the
    project comes with, and which checkpoint of a run.
  """
  weights = flags.DEFINE_string(
    "weights",
    None,
    "FILE.safetensors with FILE.json beside it, of scripts/release.py; by"
    " default those that the project comes with. Photos also take FILE.onnx, of"
    " scripts/export.py.",
  )
  workdir = flags.DEFINE_string(
    "workdir", None, "Of scripts/train.py, instead of --weights."
  )
  checkpoint = define_checkpoint()

  def given():
    if weights.value and workdir.value:
      raise errors.UserError(
        f"--weights={weights.value} and --workdir={workdir.value} both say"
        " whose networks are used. Give one of them."
      )
    return weights.value or workdir.value, checkpoint.value

  return given


def define_backend() -> flags.FlagHolder[str | None]:
  """Returns the flag that chooses what computes the networks."""
  return flags.DEFINE_enum(
    "backend",
    None,
    interface.BACKENDS,
    "What computes the networks; by default onnx for FILE.onnx, else jax.",
  )


def define_checkpoint() -> flags.FlagHolder[str]:
  """Returns the flag that chooses among a run's checkpoints."""
  return flags.DEFINE_enum(
    "checkpoint",
    "latest",
    ["latest", "best"],
    "best: by PSNR in the mask on the validation split, which favours smooth"
    " pictures.",
  )
