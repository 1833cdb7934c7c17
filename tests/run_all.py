"""Runs the tests, those of Apache Beam in its own environment, and counts them.

  .venv/bin/python -m tests.run_all [pytest arguments]

Tests that .venv skips for want of Apache Beam run again in .venv-beam, which
scripts/setup.sh --tests makes.
"""

import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from xml.etree import ElementTree

_BEAM_PYTHON = pathlib.Path(".venv-beam/bin/python")
# What a skipped test says.
_NEEDS_BEAM = "needs Apache Beam"

# By test, named FILE::NAME: "passed", "failed" or why it was skipped.
Outcomes = dict[str, str]


def main(arguments: Sequence[str]) -> int:
  """Returns the exit status: 0 where all tests passed or were skipped."""
  outcomes, status = run(sys.executable, arguments)
  for_beam = [name for name, seen in outcomes.items() if _NEEDS_BEAM in seen]
  if for_beam and _BEAM_PYTHON.exists():
    print(f"\nIn {_BEAM_PYTHON.parts[0]}: {len(for_beam)} tests of Apache Beam")
    found, beam_status = run(str(_BEAM_PYTHON), for_beam)
    outcomes |= found
    status = status or beam_status
  print(summary(outcomes))
  return status


def run(python: str, arguments: Sequence[str]) -> tuple[Outcomes, int]:
  """Runs pytest with a Python; returns what became of each test, and its exit
  status."""
  with tempfile.TemporaryDirectory() as folder:
    report = pathlib.Path(folder, "report.xml")
    options = ("-o", "junit_family=xunit1", f"--junitxml={report}")
    status = subprocess.call([python, "-m", "pytest", *options, *arguments])
    return (outcomes_of(report.read_text()) if report.exists() else {}), status


def outcomes_of(report: str) -> Outcomes:
  """Returns what became of each test of a JUnit report."""
  outcomes: Outcomes = {}
  for case in ElementTree.fromstring(report).iter("testcase"):
    name = f"{case.get('file')}::{case.get('name')}"
    seen = "passed"
    if (skipped := case.find("skipped")) is not None:
      seen = skipped.get("message") or "skipped"
    if case.find("failure") is not None or case.find("error") is not None:
      seen = "failed"
    # One that fails while it is set up or cleaned up stands there twice.
    if outcomes.get(name) != "failed":
      outcomes[name] = seen
  return outcomes


def summary(outcomes: Outcomes) -> str:
  """Returns "N passed, N failed, N skipped"."""
  seen = list(outcomes.values())
  passed, failed = seen.count("passed"), seen.count("failed")
  skipped = len(seen) - passed - failed
  return f"{passed} passed, {failed} failed, {skipped} skipped"


if __name__ == "__main__":
  sys.exit(main(sys.argv[1:]))
