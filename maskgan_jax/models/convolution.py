"""Convolutions with ordinary parameters that are lowered per platform.

GPUs and TPUs run `lax.conv_general_dilated` and its gradients as they are. On
XLA's CPU back end these are slow where kernels are large and pictures small,
where a gradient is a dilated convolution (it has no fast path), and where
channels are few. There, the same sums are taken as one matrix product of all
windows of the picture ("windows", known as im2col), in which the kernel keeps
its own layout and is read once.

Measured in float32 on 2 cores (matrix product: 205 GFLOP/s), in GFLOP/s,
native / windows:

| batch, size, in, out, kernel, stride | forward | input grad. | kernel grad. |
|---|---|---|---|
| 1, 256, 3, 64, 4, 2 | 96 / 86 | 80 / 147 | 70 / 70 |
| 1, 128, 64, 128, 4, 2 | 207 / 123 | 145 / 155 | 113 / 64 |
| 1, 64, 128, 256, 4, 2 | 175 / 112 | 138 / 172 | 137 / 115 |
| 1, 32, 256, 512, 4, 2 | 146 / 184 | 112 / 192 | 167 / 129 |
| 1, 16, 512, 512, 4, 2 | 73 / 110 | 52 / 149 | 62 / 123 |
| 1, 8, 512, 512, 4, 2 | 105 / 142 | 18 / 107 | 53 / 147 |
| 1, 4, 512, 512, 4, 2 | 53 / 73 | 2 / 55 | 22 / 77 |
| 1, 2, 512, 512, 4, 2 | 3 / 27 | 1 / 42 | 7 / 52 |
| 8, 256, 3, 128, 4, 2 | 71 / 87 | 102 / 96 | 26 / 70 |
| 8, 64, 128, 512, 4, 2 | 152 / 160 | 182 / 179 | 133 / 134 |
| 8, 32, 256, 512, 4, 2 | 154 / 104 | 163 / 184 | 174 / 143 |
| 8, 16, 512, 512, 4, 2 | 146 / 171 | 138 / 153 | 182 / 152 |
| 8, 8, 512, 512, 4, 2 | 120 / 176 | 86 / 165 | 88 / 159 |
| 8, 2, 512, 512, 4, 2 | 4 / 111 | 4 / 71 | 40 / 95 |
| 8, 32, 128, 128, 3, 1 | 198 / 109 | 196 / 118 | 161 / 99 |

Hence `_prefers_windows`. With one output channel (1, 31, 512, 1, 4, 1) the
kernel's gradient takes 16 ms natively, 31 ms by windows of the picture and 0.3
ms by windows of the output's gradient, which are thinner. A transposed
convolution is the input gradient of a convolution, so it needs no rule of its
own.
"""

import contextlib
import contextvars
import functools
import math
from collections.abc import Callable, Iterator, Sequence

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from maskgan_jax.models import windows

_DIMENSIONS = ("NHWC", "HWIO", "NHWC")
# With fewer output positions than this in a batch, reading the kernel is what
# costs.
_FEW_POSITIONS = 256
# Channels so few that the native kernel gradient leaves most of a vector idle.
_FEW_CHANNELS = 4
_plain = contextvars.ContextVar("plain", default=False)

Padding = str | Sequence[tuple[int, int]]
_Pads = tuple[tuple[int, int], tuple[int, int]]


def _prefers_windows(
  piece: str,
  kernel_shape: Sequence[int],
  strides: tuple[int, int],
  positions: int,
) -> bool:
  """Whether the CPU computes a piece of a convolution by windows.

  Args:
    piece: "forward", "input_gradient" or "kernel_gradient".
    kernel_shape: [kh, kw, I, O].
    strides: of the convolution.
    positions: of its output, in the whole batch.
  """
  if tuple(kernel_shape[:2]) == (1, 1) or positions < _FEW_POSITIONS:
    return True
  if piece == "input_gradient":
    return max(strides) > 1
  if piece == "kernel_gradient":
    return min(kernel_shape[2:]) <= _FEW_CHANNELS
  return False


def _native(x, kernel, *, strides: tuple[int, int], pads: _Pads):
  return lax.conv_general_dilated(
    x, kernel, strides, pads, dimension_numbers=_DIMENSIONS
  )


def _native_input_gradient(g, kernel, *, x_shape, **how):
  like = jax.ShapeDtypeStruct(x_shape, g.dtype)
  return jax.linear_transpose(lambda x: _native(x, kernel, **how), like)(g)[0]


def _native_kernel_gradient(x, g, *, kernel_shape, **how):
  like = jax.ShapeDtypeStruct(kernel_shape, x.dtype)
  return jax.linear_transpose(lambda k: _native(x, k, **how), like)(g)[0]


@contextlib.contextmanager
def plain() -> Iterator[None]:
  """Traces convolutions as such whatever the platform, for other run times."""
  token = _plain.set(True)
  try:
    yield
  finally:
    _plain.reset(token)


# By piece: natively, by windows.
_FORMS: dict[str, tuple[Callable, Callable]] = {
  "forward": (_native, windows.forward),
  "input_gradient": (_native_input_gradient, windows.input_gradient),
  "kernel_gradient": (_native_kernel_gradient, windows.kernel_gradient),
}


def _on_platform(piece, a, b, *, kernel, positions, **shapes):
  """Computes a piece of a convolution in the platform's form."""
  native, by_windows = (functools.partial(f, **shapes) for f in _FORMS[piece])
  if _plain.get() or not _prefers_windows(
    piece, kernel, shapes["strides"], positions
  ):
    return native(a, b)
  return lax.platform_dependent(a, b, cpu=by_windows, default=native)


def _input_gradient(g, kernel, x_shape, strides, pads):
  return _on_platform(
    "input_gradient",
    g,
    kernel,
    kernel=kernel.shape,
    positions=math.prod(g.shape[:3]),
    x_shape=x_shape,
    strides=strides,
    pads=pads,
  )


def _kernel_gradient(x, g, kernel_shape, strides, pads):
  return _on_platform(
    "kernel_gradient",
    x,
    g,
    kernel=kernel_shape,
    positions=math.prod(g.shape[:3]),
    kernel_shape=kernel_shape,
    strides=strides,
    pads=pads,
  )


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def _convolve(x, kernel, strides, pads):
  size = windows.out_size(x.shape, kernel.shape, strides, pads)
  return _on_platform(
    "forward",
    x,
    kernel,
    kernel=kernel.shape,
    positions=x.shape[0] * math.prod(size),
    strides=strides,
    pads=pads,
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
