"""Blocks that the networks share."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from maskgan_jax.common import errors
from maskgan_jax.networks.cpu_kernels import convolution

# Standard deviation of every kernel in pix2pix (Isola et al., 2017, sec. 6.2).
PIX2PIX_INIT = nn.initializers.normal(0.02)
# Keras's default, and so that of TensorFlow's pix2pix tutorial.
KERAS_LEAK = 0.3
LEAK = 0.2
# The side of the square of pixels that a network works on as one position.
PATCH = 4
# He et al., 2015: keeps the variance through rectified layers.
HE_INIT = nn.initializers.he_normal()


def leaky_relu(x: jax.Array) -> jax.Array:
  return nn.leaky_relu(x, LEAK)


def upsample(x: jax.Array) -> jax.Array:
  """Doubles [N, H, W, C] by repetition."""
  n, height, width, channels = x.shape
  x = jnp.broadcast_to(
    x[:, :, None, :, None, :], (n, height, 2, width, 2, channels)
  )
  return x.reshape(n, 2 * height, 2 * width, channels)


def shrink(x: jax.Array, scale: int) -> jax.Array:
  """[N, sH, sW, C] -> [N, H, W, C], the mean of each square of pixels."""
  n, height, width, channels = x.shape
  shape = (n, height // scale, scale, width // scale, scale, channels)
  return x.reshape(shape).mean(axis=(2, 4))


def enlarge(x: jax.Array, scale: int) -> jax.Array:
  """[N, H, W, C] -> [N, sH, sW, C], bilinear.

  Equal to `jax.image.resize`, which cannot be exported for batches of any size.
  """
  if scale == 1:
    return x
  return jnp.einsum(
    "ih,nhwc,jw->nijc",
    _bilinear_matrix(x.shape[1], scale),
    x,
    _bilinear_matrix(x.shape[2], scale),
    precision=jax.lax.Precision.HIGHEST,
  ).astype(x.dtype)


@functools.lru_cache
def _bilinear_matrix(size: int, scale: int) -> np.ndarray:
  """[scale * size, size]: each new pixel's share of the two old ones around."""
  centre = (np.arange(scale * size)[:, None] + 0.5) / scale - 0.5
  shares = np.maximum(0.0, 1.0 - np.abs(centre - np.arange(size)))
  return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


def check_divisible(x: jax.Array, divisor: int, network: str) -> None:
  """Raises a UserError unless both sides are multiples of `divisor`."""
  height, width = x.shape[1:3]
  if height % divisor or width % divisor:
    raise errors.UserError(
      f"{network} got pictures of {height} x {width} pixels; both sides must"
      f" be multiples of {divisor}. Resize or pad the pictures, or use fewer"
      " levels."
    )


class BatchNorm(nn.Module):
  """Batch norm with Keras's constants, in float32.

  Attributes:
    axis_name: device axis over which the statistics are averaged.
  """

  axis_name: str | None = None

  @nn.compact
  def __call__(self, x: jax.Array, *, train: bool) -> jax.Array:
    y = nn.BatchNorm(
      use_running_average=not train,
      momentum=0.99,
      epsilon=1e-3,
      axis_name=self.axis_name,
      dtype=jnp.float32,
    )(x)
    return y.astype(x.dtype)


class Position(nn.Module):
  """x + a learned picture of its size, zero at first.

  Aligned crops show the same part of a face at the same place: what is usual
  there need not be inferred from what is visible. It ties the parameters to
  the size of the pictures.
  """

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    shape = (1, *x.shape[1:])
    position = self.param("position", nn.initializers.zeros, shape)
    return x + jnp.broadcast_to(position, x.shape).astype(x.dtype)


class ResidualBlock(nn.Module):
  """x + conv(act(conv(act(x)))), the identity at first.

  Norm-free: the second kernel starts at zero, which keeps the variance of the
  sum as Fixup does (Zhang et al., 2019).
  """

  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    features = x.shape[-1]
    y = convolution.Conv(features, dtype=self.dtype, kernel_init=HE_INIT)(
      leaky_relu(x)
    )
    y = convolution.Conv(
      features, dtype=self.dtype, kernel_init=nn.initializers.zeros
    )(leaky_relu(y))
    return x + y


class SelfAttention(nn.Module):
  """x + attention over all positions of [N, H, W, C], the identity at first.

  A mask hides one side's cheek or the mouth's corner; what it looked like is
  often visible elsewhere in the face.
  """

  num_heads: int = 4
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    n, height, width, channels = x.shape
    y = nn.LayerNorm(dtype=self.dtype)(x)
    qkv = convolution.Conv(3 * channels, (1, 1), dtype=self.dtype)(y)
    qkv = qkv.reshape(
      n, height * width, 3, self.num_heads, channels // self.num_heads
    )
    query, key, value = (qkv[:, :, i] for i in range(3))
    y = nn.dot_product_attention(query, key, value, dtype=self.dtype)
    y = convolution.Conv(
      channels, (1, 1), dtype=self.dtype, kernel_init=nn.initializers.zeros
    )(y.reshape(n, height, width, channels))
    return x + y
