"""How far a long job is, on the terminal."""

import sys
import time

import tqdm

# Seconds between two lines where nobody watches, such as in a log file.
_LOG_INTERVAL = 10.0


def bar(
  total: int,
  unit: str,
  *,
  label: str | None = None,
  done: int = 0,
  shown: bool = True,
) -> tqdm.tqdm:
  """Returns a bar on stderr: how far, the rate, and the time left.

  Call `update` with what was done since. It is a context that ends the line.

  Args:
    total: how many there are.
    unit: what is counted, in the singular.
    label: printed in front.
    done: how many were done before.
    shown: False prints nothing.
  """
  watched = sys.stderr.isatty()
  return tqdm.tqdm(
    total=total,
    initial=done,
    unit=unit,
    desc=label,
    disable=not shown,
    file=sys.stderr,
    dynamic_ncols=watched,
    mininterval=0.2 if watched else _LOG_INTERVAL,
    unit_scale=False,
  )


class Progress:
  """Prints one line now and then: how far, how fast, how long still."""

  def __init__(
    self,
    total: int,
    done: int = 0,
    unit: str = "step",
    prints: bool = True,
  ):
    self._total, self._unit, self._prints = total, unit, prints
    self._first, self._start = done, time.monotonic()
    self._paused = 0.0
    self._pause_start = 0.0

  def pause(self) -> None:
    """Stops the clock, so that evaluation does not count as training."""
    self._pause_start = time.monotonic()

  def resume(self) -> None:
    self._paused += time.monotonic() - self._pause_start

  def rate(self, done: int) -> float:
    """Returns units a second since the start, pauses left out."""
    seconds = time.monotonic() - self._start - self._paused
    return (done - self._first) / max(seconds, 1e-9)

  def line(self, done: int, note: str = "") -> None:
    if not self._prints:
      return
    rate = self.rate(done)
    left = (self._total - done) / max(rate, 1e-9)
    print(
      f"{self._unit} {done}/{self._total}  {rate:.2f}/s"
      f"  {1000 / max(rate, 1e-9):.1f} s per 1000"
      f"  {duration(left)} left  {note}".rstrip(),
      file=sys.stderr,
      flush=True,
    )


def duration(seconds: float) -> str:
  """Returns 3725 s as "1:02:05"."""
  minutes, rest = divmod(round(seconds), 60)
  hours, minutes = divmod(minutes, 60)
  return f"{hours}:{minutes:02d}:{rest:02d}"
