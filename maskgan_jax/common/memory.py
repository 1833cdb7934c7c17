"""Memory of this process."""

import contextlib
import ctypes
import resource
import sys


def give_back() -> None:
  """Returns freed memory to the system, which the C library would keep.

  Compiling a step and initialising large networks need more for a moment than
  training does. Only glibc is asked; elsewhere nothing happens.
  """
  with contextlib.suppress(OSError, AttributeError):
    ctypes.CDLL(None).malloc_trim(0)


def peak_gib() -> float:
  """Returns the most that was in use so far."""
  unit = 1 if sys.platform == "darwin" else 1024
  return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
