"""02 + perceptual loss (LPIPS, weight 60)."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  c.loss.perceptual_weight = 60.0
  return c
