import os
import pathlib
import signal
import subprocess
import sys

import pytest

from maskgan_jax.common import files, locks

_HOLD = """
import sys, time
from maskgan_jax.common import locks
with locks.locked(sys.argv[1]):
  print("locked", flush=True)
  time.sleep(60)
"""


@pytest.fixture
def other(tmp_path):
  """Another process that has locked tmp_path / "data"."""
  process = subprocess.Popen(
    [sys.executable, "-c", _HOLD, str(tmp_path / "data")],
    stdout=subprocess.PIPE,
    text=True,
    env={**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parents[2])},
  )
  with process:
    assert process.stdout.readline() == "locked\n"
    yield process
    process.kill()


def test_a_second_process_is_refused(other, tmp_path):
  with (
    pytest.raises(
      locks.LockedError,
      match=f"data: process {other.pid} on .* is writing into it. Wait until",
    ),
    locks.locked(tmp_path / "data"),
  ):
    pass
  assert other.poll() is None


def test_a_killed_process_locks_nobody_out(other, tmp_path):
  other.send_signal(signal.SIGKILL)
  other.wait()
  assert [path.name for path in (tmp_path / "data").iterdir()]
  with locks.locked(tmp_path / "data"):
    pass
  assert not list((tmp_path / "data").iterdir())


def test_one_block_at_a_time_in_one_process_too(tmp_path):
  with locks.locked(tmp_path):
    with pytest.raises(locks.LockedError), locks.locked(tmp_path):
      pass
    with locks.locked(tmp_path / "other"):
      pass
    assert list(tmp_path.glob(".*"))
  with pytest.raises(KeyError), locks.locked(tmp_path):
    raise KeyError
  assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_file_that_was_removed_while_waiting_is_not_the_lock(
  tmp_path, monkeypatch
):
  calls = []
  flock = locks.fcntl.flock

  def removed_first(file, operation):
    flock(file, operation)
    if not calls:
      pathlib.Path(file.name).unlink()
    calls.append(file)

  monkeypatch.setattr(locks.fcntl, "flock", removed_first)
  with locks.locked(tmp_path):
    assert len(calls) == 2
    assert list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written(tmp_path):
  (tmp_path / "file").write_text("")
  with (
    pytest.raises(files.WriteError, match="file: cannot be locked .* Give ano"),
    locks.locked(tmp_path / "file"),
  ):
    pass
