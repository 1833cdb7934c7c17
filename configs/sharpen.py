"""Continues a run of configs/portraits.py: mouths with lips and teeth.

  python scripts/train.py --config=configs/sharpen.py \
    --workdir=runs/sharp --config.init_from=runs/portraits

(configs/sharpen.py:128 after configs/portraits.py:128.) What the reconstruction
loss leaves smooth, a perceptual loss and a discriminator make distinct. Both
look at pictures of half the size, at which the generator works. The
discriminator needs some 400 steps until it knows anything; with a weight of 1
instead of 0.4 it draws ragged teeth and speckles from step 2,000 on.
"""

import ml_collections

from configs import portraits


def get_config(image_size: str = "256") -> ml_collections.ConfigDict:
  """Returns the configuration for pictures of 128 or 256 px.

  Raises:
    ValueError: another size.
  """
  c = portraits.get_config(image_size)
  c.init_from = "runs/portraits"
  c.segmenter.frozen = True
  c.networks = ("segmenter", "generator", "discriminator")
  c.discriminator.base_features = 32
  c.discriminator.scale = c.completion.scale
  c.num_train_steps = 1_600
  c.eval_every_steps = 400
  c.checkpoint_every_steps = 400
  c.loss.adversarial_weight = 0.4
  c.loss.perceptual_weight = 60.0
  c.loss.perceptual_scale = c.completion.scale
  # Both sides of the game slow down together: neither wins at the end.
  c.optimizer.schedule.discriminator = "cosine"
  c.optimizer.learning_rate.discriminator = 2e-4
  c.optimizer.learning_rate.generator = 3e-4
  c.shown_mask.true_until_step = 0
  c.shown_mask.borrowed_share = 0.2
  # A mixture of two faces is no example of a real one.
  c.shown_mask.mixed_share = 0.0
  return c
