"""Convolutions with ordinary parameters that are lowered per platform.

GPUs and TPUs run `lax.conv_general_dilated` and its gradients as they are. On
XLA's CPU back end three of these are slow: convolutions of one pixel, gradients
with respect to the input of a strided convolution (a dilated convolution,
which has no fast path) and most gradients with respect to the kernel. There,
the same sums are taken as one matrix product per tap of the kernel ("taps"),
after space-to-depth has turned a strided convolution into one of stride 1.

Measured in float32 on 2 cores (matrix product: 130-200 GFLOP/s), in GFLOP/s,
native / taps:

| batch, size, in, out, kernel, stride | forward | input grad. | kernel grad. |
|---|---|---|---|
| 1, 128, 64, 128, 4, 2 | 122 / 87 | 88 / 100 | 57 / 65 |
| 1, 32, 512, 1024, 4, 2 | 97 / 83 | 58 / 88 | 46 / 96 |
| 8, 4, 512, 512, 4, 2 | 27 / 28 | 3 / 46 | 43 / 50 |
| 8, 256, 4, 16, 4, 2 | 33 / 9 | 10 / 21 | 14 / 16 |
| 8, 32, 128, 128, 3, 1 | 132 / 88 | 128 / 93 | 51 / 99 |
| 8, 128, 32, 32, 3, 1 | 72 / 24 | 69 / 22 | 20 / 18 |
| 8, 256, 16, 16, 3, 1 | 34 / 10 | 36 / 11 | 24 / 10 |
| 8, 64, 128, 64, 1, 1 | 37 / 112 | 43 / 108 | 9 / 58 |

Hence `_prefers_taps`. A transposed convolution is the input gradient of a
convolution, so it needs no rule of its own.
"""

import contextlib
import contextvars
import functools
from collections.abc import Callable, Iterator, Sequence

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

_DIMENSIONS = ("NHWC", "HWIO", "NHWC")
# Below this many input channels a tap's product is too thin to be worth the
# copy of its window.
_MIN_TAP_CHANNELS = 64
_plain = contextvars.ContextVar("plain", default=False)

Padding = str | Sequence[tuple[int, int]]
_Pads = tuple[tuple[int, int], tuple[int, int]]


def _prefers_taps(
  piece: str, kernel_shape: Sequence[int], strides: tuple[int, int]
) -> bool:
  """Whether the CPU computes `piece` of a convolution by taps."""
  if tuple(kernel_shape[:2]) == (1, 1):
    return True
  strided = max(strides) > 1
  if piece == "input_gradient":
    return strided
  if piece == "kernel_gradient":
    return strided or kernel_shape[2] >= _MIN_TAP_CHANNELS
  return False


def _native(x, kernel, *, strides: tuple[int, int], pads: _Pads):
  return lax.conv_general_dilated(
    x, kernel, strides, pads, dimension_numbers=_DIMENSIONS
  )


