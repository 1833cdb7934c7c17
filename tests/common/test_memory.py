import types

import numpy as np

from maskgan_jax.common import memory


def test_peak_counts_what_was_used():
  before = memory.peak_gib()
  assert before > 0
  blocks = np.ones(int((before + 0.1) * 2**27))  # Larger than all so far.
  assert memory.peak_gib() >= blocks.nbytes / 2**30


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
