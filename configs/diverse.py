"""Adds a latent code to a finished run: several completions of one face.

  python scripts/train.py --config=configs/diverse.py \
    --workdir=runs/diverse --config.init_from=runs/between

(configs/diverse.py:128 for 128 px.) Nothing else learns: with the code 0,
which is what is used where one completion is asked for, the networks stay what
they were. Each example trains with the best of several random codes, so that
different codes come to mean different mouths, chins and beards.
"""

import ml_collections

from configs import sharpen


def get_config(image_size: str = "256") -> ml_collections.ConfigDict:
  """Returns the configuration for pictures of 128 or 256 px.

  Raises:
    ValueError: another size.
  """
  c = sharpen.get_config(image_size)
  c.init_from = "runs/between"
  c.networks = ("segmenter", "generator")
  c.segmenter.frozen = True
  c.generator.frozen = True
  c.latent.size = 8
  # Without a discriminator a perceptual loss makes a code draw speckles.
  c.loss.perceptual_weight = 0.0
  c.num_train_steps = 600
  c.eval_every_steps = 300
  c.checkpoint_every_steps = 300
  c.optimizer.learning_rate.generator = 3e-3
  return c
