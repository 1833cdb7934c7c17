"""The landmarker: where are the face's landmarks, under a mask too?"""

from typing import NamedTuple

import dm_pix as pix
import jax
import jax.numpy as jnp
from flax import linen as nn

from maskgan_jax.networks import blocks
from maskgan_jax.networks.cpu_kernels import convolution

# Those of MediaPipe's face mesh (Kartynnik et al., 2019).
NUM_LANDMARKS = 468
# Points lie around the crop's middle, about so far off it, in sides.
_SPREAD = 0.1


class Landmarks(NamedTuple):
  """What the landmarker finds."""

  points: jax.Array  # [B, 468, 3] float32: x, y, z in sides of the crop
  logit: jax.Array  # [B] float32: that there is a face


class Landmarker(nn.Module):
  """A residual network without norms that regresses all landmarks at once.

  Attributes:
    features: of each level, from a quarter of the size down.
    num_blocks: residual blocks of each level.
    hidden: units between the last level and the landmarks.
    dtype: dtype of computation.
  """

  features: tuple[int, ...] = (32, 64, 128, 160)
  num_blocks: tuple[int, ...] = (1, 1, 2, 0)
  hidden: int = 128
  dtype: jnp.dtype | None = None

  @nn.compact
  def __call__(self, image: jax.Array, *, train: bool = False) -> Landmarks:
    """Returns the landmarks of a rough crop.

    Args:
      image: [B, H, W, 3] in [-1, 1], sides multiples of
        4 * 2**(len(features) - 1). They decide the number of parameters.
      train: has no effect.
    """
    del train
    blocks.check_divisible(
      image, blocks.PATCH * 2 ** (len(self.features) - 1), "Landmarker"
    )
    x = pix.space_to_depth(image, blocks.PATCH)
    for level, (width, count) in enumerate(
      zip(self.features, self.num_blocks, strict=True)
    ):
      x = convolution.Conv(
        width,
        (3, 3),
        (2, 2) if level else (1, 1),
        dtype=self.dtype,
        kernel_init=blocks.HE_INIT,
      )(blocks.leaky_relu(x) if level else x)
      for _ in range(count):
        x = blocks.ResidualBlock(dtype=self.dtype)(x)
    # The number of crops may be symbolic.
    size = x.shape[1] * x.shape[2] * x.shape[3]
    x = blocks.leaky_relu(x).reshape(x.shape[0], size)
    x = nn.Dense(self.hidden, dtype=self.dtype, kernel_init=blocks.HE_INIT)(x)
    x = nn.Dense(3 * NUM_LANDMARKS + 1, dtype=self.dtype)(blocks.leaky_relu(x))
    x = x.astype(jnp.float32)
    points = x[:, :-1].reshape(x.shape[0], NUM_LANDMARKS, 3)
    # x and y from the middle; z is 0 near the head's own.
    middle = jnp.array([[[0.5, 0.5, 0.0]]])
    return Landmarks(middle + _SPREAD * points, x[:, -1])
