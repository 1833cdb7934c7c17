"""Tells how far a long job is."""

import sys
import time


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
