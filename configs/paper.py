"""Masked GANs for Face Completion (2024), which is pix2pix, as published.

  maskgan build --source=folder --faces_dir=PHOTOS \
    --data_dir=data --variants=1 --num_train=7030 --num_test=3030
  maskgan train --config=configs/paper.py --workdir=runs/paper

The paper reports 49.73 s per 1000 steps of batch 1. The segmenter, its first
stage, trains beside the published pair of networks and serves the completed
rows of the evaluation; the generator never sees its mask.
"""

import ml_collections

from configs import default


def get_config() -> ml_collections.ConfigDict:
  """Returns the paper's configuration."""
  c = default.get_config()
  c.batch_size = 1
  c.num_train_steps = 200_000
  c.log_every_steps = 1_000
  c.eval_every_steps = 5_000
  c.checkpoint_every_steps = 5_000

  c.generator.name = "pix2pix"
  c.generator.mask_channel = False
  c.train_mode_at_test = True

  c.optimizer.warmup_steps = 0
  c.optimizer.clip_norm = 0.0
  for name in ("segmenter", "generator", "discriminator"):
    c.optimizer.learning_rate[name] = 2e-4
    c.optimizer.b1[name] = 0.5
    c.optimizer.schedule[name] = "constant"
  c.ema_decay = 0.0

  c.loss.adversarial = "bce"
  c.loss.adversarial_weight = 1.0
  c.loss.reconstruction_weight = 100.0
  c.loss.visible_weight = 1.0
  c.loss.composite = False
  c.augment.brightness = 0.0
  c.augment.contrast = 0.0
  c.augment.saturation = 0.0
  c.augment.bare_share = 0.0
  return c
