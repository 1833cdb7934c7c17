"""What --help prints."""

import re
import textwrap
import types

from absl import flags

_WIDTH = 80
_TEXT_COLUMN = 26
# Never broken into two lines, printed as a space.
_FIXED_SPACE = "\N{NO-BREAK SPACE}"


def command(module: types.ModuleType, program: str) -> str:
  """Returns the help of a command: what it does, then its flags in groups.

  Args:
    module: the command's; see `maskgan_jax.commands`.
    program: how the user calls it; it replaces `maskgan NAME` in examples.
  """
  name = module.__name__.rpartition(".")[2]
  text = module.__doc__.strip()
  lines = [text.replace(f"maskgan {name} ", f"{program} ")]
  required = {flag.name for flag in getattr(module, "REQUIRED", ())}
  for title, group in module.GROUPS.items():
    lines.append(f"\n{title}:")
    for holder in group:
      flag = flags.FLAGS[holder.name]
      lines.append(_flag(flag, flag.name in required))
  return "\n".join(lines)


def summary(text: str) -> str:
  """Returns the first line of a docstring."""
  return text.strip().partition("\n")[0]


def columns(left: str, right: str, column: int = _TEXT_COLUMN) -> str:
  """Returns a name and its explanation, wrapped beside it from a column on."""
  lines = textwrap.wrap(
    right, _WIDTH - column, break_long_words=False, break_on_hyphens=False
  )
  lines = [line.replace(_FIXED_SPACE, " ") for line in lines]
  left = f"  {left}"
  if len(left) < column - 1:
    first = [left.ljust(column) + lines.pop(0)]
  else:
    first = [left]
  return "\n".join([*first, *(" " * column + line for line in lines)])


def _flag(flag: flags.Flag, required: bool) -> str:
  # absl puts the choices in front, which `_value` shows.
  text = re.sub(r"^<[^>]*>: ", "", flag.help)
  if required:
    text += " Required."
  elif not flag.boolean and flag.default not in (None, [], ""):
    text += f" Default:{_FIXED_SPACE}{_shown(flag.default)}."
  return columns(f"--{flag.name}{_value(flag)}", text)


def _value(flag: flags.Flag) -> str:
  """Returns what may stand behind a flag's name."""
  if flag.boolean:
    return ""
  if choices := getattr(flag.parser, "enum_values", None):
    return f"={'|'.join(choices)}"
  kind = flag.flag_type()
  if kind in ("int", "float"):
    return "=N"
  return "=A,B,..." if "list" in kind else "=VALUE"


def _shown(default: object) -> str:
  if isinstance(default, (list, tuple)):
    return ",".join(map(str, default))
  return str(default)
