"""Draws realistic face masks on faces with 468-point landmarks.

    masked = masks.draw(image, landmarks, rng, masks.MaskDistribution())

`masked.params` alone draws the same mask again: `masks.draw_params`.
"""

from maskgan_jax.masks.distractors.kinds import KINDS as DISTRACTORS
from maskgan_jax.masks.distractors.kinds import draw_distractor
from maskgan_jax.masks.distribution import (
  TRAINING,
  MaskDistribution,
  sample_params,
  textures_in,
)
from maskgan_jax.masks.masked_face import MaskedFace, draw, draw_params
from maskgan_jax.masks.params import MASK_TYPES, PATTERNS, WEARS, MaskParams

__all__ = [
  "DISTRACTORS",
  "MASK_TYPES",
  "PATTERNS",
  "WEARS",
  "MaskDistribution",
  "TRAINING",
  "MaskParams",
  "MaskedFace",
  "draw",
  "draw_distractor",
  "draw_params",
  "sample_params",
  "textures_in",
]
