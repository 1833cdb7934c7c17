"""02 + the mask as an input channel of the discriminator."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  c.discriminator.mask_channel = True
  return c
