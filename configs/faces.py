"""Faces that pass for photos: goes on from the released weights, on two cores.

  maskgan build --source=folder --faces_dir=PHOTOS --data_dir=data
  maskgan train --config=configs/faces.py --workdir=runs/faces

(configs/faces.py:gpu for a GPU, longer and in bfloat16.)

The generator is shown nothing of a mask's rim, draws along the lines of the
hidden half's landmarks, and has a wider last level; the adversary judges what
was hidden of the face by AlexNet's features. Mouths count more than cheeks.
"""

import ml_collections

from configs import compact, sharpen


def get_config(device: str = "cpu") -> ml_collections.ConfigDict:
  """Returns the configuration for a "cpu" or a "gpu".

  Raises:
    ValueError: another device.
  """
  if device not in ("cpu", "gpu"):
    raise ValueError(f"{device} is unknown. Choose cpu or gpu.")
  if device == "gpu":
    c = compact.get_config()
  else:
    c = sharpen.continued("compact")
  c.init_from = "released"
  c.networks = ("segmenter", "generator", "discriminator")
  c.min_face_width = 130.0
  c.num_train_steps = 30_000 if device == "gpu" else 4_000
  c.eval_every_steps = c.num_train_steps // 4
  c.checkpoint_every_steps = c.eval_every_steps
  c.keep_checkpoints = 1
  c.completion.structure = True
  # One position of 4 x 4 pixels has 48 values: no fewer features draw them.
  c.completion.features = (48, 64, 96, 192, 256)
  c.completion.num_blocks = (1, 1, 1, 2, 2)
  # More leaves more background beside the jaw to be made up.
  c.hidden_reach = 0.012
  c.shown_mask.hidden_reach = (0.012, 0.025, 0.05)
  c.shown_mask.true_until_step = 0
  c.shown_mask.borrowed_share = 0.2
  c.shown_mask.mixed_share = 0.0
  c.discriminator.name = "features"
  c.discriminator.base_features = 32
  c.loss.adversarial = "hinge"
  c.loss.judge_hidden = True
  c.loss.mouth_weight = 3.0
  c.loss.adversarial_weight = 0.6
  c.loss.reconstruction_weight = 50.0
  c.loss.perceptual_weight = 60.0
  c.optimizer.schedule.discriminator = "cosine"
  c.optimizer.learning_rate.segmenter = 4e-4
  c.optimizer.learning_rate.generator = 2.5e-4
  c.optimizer.learning_rate.discriminator = 4e-4
  return c
