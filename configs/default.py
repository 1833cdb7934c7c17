"""Every setting, with the value that most runs keep; others start from here."""

import ml_collections


def get_config() -> ml_collections.ConfigDict:
  """Returns the locked base configuration."""
  c = ml_collections.ConfigDict()
  c.seed = 0
  # What the networks start from: the workdir of a run, its latest checkpoint;
  # "released", the weights that the project comes with; or nothing.
  c.init_from = ""
  c.data_dir = "data"  # The --data_dir of maskgan build.
  c.image_size = 256
  # Trains on no face that is fewer pixels wide on its photo: what a small one
  # teaches is soft.
  c.min_face_width = 0.0
  c.batch_size = 8  # Global: divided among the devices.
  # Of computation, "float32" or "bfloat16"; parameters and losses are float32.
  c.dtype = "float32"
  # A fast device takes several steps while the host prepares the next ones, and
  # keeps the dataset, 8 bytes a pixel, in its own memory.
  c.steps_per_dispatch = 1
  c.dataset_on_device = False
  c.num_train_steps = 10_000
  c.log_every_steps = 100
  c.eval_every_steps = 1_000
  c.checkpoint_every_steps = 1_000  # A multiple of eval_every_steps.
  c.keep_checkpoints = 2  # The latest ones, and the best beside them.

  # A segmenter can train alone: ("segmenter",).
  c.networks = ("segmenter", "generator", "discriminator")
  c.segmenter = ml_collections.ConfigDict(
    {
      "features": (32, 48, 64, 96),
      # Keeps the segmenter of init_from and saves the time to train it.
      "frozen": False,
    }
  )
  c.generator = ml_collections.ConfigDict(
    {
      "name": "completion",  # Or "pix2pix".
      "mask_channel": True,  # The mask as fourth input channel.
    }
  )
  c.completion = ml_collections.ConfigDict(
    {
      "features": (32, 64, 128, 256),  # From a quarter of the size down.
      "num_blocks": (1, 1, 2, 2),
      "attention_level": 2,
      "scale": 1,  # 2 works on pictures of half the size.
      "structure": False,  # Draws along the landmarks of the hidden half.
    }
  )
  c.pix2pix = ml_collections.ConfigDict(
    {"base_features": 64, "num_levels": 8, "dropout_rate": 0.5}
  )
  c.discriminator = ml_collections.ConfigDict(
    {
      # "patches" of pixels, or the "features" that AlexNet finds, for which
      # base_features alone is read.
      "name": "patches",
      "base_features": 64,
      "num_levels": 3,
      "scale": 1,
      "mask_channel": False,
      "norm": "batch",  # Or "spectral".
    }
  )
  # pix2pix keeps dropout and batch statistics at test.
  c.train_mode_at_test = False
  # The mean of the masks that the segmenter finds in a picture and its mirror
  # image, a few pixels apart: nearer to the truth, twice the segmenter's work.
  c.mirrored_at_test = False
  # How far beyond the mask found the generator is shown nothing in use, in
  # shares of the picture's height.
  c.hidden_reach = 0.0

  c.optimizer = ml_collections.ConfigDict(
    {
      # "cosine" or "constant". The discriminator starts late in some configs,
      # when the others' rates are low: its own must not be.
      "schedule": ml_collections.ConfigDict(
        {
          "segmenter": "cosine",
          "generator": "cosine",
          "discriminator": "constant",
        }
      ),
      "warmup_steps": 100,
      "clip_norm": 1.0,  # 0 for none.
      "learning_rate": ml_collections.ConfigDict(
        {"segmenter": 1e-3, "generator": 4e-4, "discriminator": 2e-4}
      ),
      "b1": ml_collections.ConfigDict(
        {"segmenter": 0.9, "generator": 0.9, "discriminator": 0.5}
      ),
    }
  )
  c.ema_decay = 0.999  # 0 keeps no average.

  c.loss = ml_collections.ConfigDict(
    {
      "adversarial": "bce",  # Or "hinge".
      "adversarial_weight": 0.3,
      # The discriminator is switched on at this step.
      "adversarial_from_step": 0,
      # Of the discriminator's gradient penalty at real images.
      "r1_gamma": 0.0,
      "feature_matching_weight": 0.0,
      "reconstruction_weight": 100.0,
      "ssim_weight": 0.0,
      "perceptual_weight": 0.0,  # LPIPS, on pictures shrunk by the scale.
      "perceptual_scale": 1,
      "visible_weight": 0.05,
      "composite": True,
      # Patches of visible pixels teach nothing: count those of the face that
      # were hidden.
      "judge_hidden": False,
      # Of the mouth, where people look first.
      "mouth_weight": 1.0,
    }
  )
  c.shown_mask = ml_collections.ConfigDict(
    {
      "true_until_step": 1_000,
      "predicted_share": 0.4,
      "jittered_share": 0.2,
      # Of another face, whatever the generator would be shown otherwise.
      "borrowed_share": 0.0,
      # Of the faces under a borrowed mask, those mixed with another face.
      "mixed_share": 0.0,
      # How far beyond its mask the generator is shown nothing, drawn for each
      # example, in shares of the picture's height; () for the mask alone.
      "hidden_reach": (),
    }
  )
  c.augment = ml_collections.ConfigDict(
    {
      "flip": True,
      # Enlarged to 286 pixels of 256, then cropped at random (Isola et al.,
      # 2017, section 6.2).
      "scale": (286 / 256, 286 / 256),
      "shift": 15 / 256,
      "brightness": 0.05,
      "contrast": 0.1,
      "saturation": 0.1,
      # Beside the tenth that the dataset leaves bare.
      "bare_share": 0.1,
    }
  )
  return c.lock()
