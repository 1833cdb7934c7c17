"""Work on a batch a few pictures at a time, so that they stay in the cache."""

import math
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
from jax import lax

# Of what is read and written together; some of a CPU's last level of cache.
_CACHE_BYTES = 8 * 2**20
# Chunks that are compiled one after another, not as a loop, in which XLA leaves
# cores idle; all of them would take long to compile.
_UNROLL = 4


def pictures_at_once(shapes: Sequence[Sequence[int]], dtype: jnp.dtype) -> int:
  """Returns how many pictures of a batch to work on together.

  Two at least: a single one does not keep two cores busy to the end.

  Args:
    shapes: [N, ...] of all that is read and written for N pictures.
    dtype: of them all.

  Returns:
    A divisor of N.
  """
  count = shapes[0][0]
  each = jnp.dtype(dtype).itemsize * sum(math.prod(s[1:]) for s in shapes)
  most = min(count, max(2, _CACHE_BYTES // each))
  return next(n for n in range(most, 0, -1) if count % n == 0)


def _split(x: jax.Array, at_once: int) -> jax.Array:
  return x.reshape(-1, at_once, *x.shape[1:])


def concatenated(
  function: Callable[[jax.Array], jax.Array], x: jax.Array, at_once: int
) -> jax.Array:
  """Returns function(x) of a function of each picture of x [N, ...]."""
  if at_once == len(x):
    return function(x)

  def apply(_, chunk):
    return None, function(chunk)

  _, y = lax.scan(apply, None, _split(x, at_once), unroll=_UNROLL)
  return y.reshape(-1, *y.shape[2:])


def summed(
  function: Callable[[jax.Array, jax.Array], jax.Array],
  x: jax.Array,
  y: jax.Array,
  at_once: int,
) -> jax.Array:
  """Returns function(x, y) of a function that sums over their pictures.

  The sum is kept in float32 at least.
  """
  if at_once == len(x):
    return function(x, y)
  chunks = (_split(x, at_once), _split(y, at_once))
  like = jax.eval_shape(function, *(c[0] for c in chunks))
  wide = jnp.promote_types(like.dtype, jnp.float32)

  def add(total, chunk):
    return total + function(*chunk).astype(wide), None

  total, _ = lax.scan(add, jnp.zeros(like.shape, wide), chunks, unroll=_UNROLL)
  return total.astype(like.dtype)
