"""Scores what became of a photo whose true faces are known."""

import os

import numpy as np

from maskgan_jax import photos, unmasking
from maskgan_jax.common import errors
from maskgan_jax.metrics import image


def compare(
  result: unmasking.UnmaskResult, truth_path: str | os.PathLike
) -> dict[str, float]:
  """Scores a result against the true photo.

  Returns:
    "psnr" in dB and "ssim" of the whole picture, "psnr_in_mask" and
    "ssim_in_mask" where it was completed; NaN where nothing was.

  Raises:
    errors.UserError: the true photo cannot be read or is of another size.
  """
  truth = photos.read(truth_path)
  if truth.shape != result.image.shape:
    raise errors.UserError(
      f"{truth_path}: {truth.shape[1]}x{truth.shape[0]} pixels, the result has"
      f" {result.image.shape[1]}x{result.image.shape[0]}. Give the same photo"
      " without a mask."
    )
  mask = (result.mask > 127).astype(np.uint8)[..., None]
  found = image.image_scores(
    *(x[None] for x in (result.image, truth, mask, np.ones_like(mask)))
  )
  return {name: float(value[0]) for name, value in found.items()}
