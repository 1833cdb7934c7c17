"""Depthwise convolutions with ordinary parameters, fast on every platform."""

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from maskgan_jax.networks.cpu_kernels import lowering

SIZE = 3


def convolve(x: jax.Array, kernel: jax.Array, stride: int = 1) -> jax.Array:
  """Correlates each channel with a kernel of its own, zeros around.

  On a CPU as a sum of shifted pictures: there XLA's grouped convolution takes
  ten to forty times as long (2 cores, 64 pictures of 96 x 96 x 16 to
  12 x 12 x 128, float32).

  Args:
    x: [N, H, W, C], sides multiples of the stride.
    kernel: [3, 3, C].
    stride: 1 or 2, vertical and horizontal.

  Returns:
    [N, H / stride, W / stride, C], as `lax.conv_general_dilated` with "SAME".
  """

  def grouped(x, kernel):
    return lax.conv_general_dilated(
      x,
      kernel[:, :, None],
      (stride, stride),
      "SAME",
      dimension_numbers=("NHWC", "HWIO", "NHWC"),
      feature_group_count=x.shape[-1],
    )

  if lowering.is_plain():
    return grouped(x, kernel)

  def shifted(x, kernel):
    height, width = x.shape[1:3]
    # A stride of 2 leaves one row too few at the end alone.
    low = SIZE // 2 if stride == 1 else 0
    padded = jnp.pad(x, ((0, 0), (low, 1), (low, 1), (0, 0)))
    weights = kernel[:, :, None, None, None]
    return sum(
      padded[:, i : i + height : stride, k : k + width : stride] * weights[i, k]
      for i in range(SIZE)
      for k in range(SIZE)
    )

  return lax.platform_dependent(x, kernel, cpu=shifted, default=grouped)


class DepthwiseConv(nn.Module):
  """Depthwise 3 x 3 convolution [N, H, W, C] -> [N, H / s, W / s, C].

  Parameters `kernel` [3, 3, C] and `bias` [C]. `dtype` is the dtype of
  computation.
  """

  stride: int = 1
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    features = x.shape[-1]
    # Nine inputs an output.
    init = nn.initializers.normal((1 / SIZE**2) ** 0.5)
    kernel = self.param("kernel", init, (SIZE, SIZE, features))
    bias = self.param("bias", nn.initializers.zeros, (features,))
    x, kernel, bias = nn.dtypes.promote_dtype(x, kernel, bias, dtype=self.dtype)
    return convolve(x, kernel, self.stride) + bias.reshape(1, 1, 1, -1)
