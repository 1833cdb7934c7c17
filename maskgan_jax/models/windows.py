"""Convolutions as one matrix product of all windows of a picture.

Known as im2col. The kernel [kh, kw, I, O] is used as it lies in memory, and
read once. `strides` are vertical and horizontal, `pads` the (low, high) zeros
of each axis.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax import lax

Pads = Sequence[tuple[int, int]]


def out_size(
  x_shape: Sequence[int],
  kernel_shape: Sequence[int],
  strides: tuple[int, int],
  pads: Pads,
) -> tuple[int, int]:
  """Returns height and width of the output for x [N, H, W, I]."""
  height, width = (
    (x_shape[i + 1] + sum(pads[i]) - kernel_shape[i]) // strides[i] + 1
    for i in range(2)
  )
  return height, width


def _windows(x, kernel_size, strides, pads: Pads, size):
  """[N, H, W, C] -> [N * H' * W', kh * kw * C], what each output sees.

  Negative padding cuts.
  """
  x = lax.pad(
    x, jnp.zeros((), x.dtype), [(0, 0, 0), *((*p, 0) for p in pads), (0, 0, 0)]
  )
  stops = [(size[i] - 1) * strides[i] + 1 for i in range(2)]
  seen = [
    x[:, i : i + stops[0] : strides[0], j : j + stops[1] : strides[1]]
    for i in range(kernel_size[0])
    for j in range(kernel_size[1])
  ]
  x = jnp.concatenate(seen, axis=-1)
  return x.reshape(-1, x.shape[-1])


def _fold(windows, x_shape, kernel_size, strides, pads: Pads):
  """[N, H', W', kh * kw * C] -> [N, H, W, C], the transpose of `_windows`."""
  n, out_h, out_w, _ = windows.shape
  channels = x_shape[-1]
  s, t = strides
  # A pixel gets a sum over as many windows as strides fit into the kernel.
  steps = [-(-kernel_size[i] // strides[i]) for i in range(2)]

  def phase(a, b):
    """The sum at padded pixels (a + s * q, b + t * r)."""
    total = 0
    for m in range(steps[0]):
      for k in range(steps[1]):
        i, j = a + s * m, b + t * k
        if i < kernel_size[0] and j < kernel_size[1]:
          tap = (i * kernel_size[1] + j) * channels
          shifted = [(m, steps[0] - 1 - m), (k, steps[1] - 1 - k)]
          total += jnp.pad(
            windows[..., tap : tap + channels], [(0, 0), *shifted, (0, 0)]
          )
    if isinstance(total, int):  # A stride beyond the kernel skips pixels.
      shape = (n, out_h + steps[0] - 1, out_w + steps[1] - 1, channels)
      return jnp.zeros(shape, windows.dtype)
    return total

  rows = [jnp.stack([phase(a, b) for b in range(t)], 3) for a in range(s)]
  x = jnp.stack(rows, 2)
  x = x.reshape(n, s * x.shape[1], t * x.shape[3], channels)
  return without_padding(x, x_shape, pads)


def without_padding(
  x: jax.Array, x_shape: Sequence[int], pads: Pads
) -> jax.Array:
  """Returns of x, which begins with its padding, what x_shape [N, H, W, C] has.

  Zeros where it ends too early.
  """
  cut = [
    (-pads[i][0], pads[i][0] + x_shape[i + 1] - x.shape[i + 1])
    for i in range(2)
  ]
  return lax.pad(
    x, jnp.zeros((), x.dtype), [(0, 0, 0), *((*c, 0) for c in cut), (0, 0, 0)]
  )


def _widen(*arrays):
  """As float32 at least: what a sum of products is to be kept in."""
  wide = jnp.promote_types(arrays[0].dtype, jnp.float32)
  return [a.astype(wide) for a in arrays]


def forward(
  x: jax.Array, kernel: jax.Array, *, strides: tuple[int, int], pads: Pads
) -> jax.Array:
  """The convolution of [N, H, W, I] with [kh, kw, I, O]."""
  dtype = x.dtype
  x, kernel = _widen(x, kernel)
  size = kernel.shape[:2]
  out = out_size(x.shape, kernel.shape, strides, pads)
  seen = _windows(x, size, strides, pads, out)
  y = seen @ kernel.reshape(-1, kernel.shape[-1])
  return y.reshape(x.shape[0], *out, -1).astype(dtype)


def input_gradient(
  g: jax.Array,
  kernel: jax.Array,
  *,
  x_shape: Sequence[int],
  strides: tuple[int, int],
  pads: Pads,
) -> jax.Array:
  """Of x, from the output's gradient [N, H', W', O]."""
  dtype = g.dtype
  g, kernel = _widen(g, kernel)
  flat = g.reshape(-1, g.shape[-1])
  seen = jnp.dot(flat, kernel.reshape(-1, kernel.shape[-1]).T)
  seen = seen.reshape(*g.shape[:3], -1)
  return _fold(seen, x_shape, kernel.shape[:2], strides, pads).astype(dtype)


def kernel_gradient(
  x: jax.Array,
  g: jax.Array,
  *,
  kernel_shape: Sequence[int],
  strides: tuple[int, int],
  pads: Pads,
) -> jax.Array:
  """Of the kernel, from the output's gradient [N, H', W', O]."""
  dtype = x.dtype
  x, g = _widen(x, g)
  size, (features_in, features) = kernel_shape[:2], kernel_shape[2:]
  if max(strides) == 1 and features < features_in:
    # Every pixel seen by the outputs whose window it lies in, last tap first.
    pads = [
      (size[i] - 1 - pads[i][0], size[i] - 1 - pads[i][1]) for i in range(2)
    ]
    seen = _windows(g, size, strides, pads, x.shape[1:3])
    kernel = jnp.dot(seen.T, x.reshape(-1, features_in))
    kernel = kernel.reshape(*size, features, features_in)[::-1, ::-1]
    return kernel.transpose(0, 1, 3, 2).astype(dtype)
  seen = _windows(x, size, strides, pads, g.shape[1:3])
  kernel = jnp.dot(seen.T, g.reshape(-1, features))
  return kernel.reshape(kernel_shape).astype(dtype)
