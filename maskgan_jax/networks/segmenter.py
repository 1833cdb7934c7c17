"""The segmenter: where is the mask?"""

import dm_pix as pix
import jax
import jax.numpy as jnp
from flax import linen as nn

from maskgan_jax.networks import blocks
from maskgan_jax.networks.cpu_kernels import convolution


class Segmenter(nn.Module):
  """A small residual U-Net without norms; same in training and test.

  Attributes:
    features: of each level, from a quarter of the size down.
    num_blocks: residual blocks at the lowest level.
    dtype: dtype of computation.
  """

  features: tuple[int, ...] = (32, 48, 64, 96)
  num_blocks: int = 1
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(
    self, masked_image: jax.Array, *, train: bool = False
  ) -> jax.Array:
    """Returns the mask's float32 logits [B, H, W, 1].

    Args:
      masked_image: [B, H, W, 3] in [-1, 1], sides multiples of
        4 * 2**(len(features) - 1).
      train: has no effect.
    """
    del train
    x = masked_image
    blocks.check_divisible(
      x, blocks.PATCH * 2 ** (len(self.features) - 1), "Segmenter"
    )
    x = pix.space_to_depth(x, blocks.PATCH)
    skips = []
    for level, width in enumerate(self.features):
      if level:
        x = blocks.leaky_relu(x)
      x = self._conv(width, strides=2 if level else 1)(x)
      skips.append(x)
    x = blocks.Position()(skips.pop())
    for _ in range(self.num_blocks):
      x = blocks.ResidualBlock(dtype=self.dtype)(x)
    for width in reversed(self.features[:-1]):
      x = self._conv(width, 1)(blocks.leaky_relu(x))
      x = blocks.upsample(x) + skips.pop()
      x = self._conv(width)(blocks.leaky_relu(blocks.Position()(x)))
    # All pixels of each position at once: a boundary to the pixel at a
    # fraction of the work.
    x = self._conv(blocks.PATCH**2)(blocks.leaky_relu(x))
    return pix.depth_to_space(x, blocks.PATCH).astype(jnp.float32)

  def _conv(self, features, kernel_size=3, strides=1):
    return convolution.Conv(
      features,
      (kernel_size, kernel_size),
      (strides, strides),
      dtype=self.dtype,
      kernel_init=blocks.HE_INIT,
    )
