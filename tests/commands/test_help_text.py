"""What --help prints, for every command."""

import json
import re
import subprocess
import sys

import pytest

from maskgan_jax.commands import help_text, main
from tests import command_line

LAB = (
  *("ablate", "average", "benchmark", "demo", "fit_report_rule"),
  *("model_card", "release", "score_real_masks"),
)
MODULES = (
  *(f"maskgan_jax.commands.{name}" for name in main.COMMANDS),
  *(f"maskgan_jax.lab.commands.{name}" for name in LAB),
)
# Two commands define flags of the same name: each leaves before the next one.
DESCRIBE = """
import importlib, json, sys
from absl import flags
from maskgan_jax.commands import help_text
shown = {}
for module in sys.argv[1:]:
  before = set(flags.FLAGS)
  command = importlib.import_module(module)
  shown[module] = {
    "help": help_text.command(command, "maskgan x"),
    "groups": [f.name for g in command.GROUPS.values() for f in g],
    "required": [f.name for f in getattr(command, "REQUIRED", ())],
    "main": callable(command.main),
    "flags": [],
  }
  for name in set(flags.FLAGS) - before:
    path = sys.modules[flags.FLAGS.find_module_defining_flag(name)].__name__
    if path.startswith(("maskgan_jax", "ml_collections")):
      shown[module]["flags"].append(name)
      delattr(flags.FLAGS, name)
print(json.dumps(shown))
"""


@pytest.fixture(scope="module")
def described():
  found = subprocess.run(
    [sys.executable, "-c", DESCRIBE, *MODULES],
    cwd=command_line.ROOT,
    capture_output=True,
    text=True,
    check=False,
  )
  assert found.returncode == 0, found.stderr
  return json.loads(found.stdout.splitlines()[-1])


@pytest.mark.parametrize("module", MODULES)
def test_every_flag_is_in_one_group(module, described):
  command = described[module]
  assert sorted(command["groups"]) == sorted(command["flags"])
  assert set(command["required"]) <= set(command["flags"])
  assert command["main"]


@pytest.mark.parametrize("module", MODULES)
def test_every_flag_is_explained_in_80_columns(module, described):
  text = described[module]["help"]
  lines = text.splitlines()
  assert lines[0].endswith(".") and lines[1] == ""
  # A path that is a default has no place to break.
  long = [line for line in lines if len(line) > 80 and "/" not in line]
  assert not long
  for name in described[module]["flags"]:
    assert f"\n  --{name}" in text
  assert not re.search(r"None|<[\w|]+>:|\N{NO-BREAK SPACE}", text)


def test_what_absl_used_to_leave_out(described):
  text = described["maskgan_jax.commands.unmask"]["help"]
  for shown in (
    "\nInput and output:\n  --input=VALUE ",
    "\nNetworks:\n  --weights=VALUE ",
    "\n  --workdir=VALUE ",
    "\n  --checkpoint=latest|best\n",
    "\n  --backend=jax|onnx ",
    "\n  --overwrite ",
  ):
    assert shown in text, shown
  text = described["maskgan_jax.commands.train"]["help"]
  assert "\n  --config=VALUE " in text


def test_summary_is_the_first_line():
  assert help_text.summary("\nDoes it.\n\nAnd more.") == "Does it."


def test_columns_wrap():
  text = help_text.columns("--a_flag", "word " * 20, column=40)
  first, *rest = text.splitlines()
  assert first.startswith("  --a_flag".ljust(40) + "word word")
  assert len(rest) == 2 and all(x.startswith(" " * 40 + "w") for x in rest)
  text = help_text.columns("--a_flag_of_a_long_name", "word", column=20)
  assert text == "  --a_flag_of_a_long_name\n" + " " * 20 + "word"


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_has_a_script(name):
  scripts = {"mask": "mask_faces", "build": "build_dataset"}
  path = command_line.ROOT / "scripts" / f"{scripts.get(name, name)}.py"
  assert f'command.run("maskgan_jax.commands.{name}")' in path.read_text()


@pytest.mark.parametrize("name", LAB)
def test_every_command_of_the_lab_has_a_script(name):
  text = (command_line.ROOT / "scripts" / f"{name}.py").read_text()
  assert f'command.run("maskgan_jax.lab.commands.{name}")' in text
