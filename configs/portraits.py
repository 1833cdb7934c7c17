"""Real portraits, sized for an hour of two CPU cores.

  maskgan build --source=folder --faces_dir=PHOTOS --data_dir=data
  maskgan train --config=configs/portraits.py --workdir=runs/portraits

configs/portraits.py:128 trains at 128 px. It learns to reconstruct alone, which
leaves smooth what is uncertain, mouths above all: configs/sharpen.py goes on
from there.
"""

import ml_collections

from configs import default


def get_config(image_size: str = "256") -> ml_collections.ConfigDict:
  """Returns the configuration for pictures of 128 or 256 px.

  Raises:
    ValueError: another size.
  """
  if image_size not in ("128", "256"):
    raise ValueError(
      f"configs/portraits.py:{image_size} is unknown. Choose"
      " configs/portraits.py:128 or configs/portraits.py:256."
    )
  c = default.get_config()
  c.image_size = int(image_size)
  c.networks = ("segmenter", "generator")
  c.num_train_steps = 9_000
  c.log_every_steps = 50
  c.eval_every_steps = 1_000
  c.checkpoint_every_steps = 1_000
  # Wide where it is coarse, which costs little: whether cloth at the chin is a
  # mask or a collar shows in the whole picture, not in its texture.
  c.segmenter.features = (32, 64, 128, 192)
  # At half the size a step sees twice to three times the faces a second, and
  # what is hidden is a matter of coarse structure first. A mask's outline and
  # its straps are not: the segmenter works at full size.
  c.completion.scale = c.image_size // 128
  c.completion.features = (48, 96, 192, 256)
  c.optimizer.learning_rate.generator = 8e-4
  c.optimizer.learning_rate.segmenter = 2e-3
  c.shown_mask.true_until_step = 600
  c.shown_mask.borrowed_share = 0.4
  # Crops are aligned, in use too: about them, only as much play as alignment
  # has. Light, and faces between two faces, vary more: with 1,900 photos the
  # generator else learns them by heart.
  c.shown_mask.mixed_share = 0.5
  c.augment.scale = (0.95, 1.05)
  c.augment.shift = 0.015
  c.augment.brightness = 0.15
  c.augment.contrast = 0.2
  c.augment.saturation = 0.2
  # A segmenter that knows masks worn below the mouth takes beards and collars
  # for them: a third of the faces that it sees are bare. The generator
  # completes those under the masks of others.
  c.augment.bare_share = 0.25
  c.mirrored_at_test = True
  return c
