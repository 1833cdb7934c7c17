import sys

import pytest

from maskgan_jax.common import errors
from maskgan_jax.lab.benchmarks import processes

FAKE_PEER = (
  "import sys; last = sys.argv[1] == '--channels_last';"
  "print('hello');"
  'print(\'{"step_ms": {"median": %d}}\' % (20 if last else 30))'
)


def test_the_better_layout_of_the_peer_counts():
  ours = iter([{"step_ms": {"median": 12.0}}, {"step_ms": {"median": 10.0}}])
  found = processes.beside_peer(
    lambda: next(ours), [sys.executable, "-c", FAKE_PEER]
  )
  assert found["step_ms"]["median"] == 10.0
  assert found["peer"]["step_ms"]["median"] == 20
  assert found["times_peer"] == 2.0


def test_a_missing_peer_is_told_in_a_line_and_left_out(capfd):
  found = processes.beside_peer(
    lambda: {"step_ms": {"median": 1.0}},
    [sys.executable, "-c", "import no_such_package"],
  )
  assert set(found) == {"step_ms"}
  told = capfd.readouterr()
  assert told.out.count("\n") == 1
  assert "left out: ModuleNotFoundError: No module named 'no_such" in told.out
  assert not told.err


def test_a_peer_that_does_not_exist_is_named():
  with pytest.raises(errors.UserError, match="/no/python"):
    processes.beside_peer(lambda: {}, ["/no/python"])


def test_each_number_of_devices_has_its_own_process():
  code = (
    "import os, re;"
    "n = int(re.search('count=(.)', os.environ['XLA_FLAGS']).group(1));"
    'print(\'{"devices": %d, "step_ms": {"median": %d}}\' % (n, 10 + n))'
  )
  rows = processes.scaling([sys.executable, "-c", code], (1, 4))["rows"]
  assert [row["devices"] for row in rows] == [1, 4]
  assert rows[1]["times_one_device"] == pytest.approx(14 / 11)
