"""02 + training on predicted and jittered masks too."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  c.shown_mask.predicted_share = 0.4
  c.shown_mask.jittered_share = 0.2
  return c
