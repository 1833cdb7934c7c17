"""Runs the scripts as a user does."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent


def environment() -> dict[str, str]:
  """Returns that of a script: one device, and programs compiled quickly."""
  flags = os.environ.get("XLA_FLAGS", "").split()
  kept = [flag for flag in flags if "device_count" not in flag]
  return os.environ | {"XLA_FLAGS": " ".join(kept)}


def _run(script: str, *arguments: object) -> subprocess.CompletedProcess:
  return subprocess.run(
    [sys.executable, f"scripts/{script}.py", *map(str, arguments)],
    cwd=ROOT,
    env=environment(),
    capture_output=True,
    text=True,
    timeout=300,
  )


def succeed(script: str, *arguments: object) -> str:
  """Returns what a script prints."""
  result = _run(script, *arguments)
  assert result.returncode == 0, result.stderr
  return result.stdout


def fail(script: str, *arguments: object) -> str:
  """Returns the message with which a script ends, without a traceback."""
  result = _run(script, *arguments)
  assert result.returncode != 0
  assert "Traceback" not in result.stderr
  return result.stderr
