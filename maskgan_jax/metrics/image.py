"""Metrics of pictures in [0, 1], one value per image.

"In mask" metrics of an image whose mask is empty are NaN: average them with
`numpy.nanmean` or leave bare faces out.
"""

import dm_pix as pix
import jax
import jax.numpy as jnp
from jaxtyping import Float, UInt8

from maskgan_jax.metrics import overlap
from maskgan_jax.metrics import ssim as ssim_lib
from maskgan_jax.networks import images

Array = images.Array

MAX_PSNR = 100.0  # dB, what equal pictures get.
_BORDER = 5  # Pixels of SSIM's window on each side.
_PIXELS = (1, 2, 3)  # Axes of an image.

Image = Float[Array, "B H W 3"]
Pixels = Float[Array, "B H W 1"]
PerImage = Float[Array, " B"]


def weighted_mean(x: jax.Array, weight: jax.Array) -> jax.Array:
  """Mean [B] of [B, H, W, C] over the pixels of [B, H, W, 1], NaN over none."""
  total = weight.sum(axis=_PIXELS)
  x = x.mean(axis=-1, keepdims=True)
  return (x * weight).sum(axis=_PIXELS) / jnp.where(total > 0.0, total, jnp.nan)


def psnr(a: Image, b: Image, weight: Pixels) -> PerImage:
  """Peak signal-to-noise ratio in dB, at most 100.

  Args:
    a: [B, H, W, 3] in [0, 1].
    b: same.
    weight: [B, H, W, 1] in {0, 1}: valid pixels, or the valid ones in a mask.

  Returns:
    [B]; NaN where no pixel counts.
  """
  error = weighted_mean(jnp.square(a - b), weight)
  return jnp.minimum(-10.0 * jnp.log10(jnp.maximum(error, 1e-12)), MAX_PSNR)


def ssim(a: Image, b: Image, weight: Pixels) -> PerImage:
  """Structural similarity (Wang et al., 2004), Gaussian 11x11, sigma 1.5.

  The mean of the SSIM map over `weight`. The map leaves out 5 pixels at each
  border, and so does the weight.

  Args:
    a: [B, H, W, 3] in [0, 1], at least 11 pixels high and wide.
    b: same.
    weight: [B, H, W, 1] in {0, 1}: valid pixels, or the valid ones in a mask.

  Returns:
    [B] in [-1, 1]; NaN where no pixel counts.

  Raises:
    errors.UserError: if a side is under 11 pixels.
  """
  similarity = pix.ssim(
    a, b, return_map=True, filter_fn=ssim_lib.gaussian_filter
  )
  inner = slice(_BORDER, -_BORDER)
  return weighted_mean(similarity, weight[:, inner, inner])


def iou(probability: Pixels, mask: Pixels) -> PerImage:
  """Intersection over union of the predicted mask (probability over .5).

  NaN where both masks are empty.
  """
  return overlap.iou(probability > 0.5, mask > 0.5, axis=_PIXELS)


def f1(probability: Pixels, mask: Pixels) -> PerImage:
  """F1 (Dice) of the predicted mask; NaN where both masks are empty."""
  return overlap.f1(probability > 0.5, mask > 0.5, axis=_PIXELS)


def image_scores(
  candidate: UInt8[Array, "B H W 3"],
  image: UInt8[Array, "B H W 3"],
  mask: UInt8[Array, "B H W 1"],
  valid: UInt8[Array, "B H W 1"],
) -> dict[str, PerImage]:
  """Returns psnr, ssim, psnr_in_mask and ssim_in_mask of 8-bit pictures.

  Args:
    candidate: [B, H, W, 3], what is scored.
    image: the ground truth, same shape.
    mask: the true mask, [B, H, W, 1] in {0, 1}.
    valid: 1 where the pixel counts, same shape.
  """
  a, b = (jnp.asarray(x, jnp.float32) / 255.0 for x in (candidate, image))
  valid = jnp.asarray(valid, jnp.float32)
  inside = valid * mask
  return {
    "psnr": psnr(a, b, valid),
    "ssim": ssim(a, b, valid),
    "psnr_in_mask": psnr(a, b, inside),
    "ssim_in_mask": ssim(a, b, inside),
  }
