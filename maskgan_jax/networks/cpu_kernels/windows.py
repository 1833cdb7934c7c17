"""Convolutions as one matrix product of all windows of a picture.

Known as im2col. The kernel [kh, kw, I, O] is used as it lies in memory, and
read once. How many pictures there are is what the arrays say, not the shapes.
"""

import jax
import jax.numpy as jnp
from jax import lax

from maskgan_jax.networks.cpu_kernels import geometry


def _windows(x, kernel_size, strides, pads: geometry.Pads, size):
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


def _fold(windows, shapes: geometry.Geometry):
  """[N, H', W', kh * kw * C] -> [N, H, W, C], the transpose of `_windows`."""
  n, out_h, out_w, _ = windows.shape
  kernel_size, channels = shapes.kernel_shape[:2], shapes.x_shape[-1]
  strides = s, t = shapes.strides
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
  return without_padding(x, shapes)


def without_padding(x: jax.Array, shapes: geometry.Geometry) -> jax.Array:
  """Returns [N, H, W, I] of an x that begins with its padding.

  Zeros where it ends too early.
  """
  cut = []
  for i, (low, _) in enumerate(shapes.pads):
    cut.append((-low, low + shapes.x_shape[i + 1] - x.shape[i + 1], 0))
  return lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *cut, (0, 0, 0)])


def _widen(*arrays):
  """As float32 at least: what a sum of products is to be kept in."""
  wide = jnp.promote_types(arrays[0].dtype, jnp.float32)
  return [a.astype(wide) for a in arrays]


def forward(
  x: jax.Array, kernel: jax.Array, shapes: geometry.Geometry
) -> jax.Array:
  """The convolution of [N, H, W, I] with [kh, kw, I, O]."""
  dtype = x.dtype
  x, kernel = _widen(x, kernel)
  seen = _windows(
    x, kernel.shape[:2], shapes.strides, shapes.pads, shapes.y_size
  )
  y = seen @ kernel.reshape(-1, kernel.shape[-1])
  return y.reshape(x.shape[0], *shapes.y_size, -1).astype(dtype)


def input_gradient(
  g: jax.Array, kernel: jax.Array, shapes: geometry.Geometry
) -> jax.Array:
  """Of x, from the output's gradient [N, H', W', O]."""
  dtype = g.dtype
  g, kernel = _widen(g, kernel)
  flat = g.reshape(-1, g.shape[-1])
  seen = jnp.dot(flat, kernel.reshape(-1, kernel.shape[-1]).T)
  seen = seen.reshape(*g.shape[:3], -1)
  return _fold(seen, shapes).astype(dtype)


def kernel_gradient(
  x: jax.Array, g: jax.Array, shapes: geometry.Geometry
) -> jax.Array:
  """Of the kernel, from the output's gradient [N, H', W', O]."""
  dtype = x.dtype
  x, g = _widen(x, g)
  *size, features_in, features = shapes.kernel_shape
  strides, pads = shapes.strides, shapes.pads
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
  return kernel.reshape(shapes.kernel_shape).astype(dtype)
