"""The console command: maskgan COMMAND --flag=value ..."""

import ast
import difflib
import importlib.util
import pathlib
import sys
from collections.abc import Sequence

from maskgan_jax.commands import command, help_text

COMMANDS = ("unmask", "mask", "serve", "build", "train", "evaluate", "export")


def main(arguments: Sequence[str] | None = None) -> None:
  """Runs the command that the first argument names.

  Args:
    arguments: by default those that this process was started with.

  Raises:
    SystemExit: see `command.run`; its code is 2 where no command is named or
      there is none of that name.
  """
  name, *rest = (sys.argv[1:] if arguments is None else arguments) or [""]
  if name in ("--version", "-version"):
    print(f"maskgan_jax {_version()}")
  elif name in ("--help", "-help", "-h", "help"):
    print(_help())
  elif name in COMMANDS:
    command.run(f"maskgan_jax.commands.{name}", rest, f"maskgan {name}")
  elif not name:
    print(_help(), file=sys.stderr)
    raise SystemExit(2)
  else:
    _unknown(name)


def _version() -> str:
  from maskgan_jax.photos import provenance

  return provenance.VERSION


def _help() -> str:
  lines = [
    "Takes face masks off photos. The face under a mask is a guess.",
    "",
    "  maskgan unmask --input=photo.jpg --output=unmasked.jpg",
    "  maskgan mask --input=photos --output=masked",
    "",
    "Commands:",
    *(help_text.columns(name, _summary(name), 12) for name in COMMANDS),
    "",
    "maskgan COMMAND --help lists the flags of a command.",
  ]
  return "\n".join(lines)


def _summary(name: str) -> str:
  """Returns the first line of a command's docstring without importing it."""
  path = importlib.util.find_spec(f"maskgan_jax.commands.{name}").origin
  source = pathlib.Path(path).read_text(encoding="utf-8")
  return help_text.summary(ast.get_docstring(ast.parse(source)))


def _unknown(name: str) -> None:
  message = f"unknown command {name}."
  if name.startswith("-"):
    message = f"{name} stands where a command must: maskgan COMMAND {name} ..."
  elif near := difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5):
    message += f" Did you mean {near[0]}?"
  print(
    f"error: {message}\nCommands: {', '.join(COMMANDS)}."
    " maskgan --help explains them.",
    file=sys.stderr,
  )
  raise SystemExit(2)
