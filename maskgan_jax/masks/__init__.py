"""Draws realistic face masks on faces with 468-point landmarks.

    masked = masks.draw(image, landmarks, rng, masks.MaskDistribution())

`masked.params` alone draws the same mask again: `masks.draw_params`.
"""

from maskgan_jax.masks.distractors import KINDS as DISTRACTORS
from maskgan_jax.masks.distractors import draw as draw_distractor
from maskgan_jax.masks.distribution import (
  TRAINING,
  MaskDistribution,
  textures_in,
)
from maskgan_jax.masks.drawing import MaskedFace, draw, draw_params
from maskgan_jax.masks.params import MASK_TYPES, PATTERNS, WEARS, MaskParams
from maskgan_jax.masks.sampling import rng_for, sample_params

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
  "rng_for",
  "sample_params",
  "textures_in",
]
