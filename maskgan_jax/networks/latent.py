"""Latent codes: which of several completions of a face is meant."""

import numpy as np

from maskgan_jax.common import errors


def code(number: int, size: int) -> np.ndarray:
  """Returns the code of one completion, float32 [size].

  The same number means the same for every face and at every time.

  Args:
    number: 0 for the most likely completion, whose code is 0, then 1, 2, ...
    size: of the code.
  """
  if not number:
    return np.zeros(size, np.float32)
  # Unlike its successors, its numbers never change with NumPy's version.
  return np.random.RandomState(number).standard_normal(size).astype(np.float32)


def check(size: int) -> None:
  """Raises a UserError if networks with a code of this size know only one."""
  if not size:
    raise errors.UserError(
      "These networks complete a face in one way: config.latent.size is 0."
      " Leave --num_samples out, or use networks trained with"
      " configs/diverse.py."
    )
