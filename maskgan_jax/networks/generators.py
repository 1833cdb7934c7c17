"""Generators: from a masked image (and its mask) to the image."""

import dm_pix as pix
import jax
import jax.numpy as jnp
from flax import linen as nn

from maskgan_jax.common import errors
from maskgan_jax.networks import blocks, landmarker, structure
from maskgan_jax.networks.cpu_kernels import convolution


def _visible_and_mask(masked_image, mask):
  """The picture without its masked pixels, and the mask as a channel."""
  if mask is None:
    raise ValueError(
      "mask_channel is on but no mask was given; pass mask [B, H, W, 1] or"
      " build the generator with mask_channel=False."
    )
  if mask.shape != (*masked_image.shape[:-1], 1):
    raise ValueError(
      f"mask has shape {mask.shape}; for masked_image {masked_image.shape} it"
      f" must be {(*masked_image.shape[:-1], 1)}."
    )
  mask = mask.astype(masked_image.dtype)
  # The colour of a mask says nothing about the face under it.
  return jnp.concatenate([masked_image * (1.0 - mask), mask], axis=-1)


class Pix2PixGenerator(nn.Module):
  """The U-Net 256 of TensorFlow's pix2pix tutorial.

  Attributes:
    base_features: features of the first level; they double up to eightfold.
    num_levels: how often the picture is halved.
    mask_channel: sees the mask too, and nothing of the picture under it.
    dropout_rate: in the three innermost decoder levels, where pix2pix has its
      noise.
    axis_name: device axis of the batch statistics.
    dtype: dtype of computation.
  """

  base_features: int = 64
  num_levels: int = 8
  mask_channel: bool = False
  dropout_rate: float = 0.5
  axis_name: str | None = None
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(
    self,
    masked_image: jax.Array,
    mask: jax.Array | None = None,
    landmarks: jax.Array | None = None,
    *,
    train: bool,
  ) -> jax.Array:
    """Returns the predicted image [B, H, W, 3] in [-1, 1], float32.

    Args:
      masked_image: [B, H, W, 3] in [-1, 1], sides multiples of 2**num_levels.
      mask: [B, H, W, 1] in [0, 1], read only with `mask_channel`.
      landmarks: not read.
      train: use dropout and the batch's own statistics.
    """
    del landmarks
    x = masked_image
    if self.mask_channel:
      x = _visible_and_mask(masked_image, mask)
    blocks.check_divisible(x, 2**self.num_levels, "Pix2PixGenerator")
    features = [
      self.base_features * min(2**i, 8) for i in range(self.num_levels)
    ]
    skips = []
    for level, width in enumerate(features):
      x = self._conv(width)(x)
      if level:
        x = blocks.BatchNorm(self.axis_name)(x, train=train)
      x = nn.leaky_relu(x, blocks.KERAS_LEAK)
      skips.append(x)
    skips.pop()
    for index, width in enumerate(reversed(features[:-1])):
      x = self._conv_transpose(width)(x)
      x = blocks.BatchNorm(self.axis_name)(x, train=train)
      if index < 3:
        x = nn.Dropout(self.dropout_rate, deterministic=not train)(x)
      x = jnp.concatenate([nn.relu(x), skips.pop()], axis=-1)
    x = self._conv_transpose(3, use_bias=True)(x)
    return jnp.tanh(x.astype(jnp.float32))

  def _conv(self, features):
    return convolution.Conv(
      features,
      (4, 4),
      (2, 2),
      use_bias=False,
      dtype=self.dtype,
      kernel_init=blocks.PIX2PIX_INIT,
    )

  def _conv_transpose(self, features, use_bias=False):
    return convolution.ConvTranspose(
      features,
      use_bias=use_bias,
      dtype=self.dtype,
      kernel_init=blocks.PIX2PIX_INIT,
    )


