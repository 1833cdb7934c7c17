"""Work spread over processes, in order."""

import collections
import concurrent.futures
import itertools
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import cv2

_In = TypeVar("_In")
_Out = TypeVar("_Out")

# Tasks handed out ahead of the one waited for, a process: enough to keep it
# busy, few enough that results do not pile up in memory.
_AHEAD = 8


class Workers:
  """Processes that do the work; one means the caller's own.

  Use it as a context: at its end the processes end.
  """

  def __init__(self, num_processes: int):
    self._num_processes = num_processes
    self._pool = concurrent.futures.ProcessPoolExecutor(
      num_processes,
      # A forked child would inherit the locks of the parent's threads.
      mp_context=multiprocessing.get_context("spawn"),
      initializer=_start_worker,
    )

  def __enter__(self) -> "Workers":
    return self

  def __exit__(self, *_) -> None:
    self._pool.shutdown(cancel_futures=True)

  def map(
    self, function: Callable[[_In], _Out], items: Iterable[_In]
  ) -> Iterator[_Out]:
    """Yields function(item) in the order of the items.

    Function and items must pickle.

    Raises:
      concurrent.futures.process.BrokenProcessPool: a process died, say for
        lack of memory.
    """
    if self._num_processes == 1:
      yield from map(function, items)
      return
    items = iter(items)
    window = collections.deque(
      self._pool.submit(function, item)
      for item in itertools.islice(items, _AHEAD * self._num_processes)
    )
    while window:
      yield window.popleft().result()
      for item in itertools.islice(items, 1):
        window.append(self._pool.submit(function, item))


def _start_worker() -> None:
  cv2.setNumThreads(1)
  threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
  """Ends this process where the parent was killed; it would wait forever."""
  multiprocessing.parent_process().join()
  os._exit(1)
