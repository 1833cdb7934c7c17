"""02 without the discriminator."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  c.networks = ("segmenter", "generator")
  return c