def _smooth_init(key, shape, dtype=jnp.float32):
  """One colour for all pixels of a position, so that no grid is drawn.

  ICNR (Aitken et al., 2017). Small, since tanh must not start saturated, where
  it does not learn.
  """
  colour = nn.initializers.normal(0.02)(key, (*shape[:-1], 3), dtype)
  return jnp.tile(colour, shape[-1] // 3)


class CompletionGenerator(nn.Module):
  """A residual U-Net without norms, on positions of 4 x 4 pixels.

  Its highest level works at a quarter of the size on all pixels of a position:
  below that a CPU's convolutions are starved, and positions that do not overlap
  draw no checkerboard. Most of the work is done at 1/8 to 1/32 of the size,
  where a 3x3 kernel sees much of the face, and every level knows
  its place in the aligned crop. It behaves the same in training and test.

  Attributes:
    features: of each level, from a quarter of the size down.
    num_blocks: residual blocks of each level on the way up; a level with none
      has one convolution.
    attention_level: the index of the level that attends to all its positions.
    scale: works on pictures this many times smaller and enlarges its result.
    structure: draws along the lines of `structure.lines`, where they are given.
    mask_channel: sees the mask too, and nothing of the picture under it.
    dtype: dtype of computation.
  """

  features: tuple[int, ...] = (32, 64, 128, 256)
  num_blocks: tuple[int, ...] = (1, 1, 2, 2)
  attention_level: int | None = 2
  scale: int = 1
  structure: bool = False
  mask_channel: bool = True
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(
    self,
    masked_image: jax.Array,
    mask: jax.Array | None = None,
    landmarks: jax.Array | None = None,
    *,
    train: bool = False,
  ) -> jax.Array:
    """Returns the predicted image [B, H, W, 3] in [-1, 1], float32.

    Args:
      masked_image: [B, H, W, 3] in [-1, 1], sides multiples of
        scale * 4 * 2**(len(features) - 1).
      mask: [B, H, W, 1] in [0, 1], read only with `mask_channel`.
      landmarks: [B, 468, 2 or more] in pixels, read only with `structure`; None
        or not finite where they are not known.
      train: has no effect.
    """
    del train
    if len(self.features) != len(self.num_blocks):
      raise errors.UserError(
        f"features has {len(self.features)} levels but num_blocks has"
        f" {len(self.num_blocks)}; give one of each a level."
      )
    picture = masked_image
    if self.mask_channel:
      picture = _visible_and_mask(masked_image, mask)
    blocks.check_divisible(
      picture,
      self.scale * blocks.PATCH * 2 ** (len(self.features) - 1),
      "CompletionGenerator",
    )
    picture = pix.space_to_depth(
      blocks.shrink(picture, self.scale), blocks.PATCH
    )
    x = self._conv(self.features[0])(picture)
    if self.structure:
      x += self._along_lines(landmarks, masked_image.shape)
    skips = [x]
    for width in self.features[1:]:
      x = self._conv(width, strides=2)(blocks.leaky_relu(x))
      skips.append(x)
    x = self._blocks(skips.pop(), len(skips))
    for level in reversed(range(len(skips))):
      # Cheaper before than after the enlargement, and equal.
      x = self._conv(self.features[level], 1)(blocks.leaky_relu(x))
      x = self._blocks(blocks.upsample(x) + skips.pop(), level)
    x = self._conv(3 * blocks.PATCH**2, kernel_init=_smooth_init)(
      blocks.leaky_relu(x)
    )
    x = jnp.tanh(pix.depth_to_space(x, blocks.PATCH).astype(jnp.float32))
    return blocks.enlarge(x, self.scale)

  def _along_lines(self, landmarks, shape):
    """What the lines add to the highest level: nothing at first."""
    if self.scale != 1 or shape[1] != shape[2]:
      raise errors.UserError(
        f"CompletionGenerator draws along lines at scale 1 on square pictures,"
        f" not at scale {self.scale} on {shape[1]} x {shape[2]} pixels. Set"
        " config.completion.scale=1 or config.completion.structure=False."
      )
    if landmarks is None:
      landmarks = jnp.full((shape[0], landmarker.NUM_LANDMARKS, 2), jnp.nan)
    drawn = structure.lines(jax.lax.stop_gradient(landmarks), shape[1])
    conv = convolution.Conv(
      self.features[0],
      use_bias=False,
      dtype=self.dtype,
      kernel_init=nn.initializers.zeros,
      name="lines",
    )
    return conv(drawn)

  def _blocks(self, x, level):
    x = blocks.Position()(x)
    if level == self.attention_level:
      x = blocks.SelfAttention(dtype=self.dtype)(x)
    if not self.num_blocks[level]:
      return self._conv(self.features[level])(blocks.leaky_relu(x))
    for _ in range(self.num_blocks[level]):
      x = blocks.ResidualBlock(dtype=self.dtype)(x)
    return x

  def _conv(
    self, features, kernel_size=3, strides=1, kernel_init=blocks.HE_INIT
  ):
    return convolution.Conv(
      features,
      (kernel_size, kernel_size),
      (strides, strides),
      dtype=self.dtype,
      kernel_init=kernel_init,
    )
