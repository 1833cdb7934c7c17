"""Continues a run of configs/portraits.py: the generator alone, for longer.

  python scripts/train.py --config=configs/refine.py \
    --workdir=runs/refined --config.init_from=runs/portraits

(configs/refine.py:128 after configs/portraits.py:128.) The segmenter has
learned what it can by then and takes most of a step: without its training
twice as many faces pass in the same time. So many passes over the same people
would be learned by heart, were each face not completed under the masks of
others too.
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
  c.num_train_steps = 6_000
  c.shown_mask.true_until_step = 0
  c.shown_mask.borrowed_share = 0.4
  c.ema_decay = 0.999
  c.mirrored_at_test = True
  return c
