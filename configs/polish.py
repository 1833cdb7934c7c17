"""Continues a run of configs/portraits.py: the most decibels.

  python scripts/train.py --config=configs/polish.py \
    --workdir=runs/polished --config.init_from=runs/portraits

(configs/polish.py:128 after configs/portraits.py:128.) The absolute error that
a run starts with learns more steadily; the PSNR itself is what is asked of it.
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
  c.num_train_steps = 1_500
  c.eval_every_steps = 500
  c.checkpoint_every_steps = 500
  c.loss.reconstruction = "psnr"
  c.loss.reconstruction_weight = 1.0
  c.optimizer.learning_rate.generator = 2e-4
  c.optimizer.learning_rate.segmenter = 8e-4
  c.shown_mask.true_until_step = 0
  return c
