"""Memory in large pages, for commands that train.

XLA takes the memory of a step anew each time. In pages of 4 KiB the system
spends a sixth of a training step on a CPU handing it out. glibc gives large
pages where GLIBC_TUNABLES asks for them as a process starts.
"""

import os
import platform
import sys

# Set to 0, it keeps a process from being started anew.
SWITCH = "MASKGAN_LARGE_PAGES"
_TUNABLES = "GLIBC_TUNABLES"


def start_anew() -> None:
  """Starts this process anew with its memory in large pages.

  Does nothing where that is impossible, done already, switched off by
  MASKGAN_LARGE_PAGES=0, or would take a debugger's process from it.
  """
  if sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
    return
  if _TUNABLES in os.environ or os.environ.get(SWITCH) == "0":
    return
  # With jax loaded, the process has work of its own already.
  if is_watched() or "jax" in sys.modules:
    return
  os.environ[_TUNABLES] = "glibc.malloc.hugetlb=1"
  os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def is_watched() -> bool:
  """Whether a debugger or a coverage tool follows this process."""
  if sys.gettrace() or {"pydevd", "debugpy"} & set(sys.modules):
    return True
  # From Python 3.12 on they may watch without a trace function.
  monitoring = getattr(sys, "monitoring", None)
  return monitoring is not None and any(
    monitoring.get_tool(tool)
    for tool in (monitoring.DEBUGGER_ID, monitoring.COVERAGE_ID)
  )
