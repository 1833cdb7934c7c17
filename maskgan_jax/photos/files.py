"""Picture files in and out: every photo becomes 8-bit RGB, or a clear error."""

import functools
import io
import os
import pathlib
import warnings
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from maskgan_jax.common import errors
from maskgan_jax.common import files as common_files
from maskgan_jax.photos import encoding

HEIC_SUFFIXES = (".heic", ".heif")
SUFFIXES = (
  *(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"),
  *HEIC_SUFFIXES,
)
# A decoded photo of this size takes 600 MB as RGB; larger ones are refused
# before their pixels are decoded.
MAX_PIXELS = 200_000_000
MIN_SIDE = 32
# Kinds of files whose frames are a film; in others they are thumbnails or
# pages, of which the first one is the photo.
_FILMS = ("GIF", "WEBP", "PNG", "AVIF")
_FORMATS = {
  ".jpg": "JPEG",
  ".jpeg": "JPEG",
  ".png": "PNG",
  ".webp": "WEBP",
  ".tif": "TIFF",
  ".tiff": "TIFF",
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
  if picture.mode != "RGB":
    picture = picture.convert("RGB")
  return np.asarray(picture)


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
  if not path.stat().st_size:
    raise PhotoError(f"{path}: the file is empty. Remove it, or copy it again.")
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
      _check_still(name, picture)
      picture.load()
      ImageOps.exif_transpose(picture, in_place=True)
      return to_rgb(picture)
  except PhotoError:
    raise
  except Image.DecompressionBombError as error:
    raise PhotoError(f"{name}: {error}. Reduce the photo first.") from error
  except UnidentifiedImageError as error:
    if _is_heic(file):
      raise PhotoError(
        f"{name}: HEIC pictures need a package more. Run: pip install"
        " pillow-heif"
      ) from error
    raise PhotoError(
      f"{name}: not a readable picture. Save it again as JPEG or PNG, or"
      " remove it."
    ) from error
  except Exception as error:  # Pillow's decoders raise many kinds.
    raise PhotoError(
      f"{name}: not a readable picture ({error}). Save it again as JPEG or"
      " PNG, or remove it."
    ) from error


def _open(file: str | os.PathLike | io.BytesIO) -> Image.Image:
  _register_heic()
  with warnings.catch_warnings():
    # The size is limited by `_check_size`; Pillow's own limit only warns.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    return Image.open(file)


@functools.cache
def _register_heic() -> None:
  """Lets Pillow open HEIC where the package for it is installed."""
  try:
    import pillow_heif
  except ImportError:
    return
  pillow_heif.register_heif_opener()


def _is_heic(file: pathlib.Path | io.BytesIO) -> bool:
  """Whether a file begins as HEIC does (ISO 23008-12, annex B.4)."""
  if isinstance(file, io.BytesIO):
    head = file.getvalue()[:12]
  else:
    with file.open("rb") as opened:
      head = opened.read(12)
  return head[4:8] == b"ftyp" and head[8:10] in (b"he", b"mi", b"ms")


def _check_still(name: str, picture: Image.Image) -> None:
  if picture.format in _FILMS and getattr(picture, "is_animated", False):
    raise PhotoError(
      f"{name}: an animated {picture.format} of {picture.n_frames} frames."
      " Save one of them as a picture of its own."
    )


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


def output_name(name: str | os.PathLike) -> pathlib.PurePath:
  """Returns what a picture made of a photo is called: as it, if it can be.

  A kind that is read but not written gets a suffix more: a.heic becomes
  a.heic.jpg, a.bmp becomes a.bmp.png.
  """
  name = pathlib.PurePath(name)
  if name.suffix.lower() in _FORMATS:
    return name
  lossy = name.suffix.lower() in HEIC_SUFFIXES
  return name.with_name(name.name + (".jpg" if lossy else ".png"))


def save(
  path: str | os.PathLike,
  pixels: np.ndarray,
  like: str | os.PathLike,
  marked: bool = True,
  ingredients: Sequence[str] = (),
) -> None:
  """Writes a generated picture, marked as such, with its source's metadata.

  EXIF data, ICC profile and quality are kept as `encoding.encode` says; XMP
  says that the picture is a composite with trained media (IPTC's
  DigitalSourceType) and names this program. Nothing half-written is left.

  Args:
    path: of the output; its suffix says JPEG, PNG, WebP or TIFF.
    pixels: uint8 [H, W, 3].
    like: the photo that it was made from.
    marked: False leaves the XMP out.
    ingredients: SHA-256 of the files of other photos that parts come from, for
      the XMP.

  Raises:
    PhotoError: the suffix is none of these, or cannot hold the picture.
    common.files.WriteError: the file cannot be written.
  """
  content = encode(
    pixels, like=like, name=path, marked=marked, ingredients=ingredients
  )
  common_files.write(path, content)


def encode(
  pixels: np.ndarray,
  *,
  like: str | os.PathLike | io.BytesIO,
  name: str | os.PathLike,
  marked: bool = True,
  ingredients: Sequence[str] = (),
) -> bytes:
  """Returns the file that `save` writes.

  Args:
    pixels: uint8 [H, W, 3].
    like: the photo that it was made from.
    name: of the output; its suffix says JPEG, PNG, WebP or TIFF.
    marked: False leaves the XMP out.
    ingredients: see `save`.

  Raises:
    PhotoError: the suffix is none of these, or cannot hold the picture.
  """
  format = format_of(name)
  try:
    with _open(like) as source:
      return encoding.encode(pixels, format, source, marked, ingredients)
  except (OSError, ValueError) as error:
    raise PhotoError(
      f"{name}: cannot be encoded ({error}). Give another kind of picture."
    ) from error
