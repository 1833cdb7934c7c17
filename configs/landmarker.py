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
  c.init_from = ""  # See configs/default.py.
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
      "image_size": 128,  # Of the rough crop.
      "features": (32, 64, 128, 160),
      "num_blocks": (1, 1, 2, 0),
      "hidden": 128,
    }
  )
  c.optimizer = ml_collections.ConfigDict(
    {
      "learning_rate": 1.5e-3,
      "b1": 0.9,
      "schedule": "cosine",
      "warmup_steps": 300,
      "clip_norm": 1.0,
    }
  )
  c.ema_decay = 0.999
  return c.lock()
