"""Adds a latent code to a finished run: several completions of one face.

  maskgan train --config=configs/diverse.py \
    --workdir=runs/diverse --config.init_from=runs/between

(configs/diverse.py:portraits where configs/portraits.py came first, as for
configs/sharpen.py.) With the code 0, which is what is used where one completion
is asked for, the generator stays what it was. Each example trains with the best
of several random codes, so that codes come to mean different mouths. By the
reconstruction loss alone: without a discriminator, a perceptual loss makes them
draw speckles. The segmenter meanwhile goes on learning, on photos that vary
more in size, place, colour and contrast.
"""

import ml_collections

from configs import sharpen


def get_config(name: str = "compact") -> ml_collections.ConfigDict:
  """Returns the configuration.

  Args:
    name: see `sharpen.continued`.
  """
  c = sharpen.continued(name)
  c.init_from = "runs/between"
  c.generator.frozen = True
  c.latent.size = 8
  c.num_train_steps = 2_400
  c.eval_every_steps = 600
  c.checkpoint_every_steps = 600
  c.optimizer.learning_rate.segmenter = 1e-3
  c.optimizer.learning_rate.generator = 3e-3
  c.augment.scale = (0.9, 1.1)
  c.augment.shift = 0.03
  c.augment.contrast = 0.3
  c.augment.saturation = 0.5
  c.shown_mask.true_until_step = 0
  c.shown_mask.borrowed_share = 0.2
  c.shown_mask.mixed_share = 0.0
  return c
