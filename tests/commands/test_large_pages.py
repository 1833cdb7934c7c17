import os
import platform
import subprocess
import sys
import types

import pytest

from maskgan_jax.commands import large_pages
from tests import command_line

pytestmark = pytest.mark.skipif(
  platform.libc_ver()[0] != "glibc", reason="Large pages are asked of glibc."
)
LARGE = "glibc.malloc.hugetlb=1"
START = (
  "import os, sys\n"
  "from maskgan_jax.commands import large_pages\n"
  "{before}\n"
  "large_pages.start_anew()\n"
  "print(os.environ.get('GLIBC_TUNABLES'), sys.argv[1:])\n"
)


def _run(before="", **environment):
  clean = {
    name: value
    for name, value in os.environ.items()
    if name not in ("GLIBC_TUNABLES", large_pages.SWITCH)
  }
  found = subprocess.run(
    [sys.executable, "-c", START.format(before=before), "--a=b c"],
    cwd=command_line.ROOT,
    env=clean | environment,
    capture_output=True,
    text=True,
    check=True,
  )
  return found.stdout.strip()


def test_a_process_starts_anew_once_with_its_arguments():
  assert _run() == f"{LARGE} ['--a=b c']"


@pytest.mark.parametrize(
  ("before", "environment", "expected"),
  [
    ("", {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=1"}, "glibc.malloc.tca"),
    ("", {large_pages.SWITCH: "0"}, "None"),
    ("sys.settrace(lambda *_: None)", {}, "None"),
    ("sys.modules['pydevd'] = sys", {}, "None"),
    ("sys.modules['jax'] = sys", {}, "None"),
  ],
)
def test_when_it_does_not(before, environment, expected):
  assert _run(before, **environment).startswith(expected)


@pytest.mark.parametrize("name", ["pydevd", None])
def test_a_tool_that_monitors_keeps_its_process(name, monkeypatch):
  # Python 3.12 has it, for debuggers that trace nothing.
  monitoring = types.SimpleNamespace(
    DEBUGGER_ID=0,
    COVERAGE_ID=1,
    get_tool=lambda tool: name if tool == 0 else None,
  )
  monkeypatch.setattr(sys, "gettrace", lambda: None)
  monkeypatch.setattr(sys, "monitoring", monitoring, raising=False)
  assert large_pages.is_watched() == (name is not None)


@pytest.mark.parametrize(
  ("name", "expected"), [("train", True), ("unmask", False), ("mask", False)]
)
def test_only_commands_that_train_ask_for_it(name, expected):
  start = (
    "from maskgan_jax.commands import command, large_pages\n"
    "large_pages.start_anew = lambda: print('asked')\n"
    f"command.run('maskgan_jax.commands.{name}', ['--help'])\n"
  )
  found = subprocess.run(
    [sys.executable, "-c", start],
    cwd=command_line.ROOT,
    capture_output=True,
    text=True,
    check=True,
  )
  assert found.stdout.startswith("asked") == expected
