"""Continues a run of configs/compact.py: mouths with lips and teeth.

  maskgan train --config=configs/sharpen.py \
    --workdir=runs/sharp --config.init_from=runs/compact

(configs/sharpen.py:portraits after configs/portraits.py, :portraits128 after
configs/portraits.py:128.) What the reconstruction loss leaves smooth, a
perceptual loss, at the size at which the generator works, and a discriminator
make distinct. After `compact` for a GPU, with a discriminator that sees the
picture at full size: skin then has the grain of skin. After `portraits` for two
CPU cores, with a smaller one at half the size: at full size it would take much
longer to learn.

Each run has flaws of its own, ragged nostrils and teeth above all. The mean of
several (scripts/average.py), which may differ in the discriminator's size or
weight, and of the run that they come from, has few, but is smooth again; a run
from that mean, at a lower rate, makes it distinct without their flaws.
"""

import ml_collections

from configs import compact, portraits


def continued(name: str) -> ml_collections.ConfigDict:
  """Returns the configuration of the run that is continued, for a CPU.

  Raises:
    ValueError: none of that name is.
  """
  known = {
    "compact": compact.get_config,
    "portraits": portraits.get_config,
    "portraits128": lambda: portraits.get_config("128"),
  }
  if name not in known:
    raise ValueError(f"{name} is unknown. Choose one of {', '.join(known)}.")
  c = known[name]()
  c.dtype = "float32"
  c.dataset_on_device = False
  c.steps_per_dispatch = 1
  c.batch_size = 8
  c.log_every_steps = 50
  return c


def get_config(name: str = "compact") -> ml_collections.ConfigDict:
  """Returns the configuration.

  Args:
    name: see `continued`.
  """
  c = continued(name)
  c.init_from = f"runs/{name}"
  c.min_face_width = 160.0
  c.segmenter.frozen = True
  c.networks = ("segmenter", "generator", "discriminator")
  c.discriminator.base_features = 32
  c.discriminator.scale = c.image_size // 128
  c.num_train_steps = 3_600
  c.eval_every_steps = 600
  c.checkpoint_every_steps = 600
  c.loss.adversarial_weight = 0.4
  c.loss.perceptual_weight = 60.0
  c.loss.perceptual_scale = c.completion.scale
  # Both sides of the game slow down together: neither wins at the end.
  c.optimizer.schedule.discriminator = "cosine"
  c.optimizer.learning_rate.discriminator = 2e-4
  c.optimizer.learning_rate.generator = 3e-4
  c.shown_mask.true_until_step = 0
  c.shown_mask.borrowed_share = 0.2
  # A mixture of two faces is no example of a real one.
  c.shown_mask.mixed_share = 0.0
  if name == "compact":
    _for_a_gpu(c)
  return c


def _for_a_gpu(c):
  c.dtype = "bfloat16"
  c.dataset_on_device = True
  c.steps_per_dispatch = 20
  c.batch_size = 16
  c.discriminator.base_features = 64
  c.discriminator.scale = 1
  c.num_train_steps = 5_000
  c.log_every_steps = 100
  c.eval_every_steps = 1_000
  c.checkpoint_every_steps = 1_000
