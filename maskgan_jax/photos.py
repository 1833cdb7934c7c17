"""Picture files in and out: every photo becomes 8-bit RGB, or a clear error."""

import io
import os
import pathlib
import warnings

import numpy as np
from PIL import ExifTags, Image, ImageOps, PngImagePlugin

from maskgan_jax import errors

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
# A decoded photo of this size takes 600 MB as RGB; larger ones are refused
# before their pixels are decoded.
MAX_PIXELS = 200_000_000
MIN_SIDE = 32
_XMP = (
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
  ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
  ' rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
  ' Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/'
  'digitalsourcetype/compositeWithTrainedAlgorithmicMedia"/></rdf:RDF>'
  "</x:xmpmeta>"
)


_FORMATS = {
  ".jpg": "JPEG",
  ".jpeg": "JPEG",
  ".png": "PNG",
  ".webp": "WEBP",
  ".tif": "TIFF",
  ".tiff": "TIFF",
}
_OPTIONS = {
  "JPEG": {"quality": 95, "subsampling": 0},
  "PNG": {},
  "WEBP": {"quality": 95},
  "TIFF": {},
}
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


class PhotoError(errors.UserError):
  """A picture file that cannot be used; the message says why."""


def to_rgb(picture: Image.Image) -> np.ndarray:
  """Returns any Pillow picture as uint8 [H, W, 3] RGB.

  16-bit samples are scaled to 8 bits, transparent pixels are laid over white,
  CMYK, grey and palette pictures are converted.
  """
  if picture.mode.startswith("I") or picture.mode == "F":
    values = np.asarray(picture, np.float64)
    # Pillow opens 16-bit grey as I;16, in some formats as I.
    wide = picture.mode.startswith("I;16") or values.max(initial=0) > 255
    scale = 257.0 if wide else 1.0
    grey = np.clip(np.round(values / scale), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
  if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA"):
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    picture = Image.alpha_composite(white, rgba)
  return np.asarray(picture.convert("RGB"))


def read(path: str | os.PathLike) -> np.ndarray:
  """Reads a photo upright (EXIF orientation applied).

  Returns:
    uint8 [H, W, 3], RGB.

  Raises:
    PhotoError: the file is missing, no picture, truncated or of a size that
      cannot be used.
  """
  path = pathlib.Path(path)
  if not path.is_file():
    raise PhotoError(f"{path}: no such file. Give the path of a photo.")
  return _decode(path, str(path))


def decode(data: bytes, name: str) -> np.ndarray:
  """Reads a photo from an encoded file's bytes, as `read` does.

  Args:
    data: the file's content.
    name: what errors call it.
  """
  return _decode(io.BytesIO(data), name)


def _decode(file: pathlib.Path | io.BytesIO, name: str) -> np.ndarray:
  try:
    with _open(file) as picture:
      _check_size(name, picture.size)
      picture.load()
      return to_rgb(ImageOps.exif_transpose(picture))
  except PhotoError:
    raise
  except Image.DecompressionBombError as error:
    raise PhotoError(f"{name}: {error}. Reduce the photo first.") from error
  except Exception as error:  # Pillow's decoders raise many kinds.
    raise PhotoError(
      f"{name}: not a readable picture ({error}). Save it again as JPEG or"
      " PNG, or remove it."
    ) from error


def _open(file: str | os.PathLike | io.BytesIO) -> Image.Image:
  with warnings.catch_warnings():
    # The size is limited by `_check_size`; Pillow's own limit only warns.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    return Image.open(file)


def _check_size(name: str, size: tuple[int, int]) -> None:
  width, height = size
  if width * height > MAX_PIXELS:
    raise PhotoError(
      f"{name}: {width}x{height} pixels, more than the {MAX_PIXELS:,} that"
      " are decoded. Reduce the photo first."
    )
  if min(size) < MIN_SIDE:
    raise PhotoError(
      f"{name}: {width}x{height} pixels, smaller than {MIN_SIDE} on a side."
      " Use a larger photo."
    )


def find(folder: str | os.PathLike) -> list[pathlib.Path]:
  """Lists the picture files under a folder, nested ones too, sorted.

  Raises:
    PhotoError: the folder is missing, unreadable or holds no picture.
  """
  folder = pathlib.Path(folder)
  if not folder.is_dir():
    raise PhotoError(f"{folder}: no such folder. Give a folder of photos.")
  if not os.access(folder, os.R_OK | os.X_OK):
    raise PhotoError(f"{folder}: not readable. Check its permissions.")
  found = sorted(
    p
    for p in folder.rglob("*")
    if p.suffix.lower() in SUFFIXES
    and not p.name.startswith(".")
    and p.is_file()
  )
  if not found:
    raise PhotoError(
      f"{folder}: no pictures ({', '.join(SUFFIXES)}) in it. Give a folder of"
      " photos."
    )
  return found


def format_of(path: str | os.PathLike) -> str:
  """Returns what `save` makes of a path by its suffix, in Pillow's words.

  Raises:
    PhotoError: the suffix is none of those.
  """
  suffix = pathlib.Path(path).suffix.lower()
  if suffix not in _FORMATS:
    raise PhotoError(
      f"{path}: unknown kind of picture. End the name with one of"
      f" {', '.join(_FORMATS)}."
    )
  return _FORMATS[suffix]


def save(
  path: str | os.PathLike,
  pixels: np.ndarray,
  like: str | os.PathLike,
) -> None:
  """Writes a generated picture, marked as such, with its source's metadata.

  The EXIF data (orientation settled) and the ICC profile of `like` survive;
  XMP says that the picture is a composite with trained media (IPTC's
  DigitalSourceType).

  Args:
    path: of the output; its suffix says JPEG, PNG, WebP or TIFF.
    pixels: uint8 [H, W, 3].
    like: the photo that it was made from.

  Raises:
    PhotoError: the suffix is none of these, or the file cannot be written.
  """
  path = pathlib.Path(path)
  format = format_of(path)
  exif, profile = _metadata(like)
  options = dict(_OPTIONS[format])
  if format == "PNG":
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", _XMP)
    options["pnginfo"] = text
  elif format == "TIFF":
    exif[ExifTags.Base.XMLPacket] = _XMP.encode()
  else:
    options["xmp"] = _XMP.encode()
  partial = path.with_name(path.name + ".partial")
  try:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
      Image.fromarray(pixels).save(
        partial, format=format, exif=exif, icc_profile=profile, **options
      )
      partial.replace(path)
    finally:
      partial.unlink(missing_ok=True)
  except (OSError, ValueError) as error:
    raise PhotoError(
      f"{path}: cannot be written ({error}). Give another folder or kind of"
      " picture."
    ) from error


def _metadata(
  path: str | os.PathLike,
) -> tuple[Image.Exif, bytes | None]:
  """Returns what stays true of a photo's EXIF data and colour profile."""
  with _open(path) as source:
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
