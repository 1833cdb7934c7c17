import pytest

from maskgan_jax.training import run_progress


@pytest.fixture
def clock(monkeypatch):
  """The time of clock and bar, which the test sets."""
  time = [100.0]
  monkeypatch.setattr(run_progress.time, "monotonic", lambda: time[0])
  monkeypatch.setattr("tqdm.std.time", lambda: time[0])
  return time


def test_the_rate_is_of_the_steps_since_the_last_call(clock):
  with run_progress.RunProgress(100, shown=False) as progress:
    assert progress.rate() is None
    clock[0] += 5
    progress.update(20)
    assert progress.rate() == 4
    clock[0] += 1
    progress.update(3)
    assert progress.rate() == 3


@pytest.mark.parametrize("shown", [False, True])
def test_pauses_and_their_steps_do_not_count(clock, shown):
  with run_progress.RunProgress(100, 10, shown=shown) as progress:
    clock[0] += 1
    with progress.paused(steps=1):
      clock[0] += 1000
    assert progress.rate() is None
    with pytest.raises(ZeroDivisionError), progress.paused():
      clock[0] += 1000
      raise ZeroDivisionError
    clock[0] += 5
    progress.update(20)
    assert progress.rate() == 4


def test_the_bar_shows_rate_and_time_left_without_pauses(clock, capsys):
  with run_progress.RunProgress(130, 10) as progress:
    with progress.paused(steps=10):
      clock[0] += 1000
    clock[0] += 20
    progress.show("g_loss 0.700")
    progress.update(40)
    progress.line("Validation at step 60: psnr 20.000")
  shown = capsys.readouterr()
  assert shown.out == ""
  last = shown.err.strip().splitlines()[-1]
  assert "Training" in last and "60/130" in last and "g_loss 0.700" in last
  # 40 steps in 20 s; 70 are left.
  assert "2.00step/s" in last and "[00:20<00:35" in last
  assert "Validation at step 60: psnr 20.000\n" in shown.err


def test_only_the_first_process_shows_anything(clock, capsys):
  with run_progress.RunProgress(10, shown=False) as progress:
    progress.update(10)
    progress.show("g_loss 0.7")
    progress.line("Validation")
  assert capsys.readouterr().err == ""
