"""The paper: pix2pix, which sees no mask."""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.get_config()
  return c
