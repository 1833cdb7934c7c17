"""Which faces look alike: all pairs of embeddings, in blocks."""

from typing import NamedTuple

import numpy as np

_BLOCK = 1024


class Pairs(NamedTuple):
  """Pairs of faces, each pair once."""

  first: np.ndarray  # [N] int64, indices
  second: np.ndarray  # [N] int64, above first
  cosine: np.ndarray  # [N] float32


def above(vectors: np.ndarray, threshold: float, labels: np.ndarray) -> Pairs:
  """Finds the pairs of unlike labels whose cosine exceeds a threshold.

  Args:
    vectors: [N, D] float32 of unit length.
    threshold: in [-1, 1].
    labels: int [N].
  """
  found = [(np.zeros(0, np.int64),) * 2 + (np.zeros(0, np.float32),)]
  for start in range(0, len(vectors), _BLOCK):
    block = vectors[start : start + _BLOCK]
    cosines = block @ vectors[start:].T
    # Rows and columns begin at the same face: a pair is above the diagonal.
    wanted = np.triu(cosines > threshold, 1)
    wanted &= labels[start : start + _BLOCK, None] != labels[None, start:]
    rows, columns = np.nonzero(wanted)
    found.append((rows + start, columns + start, cosines[rows, columns]))
  return Pairs(*map(np.concatenate, zip(*found, strict=True)))