def _space_to_depth(x, strides: tuple[int, int]):
  """[N, s*H, t*W, C] -> [N, H, W, s*t*C]."""
  n, height, width, channels = x.shape
  s, t = strides
  x = x.reshape(n, height // s, s, width // t, t, channels)
  return x.transpose(0, 1, 3, 2, 4, 5).reshape(
    n, height // s, width // t, s * t * channels
  )


def _taps(x, kernel, *, strides: tuple[int, int], pads: _Pads):
  """The convolution as a sum of one matrix product per tap."""
  dtype = x.dtype
  wide = jnp.promote_types(dtype, jnp.float32)
  x, kernel = x.astype(wide), kernel.astype(wide)
  out = [
    (x.shape[i + 1] + sum(pads[i]) - kernel.shape[i]) // strides[i] + 1
    for i in range(2)
  ]
  # Taps per axis once space-to-depth has made the stride one.
  taps = [-(-kernel.shape[i] // strides[i]) for i in range(2)]
  config = [(0, 0, 0)]
  for i in range(2):
    low = pads[i][0]
    high = (out[i] + taps[i] - 1) * strides[i] - x.shape[i + 1] - low
    config.append((low, high, 0))
  x = lax.pad(x, jnp.zeros((), wide), [*config, (0, 0, 0)])
  grown = [(0, taps[i] * strides[i] - kernel.shape[i]) for i in range(2)]
  kernel = jnp.pad(kernel, [*grown, (0, 0), (0, 0)])
  # The kernel's input channels stand where the picture's do; its output
  # channels play the batch.
  kernel = _space_to_depth(kernel.transpose(3, 0, 1, 2), strides)
  kernel = kernel.transpose(1, 2, 3, 0)
  x = _space_to_depth(x, strides)
  total = 0
  for i in range(taps[0]):
    for j in range(taps[1]):
      window = x[:, i : i + out[0], j : j + out[1]]
      flat = window.reshape(-1, window.shape[-1])
      total += jnp.dot(flat, kernel[i, j])
  return total.reshape(x.shape[0], *out, -1).astype(dtype)


@contextlib.contextmanager
def plain() -> Iterator[None]:
  """Traces convolutions as such whatever the platform, for other run times."""
  token = _plain.set(True)
  try:
    yield
  finally:
    _plain.reset(token)


def _on_platform(
  piece: str,
  strides: tuple[int, int],
  pads: _Pads,
  kernel_shape: Sequence[int],
  compute: Callable,
  *operands,
):
  """Calls `compute(form, *operands)` with the platform's form."""
  native = functools.partial(_native, strides=strides, pads=pads)
  if _plain.get() or not _prefers_taps(piece, kernel_shape, strides):
    return compute(native, *operands)
  taps = functools.partial(_taps, strides=strides, pads=pads)
  return lax.platform_dependent(
    *operands,
    cpu=functools.partial(compute, taps),
    default=functools.partial(compute, native),
  )


def _input_gradient(g, kernel, x_shape, strides, pads):
  like = jax.ShapeDtypeStruct(x_shape, g.dtype)

  def compute(form, g, kernel):
    return jax.linear_transpose(lambda x: form(x, kernel), like)(g)[0]

  return _on_platform(
    "input_gradient", strides, pads, kernel.shape, compute, g, kernel
  )


def _kernel_gradient(x, g, kernel_shape, strides, pads):
  like = jax.ShapeDtypeStruct(kernel_shape, x.dtype)

  def compute(form, x, g):
    return jax.linear_transpose(lambda k: form(x, k), like)(g)[0]

  return _on_platform(
    "kernel_gradient", strides, pads, kernel_shape, compute, x, g
  )


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def _convolve(x, kernel, strides, pads):
  return _on_platform(
    "forward", strides, pads, kernel.shape, lambda f, *a: f(*a), x, kernel
  )


def _convolve_forward(x, kernel, strides, pads):
  return _convolve(x, kernel, strides, pads), (x, kernel)


def _convolve_backward(strides, pads, residuals, g):
  x, kernel = residuals
  return (
    _input_gradient(g, kernel, x.shape, strides, pads),
    _kernel_gradient(x, g, kernel.shape, strides, pads),
  )


_convolve.defvjp(_convolve_forward, _convolve_backward)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def _convolve_transposed(x, kernel, out_shape, strides, pads):
  return _input_gradient(x, kernel, out_shape, strides, pads)


def _transposed_forward(x, kernel, out_shape, strides, pads):
  y = _convolve_transposed(x, kernel, out_shape, strides, pads)
  return y, (x, kernel)


def _transposed_backward(out_shape, strides, pads, residuals, g):
  x, kernel = residuals
  return (
    _convolve(g, kernel, strides, pads),
    _kernel_gradient(g, x, kernel.shape, strides, pads),
  )


_convolve_transposed.defvjp(_transposed_forward, _transposed_backward)


def _resolve(padding: Padding, sizes, kernel_sizes, strides) -> _Pads:
  if isinstance(padding, str):
    padding = lax.padtype_to_pads(sizes, kernel_sizes, strides, padding)
  return tuple((int(low), int(high)) for low, high in padding)


def convolve(
  x: jax.Array,
  kernel: jax.Array,
  strides: tuple[int, int] = (1, 1),
  padding: Padding = "SAME",
) -> jax.Array:
  """Correlates [N, H, W, I] with a kernel [kh, kw, I, O].

  Args:
    x: Pictures, of the kernel's floating dtype.
    kernel: The kernel.
    strides: Step of the kernel, vertical and horizontal.
    padding: "SAME", "VALID" or the (low, high) zeros of each axis.

  Returns:
    [N, H', W', O], equal to `lax.conv_general_dilated` up to rounding.
  """
  pads = _resolve(padding, x.shape[1:3], kernel.shape[:2], strides)
  return _convolve(x, kernel, tuple(strides), pads)


def convolve_transposed(
  x: jax.Array, kernel: jax.Array, strides: tuple[int, int] = (2, 2)
) -> jax.Array:
  """Transposed convolution of [N, H, W, I] with a kernel [kh, kw, O, I].

  The input gradient of a "SAME" convolution, as in TensorFlow's
  `conv2d_transpose`; the kernel is that convolution's.

  Returns:
    [N, H * strides[0], W * strides[1], O].
  """
  sizes = [x.shape[i + 1] * strides[i] for i in range(2)]
  pads = _resolve("SAME", sizes, kernel.shape[:2], strides)
  out_shape = (x.shape[0], *sizes, kernel.shape[2])
  return _convolve_transposed(x, kernel, out_shape, tuple(strides), pads)


class Conv(nn.Module):
  """Convolution [N, H, W, I] -> [N, H', W', features].

  Parameters `kernel` [kh, kw, I, features] and `bias` [features], as in
  `flax.linen.Conv`. `dtype` is the dtype of computation.
  """

  features: int
  kernel_size: tuple[int, int] = (3, 3)
  strides: tuple[int, int] = (1, 1)
  padding: Padding = "SAME"
  use_bias: bool = True
  dtype: jnp.dtype | None = None
  kernel_init: nn.initializers.Initializer = nn.initializers.lecun_normal()

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    shape = (*self.kernel_size, x.shape[-1], self.features)
    kernel = self.param("kernel", self.kernel_init, shape)
    x, kernel = nn.dtypes.promote_dtype(x, kernel, dtype=self.dtype)
    y = convolve(x, kernel, self.strides, self.padding)
    if not self.use_bias:
      return y
    bias = self.param("bias", nn.initializers.zeros, (self.features,))
    return y + bias.astype(y.dtype).reshape(1, 1, 1, -1)


class ConvTranspose(nn.Module):
  """Transposed "SAME" convolution [N, H, W, I] -> [N, s*H, t*W, features].

  Parameters `kernel` [kh, kw, features, I] (the layout of
  `convolve_transposed`) and `bias` [features].
  """

  features: int
  kernel_size: tuple[int, int] = (4, 4)
  strides: tuple[int, int] = (2, 2)
  use_bias: bool = True
  dtype: jnp.dtype | None = None
  kernel_init: nn.initializers.Initializer = nn.initializers.normal(0.02)

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    shape = (*self.kernel_size, self.features, x.shape[-1])
    kernel = self.param("kernel", self.kernel_init, shape)
    x, kernel = nn.dtypes.promote_dtype(x, kernel, dtype=self.dtype)
    y = convolve_transposed(x, kernel, self.strides)
    if not self.use_bias:
      return y
    bias = self.param("bias", nn.initializers.zeros, (self.features,))
    return y + bias.astype(y.dtype).reshape(1, 1, 1, -1)
