"""02 + visible pixels weigh 0.05 in L1 instead of 1."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  c.loss.visible_weight = 0.05
  return c
