"""A scarf round the neck, below the chin."""

import dataclasses

import numpy as np

from maskgan_jax.masks import distribution, drawing, sampling

_AROUND_THE_NECK = distribution.MaskDistribution().only(["scarf"], ["chin"])


def draw(
  image: np.ndarray, landmarks: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
  """Folds of cloth round the neck, up to the chin.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    rng: draws cloth and height.
  """
  params = sampling.sample_params(rng, _AROUND_THE_NECK)
  params = dataclasses.replace(
    params,
    coverage=float(rng.uniform(-2.3, -1.7)),
    drop=params.drop + 0.3,
    opacity=1.0,
  )
  rgba = drawing.draw_overlay(image, landmarks, params).rgba
  return drawing.composite(image, rgba)
