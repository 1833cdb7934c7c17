"""The system that the released weights come from, sized to run anywhere.

  maskgan build --source=folder --faces_dir=PHOTOS \
    --variants=12 --data_dir=data
  maskgan train --config=configs/compact.py --workdir=runs/compact

What configs/portraits.py trains, drawn at full size and longer, on a GPU (four
minutes of an H200 that another run shared). It learns to reconstruct alone,
which leaves smooth what is uncertain, mouths above all: configs/sharpen.py goes
on from there.
"""

import ml_collections

from configs import portraits


def get_config() -> ml_collections.ConfigDict:
  """Returns the configuration."""
  c = portraits.get_config()
  c.dtype = "bfloat16"
  c.dataset_on_device = True
  c.steps_per_dispatch = 50
  c.batch_size = 32
  c.num_train_steps = 12_000
  c.log_every_steps = 200
  c.eval_every_steps = 2_000
  c.checkpoint_every_steps = 2_000
  # One level more, at full size: narrow, since it is there for edges.
  c.completion.scale = 1
  c.completion.features = (24, 48, 96, 192, 256)
  c.completion.num_blocks = (1, 1, 1, 2, 2)
  c.completion.attention_level = 3
  # The longer it trains, the more faces it needs: faces between two faces.
  c.shown_mask.borrowed_share = 0.5
  c.shown_mask.mixed_share = 0.7
  return c
