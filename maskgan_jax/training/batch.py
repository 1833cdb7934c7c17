"""What a step is given."""

from typing import NamedTuple

import jax
import numpy as np

Array = jax.Array | np.ndarray


class Batch(NamedTuple):
  """Examples as they come from the input pipeline."""

  image: Array  # [B, H, W, 3], uint8
  masked_image: Array  # [B, H, W, 3], uint8
  mask: Array  # [B, H, W, 1], uint8 in {0, 1}
  valid: Array  # [B, H, W, 1], uint8 in {0, 1}
  landmarks: Array  # [B, 468, 3], float32 in pixels; NaN where not known
  distractor: Array  # [B], bool: a beard or the like is painted on the face
