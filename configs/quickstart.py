"""A smoke run: minutes on two CPU cores, pictures of 64 px.

  ./scripts/quickstart.sh

It shows that every part works; the faces that it paints are rough.
"""

import ml_collections

from configs import default


def get_config() -> ml_collections.ConfigDict:
  """Returns the quickstart's configuration."""
  c = default.get_config()
  c.image_size = 64
  c.batch_size = 16
  c.num_train_steps = 1_100
  c.log_every_steps = 100
  c.eval_every_steps = 500
  c.checkpoint_every_steps = 500
  c.segmenter.features = (32, 48)
  c.completion.features = (64, 96, 128)
  c.completion.num_blocks = (1, 1, 1)
  c.completion.attention_level = 2
  c.discriminator.base_features = 16
  c.discriminator.num_levels = 2
  c.loss.adversarial_from_step = 800
  c.shown_mask.true_until_step = 300
  c.augment.scale = (0.97, 1.03)
  c.augment.shift = 0.015
  c.ema_decay = 0.995
  return c
