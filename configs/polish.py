"""Continues a run of configs/portraits.py: more of the same, from a high rate.

  python scripts/train.py --config=configs/polish.py \
    --workdir=runs/polished --config.init_from=runs/portraits

(configs/polish.py:128 after configs/portraits.py:128.) The generator alone: the
segmenter has learnt what it can, and forgets some of it when its rate rises.
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
  c.num_train_steps = 1_500
  c.eval_every_steps = 500
  c.checkpoint_every_steps = 500
  c.optimizer.learning_rate.generator = 4e-4
  c.shown_mask.true_until_step = 0
  return c
