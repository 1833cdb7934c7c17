"""How a command starts, and how it says what is wrong."""

import importlib
import logging
import os
import pathlib
import sys
import types
from collections.abc import Callable, Sequence

from absl import app, flags

from maskgan_jax.commands import help_text, large_pages
from maskgan_jax.common import errors, optional

# The extra of pyproject.toml that a command needs, where it needs one. What is
# not named here runs from a checkout and needs all that training does.
_EXTRAS = {
  "unmask": "jax",
  "mask": None,
  "serve": "jax",
  "export": "export",
}
# These train, where memory in large pages saves most.
_TRAINING = ("train", "ablate", "benchmark")
_HELP = ("--help", "-help", "-h", "--helpshort", "-helpshort")


def run(
  module: str,
  arguments: Sequence[str] | None = None,
  program: str | None = None,
) -> None:
  """Runs a command; bad input ends with its message alone.

  What XLA compiled once is kept for the next start, in the folder named by
  JAX_COMPILATION_CACHE_DIR, by default ~/.cache/maskgan_jax.

  Args:
    module: the command's, such as "maskgan_jax.commands.unmask".
    arguments: its flags, by default those that this process was started with.
    program: how the user calls it, by default as this process was started.

  Raises:
    SystemExit: always; its code is 0 after success, 1 where the command says
      what is wrong, 2 where the flags themselves are.
  """
  arguments = sys.argv[1:] if arguments is None else arguments
  program = program or f"python {sys.argv[0]}"
  name = module.rpartition(".")[2]
  if name in _TRAINING:
    large_pages.start_anew()
  command = _or_message(name, lambda: importlib.import_module(module))
  if _asks_for_help(arguments):
    print(help_text.command(command, program))
    raise SystemExit(0)

  def start(_):
    # Libraries warn of what is meant, such as reading a run without writing;
    # this project's own warnings go to the root logger and are shown.
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("absl").setLevel(logging.ERROR)
    _keep_compilations()
    _or_message(name, command.main)

  app.run(
    start,
    argv=[program, *arguments],
    flags_parser=lambda argv: _parse(argv, command),
  )


def _asks_for_help(arguments: Sequence[str]) -> bool:
  return any(argument in _HELP for argument in arguments)


def _or_message(name: str, call: Callable[[], types.ModuleType | None]):
  """Returns call(); what the user can mend becomes a message alone."""
  try:
    return call()
  except errors.UserError as error:
    raise SystemExit(f"error: {error}") from error
  except ModuleNotFoundError as error:
    package = optional.missing_package(error)
    if package is None:
      raise
    extra = _EXTRAS.get(name, "train")
    remedy = optional.install(extra) if extra else "pip install maskgan_jax"
    raise SystemExit(f"error: {package} is not installed: {remedy}.") from error


def _parse(argv: list[str], command: types.ModuleType) -> list[str]:
  """Parses the flags; a config's own errors end with their message alone."""
  program = argv[0]
  try:
    rest = flags.FLAGS(argv)
    # A config that cannot be read says so once something is asked of it.
    getattr(getattr(flags.FLAGS, "config", None), "is_locked", None)
  except flags.Error as error:
    _end(program, str(error))
  except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
    # ml_collections wraps a KeyError, which shows its message in quotes.
    inner = error.args[0] if error.args else None
    message = inner.args[0] if isinstance(inner, KeyError) else error
    raise SystemExit(f"error: {message}") from error
  if len(rest) > 1:
    _end(
      program,
      f"unexpected {' '.join(rest[1:])}: every argument is a flag, such as"
      " --name=value.",
    )
  required = getattr(command, "REQUIRED", ())
  if missing := [flag.name for flag in required if flag.value is None]:
    given = " and ".join(f"--{name}" for name in missing)
    _end(program, f"{given} must be given.")
  return rest


def _end(program: str, message: str) -> None:
  """Ends the process as wrong flags do."""
  print(f"error: {message}\n{program} --help lists the flags.", file=sys.stderr)
  raise SystemExit(2)


def _keep_compilations() -> None:
  if "JAX_COMPILATION_CACHE_DIR" in os.environ:
    return
  folder = str(pathlib.Path("~/.cache/maskgan_jax").expanduser())
  # JAX reads it as it is imported, which not every command does, or does yet.
  os.environ["JAX_COMPILATION_CACHE_DIR"] = folder
  if jax := sys.modules.get("jax"):
    jax.config.update("jax_compilation_cache_dir", folder)
