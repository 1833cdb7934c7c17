"""The order of the steps to weights like the released ones."""

import os
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).parents[1] / "scripts" / "train_compact.sh"
PYTHON = """#!/bin/sh
echo "$@" >> "$COMMANDS"
case "$1" in *average.py) mkdir -p "$RUNS/between/checkpoints";; esac
"""


@pytest.fixture
def run(tmp_path):
  """Runs the script with a python that only notes what it was asked for."""
  python = tmp_path / "bin" / "python"
  python.parent.mkdir()
  python.write_text(PYTHON)
  python.chmod(0o755)
  commands = tmp_path / "commands"

  def call(*arguments):
    commands.write_text("")
    found = subprocess.run(
      [SCRIPT, *arguments],
      env=os.environ
      | {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "COMMANDS": str(commands),
        "RUNS": str(tmp_path / "runs"),
      },
      capture_output=True,
      text=True,
      check=False,
    )
    return found, [line.split() for line in commands.read_text().splitlines()]

  return call


def test_each_step_starts_from_the_one_before(run, tmp_path):
  runs = tmp_path / "runs"
  given = ("--faces_dir=photos", f"--output_dir={runs}")
  found, commands = run(*given)
  assert found.returncode == 0, found.stderr
  scripts = [pathlib.Path(command[0]) for command in commands]
  assert all(script.is_file() for script in scripts)
  assert [script.stem for script in scripts] == [
    *("build_dataset", "build_dataset", "train"),
    *("train", "train", "train", "train", "average"),
    *("train", "train", "release", "evaluate"),
  ]
  for command in commands[4:7]:
    assert f"--config.init_from={runs}/compact" in command
  workdirs = [command[2].removeprefix("--workdir=") for command in commands]
  assert f"--runs={','.join(workdirs[3:7])}" in commands[7]
  assert f"--workdir={runs}/between" in commands[7]
  assert f"--config.init_from={runs}/between" in commands[8]
  assert f"--config.init_from={runs}/polish" in commands[9]
  assert f"--workdir={runs}/faces" in commands[10]
  assert f"--landmarker_workdir={runs}/landmarker" in commands[10]
  assert f"--weights={runs}/weights.safetensors" in commands[11]
  for command in commands:
    for flag in command:
      if flag.startswith("--config="):
        config = flag.removeprefix("--config=").split(":")[0]
        assert pathlib.Path(config).is_file()
  # What is between the runs is made once; the other steps know themselves.
  _, again = run(*given)
  assert again == [*commands[:7], *commands[8:]]


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ([], "--faces_dir=PHOTOS is missing"),
    (["--faces=x"], "unknown argument --faces=x"),
  ],
)
def test_it_says_what_is_missing(run, arguments, message):
  found, commands = run(*arguments)
  assert found.returncode == 2
  assert message in found.stderr
  assert commands == []
