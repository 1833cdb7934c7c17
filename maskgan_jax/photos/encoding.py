"""Encodes a picture as the photo that it was made from: kind, quality, EXIF."""

import io
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import ExifTags, Image, JpegImagePlugin, PngImagePlugin

from maskgan_jax.photos import provenance

# What a picture is encoded with that was of another kind before.
_OPTIONS = {
  "JPEG": {"quality": 95, "subsampling": 0},
  "PNG": {},
  "WEBP": {"quality": 95},
  "TIFF": {},
}
_LOSSLESS_TIFF = {"tiff_lzw", "tiff_adobe_deflate", "packbits", "lzma", "zstd"}
# What EXIF says of the scene. Other tags of a first directory lay out the
# file's own pixels: in another file they are wrong, in a TIFF fatal.
_DESCRIPTIVE_TAGS = {
  ExifTags.Base.ImageDescription,
  ExifTags.Base.Make,
  ExifTags.Base.Model,
  ExifTags.Base.XResolution,
  ExifTags.Base.YResolution,
  ExifTags.Base.ResolutionUnit,
  ExifTags.Base.Software,
  ExifTags.Base.DateTime,
  ExifTags.Base.Artist,
  ExifTags.Base.HostComputer,
  ExifTags.Base.Copyright,
  ExifTags.Base.Rating,
  ExifTags.Base.XPTitle,
  ExifTags.Base.XPComment,
  ExifTags.Base.XPAuthor,
  ExifTags.Base.XPKeywords,
  ExifTags.Base.XPSubject,
  ExifTags.IFD.Exif,
  ExifTags.IFD.GPSInfo,
}


def encode(
  pixels: np.ndarray,
  format: str,
  like: Image.Image,
  marked: bool = True,
  ingredients: Sequence[str] = (),
) -> bytes:
  """Encodes a picture with its source's metadata and quality.

  The EXIF data (orientation settled) and the ICC profile survive. A JPEG from a
  JPEG has its quantisation tables and its subsampling, a WebP or TIFF from one
  without loss has none either; grey stays grey.

  Args:
    pixels: uint8 [H, W, 3].
    format: JPEG, PNG, WEBP or TIFF.
    like: the source, just opened: not loaded yet.
    marked: say in XMP that networks made part of it.
    ingredients: see `provenance.xmp`.

  Raises:
    OSError: the format cannot hold the picture.
    ValueError: likewise.
  """
  options = dict(_OPTIONS[format])
  if (like.format, format) in _SAME_QUALITY:
    options |= _SAME_QUALITY[like.format, format](like)
  grey = like.mode == "L"
  exif, profile = _metadata(like)
  if marked:
    options |= _mark(format, exif, provenance.xmp(ingredients))
  picture = Image.fromarray(pixels)
  if grey:
    picture = picture.convert("L")
  buffer = io.BytesIO()
  picture.save(buffer, format=format, exif=exif, icc_profile=profile, **options)
  return buffer.getvalue()


def _mark(format: str, exif: Image.Exif, xmp: bytes) -> dict[str, Any]:
  """Options that store the XMP packet; in a TIFF it is a tag."""
  if format == "PNG":
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", xmp.decode())
    return {"pnginfo": text}
  if format == "TIFF":
    exif[ExifTags.Base.XMLPacket] = xmp
    return {}
  return {"xmp": xmp}


def _like_jpeg(like: JpegImagePlugin.JpegImageFile) -> dict[str, Any]:
  if like.mode not in ("RGB", "L"):
    return {}
  options = {
    # With tables, a quality would scale them.
    "quality": -1,
    "qtables": like.quantization,
    "progressive": bool(like.info.get("progressive")),
  }
  sampling = JpegImagePlugin.get_sampling(like)
  return options | ({"subsampling": sampling} if sampling >= 0 else {})


def _like_webp(like: Image.Image) -> dict[str, Any]:
  return {"lossless": True} if _is_lossless_webp(like.fp) else {}


def _is_lossless_webp(file: io.BufferedIOBase) -> bool:
  """Whether a WebP's first picture is a VP8L chunk (RFC 9649, section 2)."""
  file.seek(12)
  while len(head := file.read(8)) == 8:
    name, size = struct.unpack("<4sI", head)
    if name in (b"VP8 ", b"VP8L"):
      return name == b"VP8L"
    file.seek(size + size % 2, io.SEEK_CUR)
  return False


def _like_tiff(like: Image.Image) -> dict[str, Any]:
  compression = like.info.get("compression")
  return {"compression": compression} if compression in _LOSSLESS_TIFF else {}


# From which kind to which kind quality can be kept, and how.
_SAME_QUALITY = {
  ("JPEG", "JPEG"): _like_jpeg,
  ("MPO", "JPEG"): _like_jpeg,
  ("WEBP", "WEBP"): _like_webp,
  ("TIFF", "TIFF"): _like_tiff,
}


def _metadata(source: Image.Image) -> tuple[Image.Exif, bytes | None]:
  """Returns what stays true of a photo's EXIF data and colour profile."""
  exif = source.getexif()
  profile = source.info.get("icc_profile")
  for tag in set(exif) - _DESCRIPTIVE_TAGS:
    del exif[tag]
  for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
    exif.get_ifd(directory)  # Read now, while the file is open.
  # Other profiles (CMYK, grey) do not describe the converted pixels. Bytes 16
  # to 20 of a profile name its colour space (ICC.1:2022, 7.2.6).
  if profile and profile[16:20] != b"RGB ":
    profile = None
  return exif, profile
