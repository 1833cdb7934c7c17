"""Continues a run of configs/portraits.py: slower, and on more bare faces.

  python scripts/train.py --config=configs/refine.py \
    --workdir=runs/refined --config.init_from=runs/portraits

(configs/refine.py:128 after configs/portraits.py:128.) A segmenter that knows
masks worn below the mouth takes beards and collars for them: a third of the
faces that it sees here are bare. The generator goes on completing those under
the masks of others.
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
  c.num_train_steps = 4_500
  c.eval_every_steps = 500
  c.checkpoint_every_steps = 500
  c.optimizer.learning_rate.generator = 5e-4
  c.optimizer.learning_rate.segmenter = 1.2e-3
  c.shown_mask.true_until_step = 0
  c.shown_mask.borrowed_share = 0.4
  c.augment.bare_share = 0.25
  c.ema_decay = 0.999
  c.mirrored_at_test = True
  return c
