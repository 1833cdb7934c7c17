"""The discriminator: is this the image that belongs to the masked image?"""

import jax
import jax.numpy as jnp
from flax import linen as nn

from maskgan_jax.models import blocks, convolution


class PatchDiscriminator(nn.Module):
  """The 70x70 PatchGAN of TensorFlow's pix2pix tutorial.

  Attributes:
    base_features: of the first level; they double up to eightfold.
    num_levels: how often the picture is halved. 3 judges patches of 70 x 70.
    scale: judges pictures this many times smaller.
    axis_name: device axis of the batch statistics.
    dtype: dtype of computation.
  """

  base_features: int = 64
  num_levels: int = 3
  scale: int = 1
  axis_name: str | None = None
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(
    self, masked_image: jax.Array, image: jax.Array, *, train: bool
  ) -> jax.Array:
    """Returns float32 logits [B, h, w, 1], one a patch; 256 px give 30 x 30.

    Args:
      masked_image: [B, H, W, 3] in [-1, 1], sides multiples of
        scale * 2**num_levels.
      image: the real or generated image, same shape.
      train: use the batch's own statistics.
    """
    if masked_image.shape != image.shape:
      raise ValueError(
        f"masked_image has shape {masked_image.shape} and image"
        f" {image.shape}; give two pictures of one shape."
      )
    x = jnp.concatenate([masked_image, image], axis=-1)
    blocks.check_divisible(
      x, self.scale * 2**self.num_levels, "PatchDiscriminator"
    )
    x = blocks.shrink(x, self.scale)
    for level in range(self.num_levels):
      x = self._conv(level, strides=2, padding="SAME")(x)
      if level:
        x = blocks.BatchNorm(self.axis_name)(x, train=train)
      x = nn.leaky_relu(x, blocks.KERAS_LEAK)
    one = ((1, 1), (1, 1))
    x = self._conv(self.num_levels, strides=1, padding=one)(x)
    x = blocks.BatchNorm(self.axis_name)(x, train=train)
    x = nn.leaky_relu(x, blocks.KERAS_LEAK)
    x = convolution.Conv(
      1,
      (4, 4),
      padding=one,
      dtype=self.dtype,
      kernel_init=blocks.PIX2PIX_INIT,
    )(x)
    return x.astype(jnp.float32)

  def _conv(self, level, strides, padding):
    return convolution.Conv(
      self.base_features * min(2**level, 8),
      (4, 4),
      (strides, strides),
      padding,
      use_bias=False,
      dtype=self.dtype,
      kernel_init=blocks.PIX2PIX_INIT,
    )
