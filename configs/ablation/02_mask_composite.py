"""Paper + the mask as input channel + composite.

The discriminator judges the completed picture, where only the masked region is
generated.
"""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  return c
