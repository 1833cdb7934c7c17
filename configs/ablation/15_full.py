"""The full system: what portraits and sharpen add up to.

In one run, and at the same batch size as every row.
"""

import ml_collections

from configs.ablation import _base


def get_config() -> ml_collections.ConfigDict:
  """Returns the row's configuration."""
  c = _base.mask_composite()
  _base.use_completion(c)
  c.train_mode_at_test = False
  c.mirrored_at_test = True
  c.loss.adversarial_weight = 0.4
  c.loss.visible_weight = 0.05
  c.loss.perceptual_weight = 60.0
  c.shown_mask.predicted_share = 0.4
  c.shown_mask.jittered_share = 0.2
  c.shown_mask.borrowed_share = 0.2
  c.ema_decay = 0.999
  c.optimizer.warmup_steps = 400
  c.optimizer.clip_norm = 1.0
  for name in c.networks:
    c.optimizer.schedule[name] = "cosine"
  c.optimizer.learning_rate.segmenter = 1e-3
  c.optimizer.learning_rate.generator = 4e-4
  c.optimizer.b1.segmenter = 0.9
  c.optimizer.b1.generator = 0.9
  # Crops are aligned: about them, only as much play as alignment has.
  c.augment.scale = (0.95, 1.05)
  c.augment.shift = 0.015
  c.augment.brightness = 0.15
  c.augment.contrast = 0.2
  c.augment.saturation = 0.2
  c.augment.bare_share = 0.05
  return c
