"""Convolutions with ordinary parameters that are fast on every platform.

How their sums and those of their gradients are taken is `lowering`'s to choose.
"""

import functools
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from maskgan_jax.networks.cpu_kernels import geometry, lowering

Padding = str | Sequence[tuple[int, int]]


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def _convolve(x, kernel, shapes: geometry.Geometry):
  return lowering.forward(x, kernel, shapes)


def _convolve_forward(x, kernel, shapes):
  return _convolve(x, kernel, shapes), (x, kernel)


def _convolve_backward(shapes, residuals, g):
  x, kernel = residuals
  return (
    lowering.input_gradient(g, kernel, shapes),
    lowering.kernel_gradient(x, g, shapes),
  )


_convolve.defvjp(_convolve_forward, _convolve_backward)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def _convolve_transposed(x, kernel, shapes: geometry.Geometry):
  return lowering.input_gradient(x, kernel, shapes)


def _transposed_forward(x, kernel, shapes):
  return _convolve_transposed(x, kernel, shapes), (x, kernel)


def _transposed_backward(shapes, residuals, g):
  x, kernel = residuals
  return (
    lowering.forward(g, kernel, shapes),
    lowering.kernel_gradient(g, x, shapes),
  )


_convolve_transposed.defvjp(_transposed_forward, _transposed_backward)


def _resolve(padding: Padding, sizes, kernel_sizes, strides) -> geometry.Pads:
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
  shapes = geometry.Geometry(x.shape, kernel.shape, tuple(strides), pads)
  return _convolve(x, kernel, shapes)


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
  shapes = geometry.Geometry(out_shape, kernel.shape, tuple(strides), pads)
  return _convolve_transposed(x, kernel, shapes)


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
