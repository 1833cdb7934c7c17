import subprocess
import sys
import types

from maskgan_jax.common import memory


def test_peak_counts_what_was_used():
  # In a process of its own, which has not used much yet.
  script = """
import numpy as np
from maskgan_jax.common import memory
before = memory.peak_gib()
blocks = np.ones(int((before + 0.1) * 2**27))
assert 0 < before < memory.peak_gib() < before + 2
assert memory.peak_gib() >= blocks.nbytes / 2**30
"""
  subprocess.run([sys.executable, "-c", script], check=True)


def test_memory_is_given_back_where_the_library_can(monkeypatch):
  calls = []
  monkeypatch.setattr(
    memory.ctypes,
    "CDLL",
    lambda name: types.SimpleNamespace(malloc_trim=calls.append),
  )
  memory.give_back()
  assert calls == [0]
  monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
  memory.give_back()
