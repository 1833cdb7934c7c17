"""Takes masks off a photo, a folder, a film.

result = unmasking.Unmasker().unmask(image)   # image: uint8 [H, W, 3]
result.image, result.mask, result.faces
"""

import importlib

# Loaded when first asked for: what is in this room needs OpenCV.
_HOMES = {
  "FACES": "unmasker",
  "AlignedFace": "aligned_face",
  "CompletedFace": "completed_face",
  "UnmaskResult": "completed_face",
  "Unmasker": "unmasker",
  "lay_back": "completed_face",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
  if name not in _HOMES:
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
  return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
