"""The landmarker: where are the face's landmarks, under a mask too?"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from maskgan_jax.networks import blocks
from maskgan_jax.networks.cpu_kernels import convolution, depthwise

# Those of MediaPipe's face mesh (Kartynnik et al., 2019).
NUM_LANDMARKS = 468
# Points lie around the crop's middle, about so far off it, in sides; z is 0
# near the head's own.
MIDDLE = (0.5, 0.5, 0.0)
SPREAD = 0.1
# Channels between the last level and the landmarks.
_NECK = 32
_SLOPE = 0.25


class Landmarks(NamedTuple):
  """What the landmarker finds."""

  points: jax.Array  # [B, 468, 3] float32: x, y, z in sides of the crop
  logit: jax.Array  # [B] float32: that there is a face


class Block(nn.Module):
  """BlazeFace's residual block (Bazarevsky et al., 2019, sec. 3.1).

  Attributes:
    features: of the output, as many as the input's or more.
    stride: 1 or 2.
    dtype: dtype of computation.
  """

  features: int
  stride: int = 1
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    y = depthwise.DepthwiseConv(self.stride, self.dtype, name="depthwise")(x)
    y = convolution.Conv(
      self.features,
      (1, 1),
      dtype=self.dtype,
      kernel_init=blocks.HE_INIT,
      name="pointwise",
    )(y)
    if self.stride > 1:
      x = nn.max_pool(x, window_shape=(2, 2), strides=(2, 2))
    x = jnp.pad(x, [(0, 0)] * 3 + [(0, self.features - x.shape[-1])])
    return PRelu(self.dtype, name="relu")(x + y)


class PRelu(nn.Module):
  """Rectifies with a learned slope a channel (He et al., 2015)."""

  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(self, x: jax.Array) -> jax.Array:
    init = nn.initializers.constant(_SLOPE)
    slope = self.param("slope", init, (x.shape[-1],))
    x, slope = nn.dtypes.promote_dtype(x, slope, dtype=self.dtype)
    return nn.relu(x) - slope.reshape(1, 1, 1, -1) * nn.relu(-x)


class Landmarker(nn.Module):
  """The network of MediaPipe's face mesh, or one like it with more blocks.

  Kartynnik et al., 2019; the layers are those of its model file. The first
  block of each level but the first one halves the picture.

  Attributes:
    features: of each level, from half the size down.
    num_blocks: of each level; the face mesh has 2, 3, 3, 3, 3, 3.
    frozen_levels: how many of the first levels get no gradients.
    dtype: dtype of computation.
  """

  features: tuple[int, ...] = (16, 32, 64, 128, 128, 128)
  num_blocks: tuple[int, ...] = (2, 3, 3, 5, 7, 5)
  frozen_levels: int = 0
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(self, image: jax.Array, *, train: bool = False) -> Landmarks:
    """Returns the landmarks of a rough crop.

    Args:
      image: [B, H, W, 3] in [-1, 1], sides multiples of 2**len(features).
        They decide the number of parameters.
      train: has no effect.
    """
    del train
    blocks.check_divisible(image, 2 ** len(self.features), "Landmarker")
    x = convolution.Conv(
      self.features[0],
      strides=(2, 2),
      dtype=self.dtype,
      kernel_init=blocks.HE_INIT,
      name="stem",
    )((image + 1) / 2)
    x = PRelu(self.dtype, name="stem_relu")(x)
    levels = zip(self.features, self.num_blocks, strict=True)
    for level, (width, count) in enumerate(levels):
      if level and level == self.frozen_levels:
        x = jax.lax.stop_gradient(x)
      for k in range(count):
        stride = 2 if level and not k else 1
        x = Block(width, stride, self.dtype, name=f"level{level}_block{k}")(x)
    if self.frozen_levels == len(self.features):
      x = jax.lax.stop_gradient(x)
    x = convolution.Conv(
      _NECK, (1, 1), dtype=self.dtype, kernel_init=blocks.HE_INIT, name="neck"
    )(x)
    x = PRelu(self.dtype, name="neck_relu")(x)
    x = Block(_NECK, dtype=self.dtype, name="neck_block")(x)
    # The number of crops may be symbolic.
    x = x.reshape(x.shape[0], x.shape[1] * x.shape[2] * x.shape[3])
    points = nn.Dense(3 * NUM_LANDMARKS, dtype=self.dtype, name="points")(x)
    logit = nn.Dense(1, dtype=self.dtype, name="face")(x)
    points = points.astype(jnp.float32)
    points = points.reshape(x.shape[0], NUM_LANDMARKS, 3)
    middle = jnp.array([[MIDDLE]])
    return Landmarks(middle + SPREAD * points, logit[:, 0].astype(jnp.float32))
