"""The landmarker of the released weights, for a CPU.

  maskgan build --dataset=landmark_crops --source=folder --faces_dir=PHOTOS \
    --data_dir=data_landmarks
  maskgan train --config=configs/landmarker.py --workdir=runs/landmarker
"""

import ml_collections


def get_config() -> ml_collections.ConfigDict:
  """Returns the configuration."""
  c = ml_collections.ConfigDict()
  c.networks = ("landmarker",)
  c.seed = 0
  # The face mesh, which knows bare faces, or as in configs/default.py.
  c.init_from = "mesh"
  c.data_dir = "data_landmarks"
  c.batch_size = 64
  c.steps_per_dispatch = 1
  c.num_train_steps = 8_000
  c.log_every_steps = 100
  c.eval_every_steps = 1_000
  c.checkpoint_every_steps = 1_000
  c.keep_checkpoints = 1
  # Of the faces, those cut as for the second look in use.
  c.close_share = 0.5
  c.landmarker = ml_collections.ConfigDict(
    {
      "image_size": 192,  # Of the rough crop.
      "features": (16, 32, 64, 128, 128, 128),
      "num_blocks": (2, 3, 3, 5, 7, 5),
    }
  )
  # Levels that stay the face mesh's. A step takes 0.4 of the time, as it is the
  # large pictures whose gradients take long.
  c.frozen_levels = 2
  c.optimizer = ml_collections.ConfigDict(
    {
      "learning_rate": 1e-3,
      "b1": 0.9,
      "schedule": "cosine",
      "warmup_steps": 300,
      "clip_norm": 1.0,
    }
  )
  c.ema_decay = 0.999
  return c.lock()
