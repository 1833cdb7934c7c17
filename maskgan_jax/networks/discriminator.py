"""Discriminators: is this the image that belongs to the masked image?"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import linen as nn

from maskgan_jax.common import errors
from maskgan_jax.networks import blocks, perceptual
from maskgan_jax.networks.cpu_kernels import convolution

NORMS = ("batch", "spectral")
# AlexNet's relu1, relu2, relu3 and relu5, from texture to parts of faces, and
# the step of their judge: the first one has the most positions.
_JUDGED_LEVELS = {0: 2, 1: 1, 2: 1, 4: 1}


class PatchDiscriminator(nn.Module):
  """The 70x70 PatchGAN of TensorFlow's pix2pix tutorial.

  Attributes:
    base_features: of the first level; they double up to eightfold.
    num_levels: how often the picture is halved. 3 judges patches of 70 x 70.
    scale: judges pictures this many times smaller.
    mask_channel: sees the mask too.
    norm: "batch", of the features, or "spectral", of the kernels instead
      (Miyato et al., 2018).
    axis_name: device axis of the batch statistics.
    dtype: dtype of computation.
  """

  base_features: int = 64
  num_levels: int = 3
  scale: int = 1
  mask_channel: bool = False
  norm: str = "batch"
  axis_name: str | None = None
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(
    self,
    masked_image: jax.Array,
    image: jax.Array,
    mask: jax.Array | None = None,
    *,
    train: bool,
  ) -> jax.Array:
    """Returns float32 logits [B, h, w, 1], one a patch; 256 px give 30 x 30.

    What each level finds is sown as "features" of the collection
    "intermediates".

    Args:
      masked_image: [B, H, W, 3] in [-1, 1], sides multiples of
        scale * 2**num_levels.
      image: the real or generated image, same shape.
      mask: [B, H, W, 1] in [0, 1], read only with `mask_channel`.
      train: use the batch's own statistics.

    Raises:
      errors.UserError: an unknown norm.
      ValueError: shapes that do not fit, or no mask where one is read.
    """
    if self.norm not in NORMS:
      raise errors.UserError(
        f'discriminator.norm is "{self.norm}". Choose one of {sorted(NORMS)}.'
      )
    if masked_image.shape != image.shape:
      raise ValueError(
        f"masked_image has shape {masked_image.shape} and image"
        f" {image.shape}; give two pictures of one shape."
      )
    shown = [masked_image, image]
    if self.mask_channel:
      if mask is None:
        raise ValueError(
          "mask_channel is on but no mask was given; pass mask [B, H, W, 1] or"
          " build the discriminator with mask_channel=False."
        )
      shown.append(mask.astype(image.dtype))
    x = jnp.concatenate(shown, axis=-1)
    blocks.check_divisible(
      x, self.scale * 2**self.num_levels, "PatchDiscriminator"
    )
    x = blocks.shrink(x, self.scale)
    for level in range(self.num_levels):
      x = self._level(x, level, 2, "SAME", train)
    one = ((1, 1), (1, 1))
    x = self._level(x, self.num_levels, 1, one, train)
    last = convolution.Conv(
      1,
      (4, 4),
      padding=one,
      dtype=self.dtype,
      kernel_init=blocks.PIX2PIX_INIT,
    )
    return self._apply(last, x, train).astype(jnp.float32)

  def _level(self, x, level, strides, padding, train):
    spectral = self.norm == "spectral"
    conv = convolution.Conv(
      self.base_features * min(2**level, 8),
      (4, 4),
      (strides, strides),
      padding,
      use_bias=spectral,
      dtype=self.dtype,
      kernel_init=blocks.PIX2PIX_INIT,
    )
    x = self._apply(conv, x, train)
    if level and not spectral:
      x = blocks.BatchNorm(self.axis_name)(x, train=train)
    x = nn.leaky_relu(x, blocks.KERAS_LEAK)
    self.sow("intermediates", "features", x)
    return x

  def _apply(self, conv, x, train):
    if self.norm == "spectral":
      return nn.SpectralNorm(conv)(x, update_stats=train)
    return conv(x)


class FeatureDiscriminator(nn.Module):
  """Judges what AlexNet, frozen, finds in a picture.

  What it knows of pictures need not be learned from a few thousand faces
  (projected GANs: Sauer et al., 2021; vision-aided ones: Kumari et al., 2022).

  Attributes:
    base_features: of each level's judge.
    dtype: dtype of computation.
  """

  base_features: int = 32
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(
    self,
    masked_image: jax.Array,
    image: jax.Array,
    mask: jax.Array,
    found: Sequence[jax.Array] | None = None,
    *,
    train: bool,
  ) -> list[jax.Array]:
    """Returns float32 logits [B, h, w, 1] of each level judged.

    Args:
      masked_image: not read.
      image: [B, H, W, 3] in [-1, 1], at least 32 pixels high and wide.
      mask: [B, H, W, 1] in [0, 1], where it may be generated.
      found: `perceptual.features` of the image, where they are known.
      train: update the spectral norms.
    """
    del masked_image
    if found is None:
      found = perceptual.features(image)
    logits = []
    for level, strides in _JUDGED_LEVELS.items():
      x = found[level] * found[level].shape[-1] ** 0.5  # Of variance 1.
      shown = jax.image.resize(mask, (*x.shape[:3], 1), "linear")
      x = jnp.concatenate([x, shown.astype(x.dtype)], axis=-1)
      x = blocks.leaky_relu(self._conv(x, self.base_features, 1, 1, train))
      x = self._conv(x, self.base_features, 3, strides, train)
      x = self._conv(blocks.leaky_relu(x), 1, 1, 1, train)
      logits.append(x.astype(jnp.float32))
    return logits

  def _conv(self, x, features, size, strides, train):
    conv = convolution.Conv(
      features,
      (size, size),
      (strides, strides),
      dtype=self.dtype,
      kernel_init=blocks.HE_INIT,
    )
    return nn.SpectralNorm(conv)(x, update_stats=train)
