"""How long a call takes."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np


def measure(
  call: Callable[[], Any],
  repeats: int,
  clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
  """Times a call that was warmed up, by a clock in seconds.

  The call must end when its work is done: what JAX computes later does not
  count.

  Returns:
    {"mean", "median", "p10", "p90"} of the single calls, in milliseconds.
  """
  times = []
  for _ in range(repeats):
    start = clock()
    call()
    times.append(1000 * (clock() - start))
  return {
    "mean": float(np.mean(times)),
    "median": float(np.median(times)),
    "p10": float(np.percentile(times, 10)),
    "p90": float(np.percentile(times, 90)),
  }
