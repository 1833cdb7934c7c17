"""Draws masks on face photos, learns to take them off, and takes them off.

import maskgan_jax

result = maskgan_jax.Unmasker().unmask(image)  # uint8 [H, W, 3]
masked = maskgan_jax.draw(image, landmarks, rng, maskgan_jax.MaskDistribution())
"""

import importlib

# Loaded when first asked for: drawing a mask needs no networks.
_HOMES = {
  "MaskDistribution": ("masks", "MaskDistribution"),
  "Unmasker": ("unmasking", "Unmasker"),
  "__version__": ("photos.provenance", "VERSION"),
  "draw": ("masks", "draw"),
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
  if name not in _HOMES:
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
  module, attribute = _HOMES[name]
  return getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
