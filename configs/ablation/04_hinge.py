"""02 + hinge loss instead of BCE."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  c.loss.adversarial = "hinge"
  return c
