"""The window of SSIM, as matrix products."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from maskgan_jax.common import errors
from maskgan_jax.networks import images

Array = images.Array


@functools.lru_cache
def _gaussian_matrix(size: int) -> np.ndarray:
  """[size - 10, size]: an 11-tap Gaussian, sigma 1.5, as a band matrix."""
  taps = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
  matrix = np.zeros((size - 10, size), np.float32)
  for i in range(size - 10):
    matrix[i, i : i + 11] = taps / taps.sum()
  return matrix


def gaussian_filter(
  image: Float[Array, "*B H W C"],
) -> Float[Array, "*B h w C"]:
  """The window of SSIM: Gaussian, 11x11, sigma 1.5, without a border.

  Equal to dm-pix's own filter, but as two matrix products: on a CPU many times
  faster, gradients included.

  Raises:
    errors.UserError: if a side is under 11 pixels.
  """
  height, width = image.shape[-3:-1]
  if min(height, width) < 11:
    raise errors.UserError(
      f"SSIM needs pictures of at least 11 x 11 pixels, got {height} x {width};"
      " enlarge them or leave SSIM out."
    )
  return jnp.einsum(
    "ih,...hwc,jw->...ijc",
    _gaussian_matrix(height),
    image,
    _gaussian_matrix(width),
    precision=jax.lax.Precision.HIGHEST,
  )
