"""A face with a mask drawn on it: picture, truth and parameters together."""

from typing import NamedTuple

import numpy as np

from maskgan_jax.masks import distribution as distribution_lib
from maskgan_jax.masks import drawing
from maskgan_jax.masks import params as params_lib


class MaskedFace(NamedTuple):
  """A photo after a mask was drawn on one of its faces."""

  image: np.ndarray  # [H, W, 3] uint8, equal to the photo outside the overlay
  mask: np.ndarray  # [H, W] uint8, 1 where the face mask hides the face
  alpha: np.ndarray  # [H, W] uint8, the mask's opacity
  params: params_lib.MaskParams


def draw(
  image: np.ndarray,
  landmarks: np.ndarray,
  rng: np.random.Generator,
  distribution: distribution_lib.MaskDistribution | None = None,
) -> MaskedFace:
  """Draws a random mask on a face.

  Args:
    image: uint8 [H, W, 3], RGB.
    landmarks: float [468, 3], the face mesh in pixels of `image`.
    rng: the only source of randomness.
    distribution: what is how likely; the default one if None.

  Raises:
    ValueError: `image` or `landmarks` have the wrong shape, or the landmarks
      are not a face in pixels.
    TypeError: `image` is not uint8 or `landmarks` are not floats.
  """
  params = distribution_lib.sample_params(rng, distribution)
  return draw_params(image, landmarks, params)


def draw_params(
  image: np.ndarray, landmarks: np.ndarray, params: params_lib.MaskParams
) -> MaskedFace:
  """Draws a given mask on a face, as `draw` does a random one."""
  overlay = drawing.draw(image, landmarks, params)
  return MaskedFace(
    drawing.composite(image, overlay.rgba),
    (overlay.alpha > 127).view(np.uint8),
    overlay.alpha,
    params,
  )
