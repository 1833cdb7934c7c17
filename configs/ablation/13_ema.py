"""02 + running average of the parameters (decay 0.999)."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  c.ema_decay = 0.999
  return c
