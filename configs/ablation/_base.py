"""What the rows of the ablation start from: the paper at a quarter of the size.

  maskgan build --source=folder --faces_dir=PHOTOS \
    --image_size=64 --data_dir=data64
  python scripts/ablate.py --folder=configs/ablation --seeds=0,1 \
    --baseline=02_mask_composite --data_dir=data64 --output_dir=runs/ablation

Pictures of 64 px instead of 256; a U-Net of 6 levels, down to one pixel as the
paper's 8, and of 16 features at the first instead of 64: 1.8 M parameters
instead of 54 M. The discriminator's patches of 16 px are a quarter of the
picture, as 70 of 256 are. 16,000 images of batch 1 instead of 200,000: 30 ms
each were measured on busy CPU cores, 8 minutes a row, and quiet ones take less.
"""

import ml_collections

from configs import paper


def get_config() -> ml_collections.ConfigDict:
  """Returns the paper's configuration, scaled down."""
  c = paper.get_config()
  c.image_size = 64
  c.num_train_steps = 16_000
  c.log_every_steps = 1_000
  c.eval_every_steps = 4_000
  c.checkpoint_every_steps = 4_000
  c.keep_checkpoints = 1
  c.segmenter.features = (32, 48)
  c.pix2pix.base_features = 16
  c.pix2pix.num_levels = 6
  c.discriminator.base_features = 16
  c.discriminator.num_levels = 1
  # The paper's generator sees no mask; who sees one sees the true one.
  c.shown_mask.predicted_share = 0.0
  c.shown_mask.jittered_share = 0.0
  return c


def mask_composite() -> ml_collections.ConfigDict:
  """Returns what each single change is made to."""
  c = get_config()
  c.generator.mask_channel = True
  c.loss.composite = True
  return c


def use_completion(c: ml_collections.ConfigDict) -> None:
  """Takes the norm-free residual U-Net instead of pix2pix's."""
  c.generator.name = "completion"
  c.completion.features = (64, 96, 128)
  c.completion.num_blocks = (1, 1, 1)
