"""02 + residual U-Net without norms instead of pix2pix's."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  _base.use_completion(c)
  return c
