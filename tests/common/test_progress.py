import pytest

from maskgan_jax.common import progress


@pytest.fixture
def clock(monkeypatch):
  """A clock that the test sets."""
  time = [100.0]
  monkeypatch.setattr(progress.time, "monotonic", lambda: time[0])
  return time


def test_progress_line(clock, capsys):
  shown = progress.Progress(4000, done=1000)
  clock[0] += 10
  shown.line(1500, "d_loss 0.7")
  captured = capsys.readouterr()
  assert captured.out == ""
  assert captured.err == (
    "step 1500/4000  50.00/s  20.0 s per 1000  0:00:50 left  d_loss 0.7\n"
  )
  shown.line(1500)
  assert capsys.readouterr().err.endswith("left\n")


def test_pauses_do_not_count(clock):
  shown = progress.Progress(100, unit="picture")
  for _ in range(2):
    clock[0] += 5
    shown.pause()
    clock[0] += 1000
    shown.resume()
  assert shown.rate(20) == pytest.approx(2)


def test_progress_at_the_very_start_does_not_fail(clock, capsys):
  progress.Progress(100).line(0)
  assert "step 0/100" in capsys.readouterr().err


@pytest.mark.parametrize(
  "seconds, text",
  [(0, "0:00:00"), (59.6, "0:01:00"), (3725, "1:02:05"), (90000, "25:00:00")],
)
def test_duration(seconds, text):
  assert progress.duration(seconds) == text
