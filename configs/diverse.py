"""Adds a latent code to a finished run: several completions of one face.

  python scripts/train.py --config=configs/diverse.py \
    --workdir=runs/diverse --config.init_from=runs/between

(configs/diverse.py:128 for 128 px.) Nothing else learns: with the code 0,
which is what is used where one completion is asked for, the networks stay what
they were. Each example trains with the best of several random codes, so that
codes come to mean different mouths. By the reconstruction loss alone: without a
discriminator, a perceptual loss makes them draw speckles.
"""

import ml_collections

from configs import portraits


def get_config(image_size: str = "256") -> ml_collections.ConfigDict:
  """Returns the configuration for pictures of 128 or 256 px.

  Raises:
    ValueError: another size.
  """
  c = portraits.get_config(image_size)
  c.init_from = "runs/between"
  c.segmenter.frozen = True
  c.generator.frozen = True
  c.latent.size = 8
  c.num_train_steps = 600
  c.eval_every_steps = 300
  c.checkpoint_every_steps = 300
  c.optimizer.learning_rate.generator = 3e-3
  c.shown_mask.true_until_step = 0
  c.shown_mask.borrowed_share = 0.2
  c.shown_mask.mixed_share = 0.0
  return c
