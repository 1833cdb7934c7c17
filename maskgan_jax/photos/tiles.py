"""Images side by side in one."""

from collections.abc import Sequence

import numpy as np


def tile(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
  """Joins rows of images into one.

  Args:
    rows: from top to bottom, each from left to right: uint8 [H, W, 3], all of
      one height in a row, and all rows of one width.
  """
  return np.concatenate([np.concatenate(row, axis=1) for row in rows])
