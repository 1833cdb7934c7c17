"""Photo and film files in and out, with what they say of themselves.

pixels = photos.read("photo.jpg")              # uint8 [H, W, 3]
photos.save("result.jpg", pixels, like="photo.jpg")
"""

from maskgan_jax.photos.files import (
  HEIC_SUFFIXES,
  MAX_PIXELS,
  MIN_SIDE,
  SUFFIXES,
  PhotoError,
  decode,
  encode,
  find,
  format_of,
  output_name,
  read,
  save,
  to_rgb,
)

__all__ = [
  "HEIC_SUFFIXES",
  "MAX_PIXELS",
  "MIN_SIDE",
  "SUFFIXES",
  "PhotoError",
  "decode",
  "encode",
  "find",
  "format_of",
  "output_name",
  "read",
  "save",
  "to_rgb",
]
