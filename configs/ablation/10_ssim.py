"""02 + SSIM loss (weight 10)."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  c.loss.ssim_weight = 10.0
  return c
