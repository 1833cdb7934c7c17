"""How far and how fast a run is; what is not training does not count."""

import contextlib
import sys
import time
from collections.abc import Iterator

from maskgan_jax.common import progress


class RunProgress:
  """A bar of the run's steps, and a clock for the log.

  Use it as a context: at its end the bar's line ends.
  """

  def __init__(self, total: int, done: int = 0, *, shown: bool = True):
    """Starts the clock.

    Args:
      total: steps of the run.
      done: steps taken before.
      shown: False shows no bar.
    """
    self._bar = progress.bar(
      total, "step", label="Training", done=done, shown=shown
    )
    self._seconds_since, self._steps = time.monotonic(), 0

  def __enter__(self) -> "RunProgress":
    return self

  def __exit__(self, *_) -> None:
    self._bar.close()

  def update(self, steps: int) -> None:
    """Counts steps that were taken since the last call."""
    self._steps += steps
    self._bar.update(steps)

  @contextlib.contextmanager
  def paused(self, steps: int = 0) -> Iterator[None]:
    """Leaves the time that the block takes out of all rates.

    Args:
      steps: taken in the block; they count as done, but not for the rates.
    """
    start = time.monotonic()
    try:
      yield
    finally:
      seconds = time.monotonic() - start
      self._seconds_since += seconds
      if not self._bar.disable:
        self._bar.start_t += seconds
        self._bar.last_print_t += seconds
        self._bar.n += steps
        self._bar.initial += steps
        self._bar.last_print_n += steps

  def rate(self) -> float | None:
    """Returns steps a second since the last call, None if none was timed."""
    now = time.monotonic()
    seconds, steps = now - self._seconds_since, self._steps
    self._seconds_since, self._steps = now, 0
    return steps / max(seconds, 1e-9) if steps else None

  def show(self, text: str) -> None:
    """Shows a text behind the bar from now on."""
    self._bar.set_postfix_str(text, refresh=False)

  def line(self, text: str) -> None:
    """Prints a line that stays, above the bar."""
    if not self._bar.disable:
      self._bar.write(text, file=sys.stderr)
