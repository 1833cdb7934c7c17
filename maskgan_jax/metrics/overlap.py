"""How far two masks agree.

Written against the array API (https://data-apis.org/array-api), so that NumPy
and JAX, compiled or not, run the same lines.
"""

from typing import TypeVar

Array = TypeVar("Array")  # np.ndarray or jax.Array, traced ones too.


def iou(
  first: Array, second: Array, axis: tuple[int, ...] | None = None
) -> Array:
  """Returns the intersection over union of two masks.

  Args:
    first: bool, of any shape.
    second: the same.
    axis: those to count along, all of them by default.

  Returns:
    In [0, 1]; NaN where both masks are empty.
  """
  return _ratio(
    (first & second).sum(axis=axis), (first | second).sum(axis=axis)
  )


def f1(
  first: Array, second: Array, axis: tuple[int, ...] | None = None
) -> Array:
  """Returns F1 (the Dice coefficient) of two masks; as `iou` otherwise."""
  return _ratio(
    2 * (first & second).sum(axis=axis),
    first.sum(axis=axis) + second.sum(axis=axis),
  )


def _ratio(part: Array, whole: Array) -> Array:
  xp = whole.__array_namespace__()
  return part / xp.where(whole > 0, whole, xp.nan)
