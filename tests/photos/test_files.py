import errno
import functools
import os
import pathlib
import re
import struct
import sys
import types
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from maskgan_jax import photos
from maskgan_jax.common import files as common_files
from maskgan_jax.photos import files
from tests import pictures


def _gradient(height=40, width=60):
  y, x = np.mgrid[:height, :width]
  channels = [x * 4, y * 6, 255 - x * 4]
  return np.stack(channels, axis=2).astype(np.uint8)


@pytest.fixture
def save(tmp_path):
  def save_picture(picture: Image.Image, name: str, **options):
    picture.save(tmp_path / name, **options)
    return tmp_path / name

  return save_picture


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "webp"])
def test_rgb_is_exact(save, suffix):
  options = {"lossless": True} if suffix == "webp" else {}
  path = save(Image.fromarray(_gradient()), f"a.{suffix}", **options)
  np.testing.assert_array_equal(photos.read(path), _gradient())


def test_grey(save):
  grey = _gradient()[..., 0]
  read = photos.read(save(Image.fromarray(grey), "a.png"))
  np.testing.assert_array_equal(read, np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_grey_of_16_bits(save, suffix):
  grey = _gradient()[..., 0]
  path = save(Image.fromarray(grey.astype(np.uint16) * 257), f"a.{suffix}")
  np.testing.assert_array_equal(photos.read(path)[..., 1], grey)


def test_dark_grey_of_16_bits_stays_dark(save):
  # No value above 255: still 16 bits, not 8.
  grey = np.full((40, 60), 200, np.uint16)
  assert photos.read(save(Image.fromarray(grey), "a.png")).max() <= 1


def test_palette(save):
  picture = Image.fromarray(_gradient()).quantize(64)
  expected = np.asarray(picture.convert("RGB"))
  np.testing.assert_array_equal(photos.read(save(picture, "a.png")), expected)


def test_one_bit(save):
  picture = Image.fromarray(_gradient()[..., 0]).convert("1")
  assert set(np.unique(photos.read(save(picture, "a.png")))) == {0, 255}


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_become_white(save, mode):
  picture = Image.fromarray(_gradient()).convert(mode)
  alpha = np.full((40, 60), 255, np.uint8)
  alpha[:, :30] = 0
  picture.putalpha(Image.fromarray(alpha))
  read = photos.read(save(picture, "a.png"))
  assert read[:, :30].min() == 255
  opaque = np.asarray(picture.convert("RGB"))[:, 30:]
  np.testing.assert_array_equal(read[:, 30:], opaque)


def test_palette_with_a_transparent_colour(save):
  indices = np.zeros((40, 60), np.uint8)
  indices[:, 30:] = 1
  picture = Image.fromarray(indices, mode=None).convert("L").convert("P")
  picture.putpalette([9, 9, 9, 200, 10, 20] + [0] * 762)
  read = photos.read(save(picture, "a.png", transparency=0))
  assert read[0, 0].tolist() == [255, 255, 255]
  assert read[0, 40].tolist() == [200, 10, 20]


def test_cmyk(save):
  picture = Image.fromarray(_gradient()).convert("CMYK")
  read = photos.read(save(picture, "a.jpg", quality=95))
  assert np.abs(read.astype(int) - _gradient()).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(save, orientation):
  # The way back from each orientation, as the EXIF standard defines them.
  upright = _gradient()
  stored = {
    1: upright,
    2: upright[:, ::-1],
    3: upright[::-1, ::-1],
    4: upright[::-1],
    5: upright.transpose(1, 0, 2),
    6: np.rot90(upright, 1),
    7: upright[::-1, ::-1].transpose(1, 0, 2),
    8: np.rot90(upright, -1),
  }[orientation]
  exif = Image.Exif()
  exif[0x0112] = orientation
  picture = Image.fromarray(np.ascontiguousarray(stored))
  read = photos.read(save(picture, "a.png", exif=exif))
  np.testing.assert_array_equal(read, upright)


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png"])
def test_truncated(tmp_path, name):
  noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)
  format = "JPEG" if name.endswith("jpg") else "PNG"
  data = pictures.encode(noise, format)
  (tmp_path / name).write_bytes(data[: len(data) // 2])
  with pytest.raises(
    photos.PhotoError, match=f"{name}: not a readable picture .* Save it again"
  ):
    photos.read(tmp_path / name)


def _png(width, height):
  """A PNG that says it has this size, and holds no pixels."""

  def chunk(name, data):
    body = name + data
    return (
      struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    )

  size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
  return (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", size)
    + chunk(b"IDAT", zlib.compress(b""))
    + chunk(b"IEND", b"")
  )


def test_a_bomb_is_refused_unopened(tmp_path):
  (tmp_path / "a.png").write_bytes(_png(30_000, 30_000))
  with pytest.raises(photos.PhotoError, match="a.png: .* Reduce the photo"):
    photos.read(tmp_path / "a.png")


@pytest.mark.parametrize("size", [(0, 0), (0, 50)])
def test_pictures_without_pixels(tmp_path, size):
  (tmp_path / "a.png").write_bytes(_png(*size))
  with pytest.raises(photos.PhotoError, match="a.png: "):
    photos.read(tmp_path / "a.png")


def test_an_empty_file(tmp_path):
  (tmp_path / "a.jpg").touch()
  with pytest.raises(photos.PhotoError, match="a.jpg: the file is empty"):
    photos.read(tmp_path / "a.jpg")


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_films_are_refused(save, suffix):
  first, *others = (Image.fromarray(_gradient() // k) for k in (1, 2, 3))
  path = save(first, f"a.{suffix}", save_all=True, append_images=others)
  with pytest.raises(
    photos.PhotoError,
    match=f"a.{suffix}: an animated {suffix.upper()} of 3 frames. Save one",
  ):
    photos.read(path)
  still = save(first, f"b.{suffix}")
  assert photos.read(still).shape == (40, 60, 3)


def test_photos_with_a_second_picture_are_no_films(save):
  first, second = (Image.fromarray(_gradient() // k) for k in (1, 2))
  options = {"save_all": True, "append_images": [second]}
  for path in (
    save(first, "a.tif", **options),
    save(first, "a.jpg", format="MPO", **options),
  ):
    assert np.abs(photos.read(path).astype(int) - _gradient()).mean() < 5


@pytest.mark.parametrize("name", ["a.heic", "a.jpg"])
def test_heic_names_the_package_that_is_missing(tmp_path, name, monkeypatch):
  monkeypatch.setitem(sys.modules, "pillow_heif", None)
  files._register_heic.cache_clear()
  data = b"\0\0\0\x18ftypheic" + bytes(100)
  (tmp_path / name).write_bytes(data)
  message = f"{name}: HEIC pictures need .* pip install pillow-heif"
  with pytest.raises(photos.PhotoError, match=message):
    photos.read(tmp_path / name)
  with pytest.raises(photos.PhotoError, match="HEIC pictures need"):
    photos.decode(data, "upload")


def test_heic_is_opened_by_the_package_that_is_there(save, monkeypatch):
  calls = []
  package = types.SimpleNamespace(register_heif_opener=lambda: calls.append(1))
  monkeypatch.setitem(sys.modules, "pillow_heif", package)
  files._register_heic.cache_clear()
  for _ in range(2):
    photos.read(save(Image.fromarray(_gradient()), "a.png"))
  assert calls == [1]


@pytest.mark.parametrize("data", [b"not a picture", b"\xff\xd8\xff\xe0"])
def test_no_picture(tmp_path, data):
  (tmp_path / "a.jpg").write_bytes(data)
  with pytest.raises(photos.PhotoError, match="a.jpg: not a readable picture"):
    photos.read(tmp_path / "a.jpg")


def test_missing_file(tmp_path):
  with pytest.raises(photos.PhotoError, match="a.jpg: no such file"):
    photos.read(tmp_path / "a.jpg")


def test_one_pixel(save):
  path = save(Image.new("RGB", (1, 1)), "a.png")
  with pytest.raises(photos.PhotoError, match="1x1 pixels, smaller than 32"):
    photos.read(path)


def test_too_many_pixels(save, monkeypatch):
  path = save(Image.fromarray(_gradient()), "a.png")
  monkeypatch.setattr(files, "MAX_PIXELS", 2000)
  with pytest.raises(
    photos.PhotoError, match="a.png: 60x40 pixels, more than the 2,000"
  ):
    photos.read(path)
  # Pillow's own limit: it warns from here on, which is not to stop anyone,
  monkeypatch.setattr(files, "MAX_PIXELS", 5000)
  monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2000)
  assert photos.read(path).shape == (40, 60, 3)
  # and refuses from twice that on.
  monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
  with pytest.raises(photos.PhotoError, match="a.png: .* Reduce the photo"):
    photos.read(path)


def test_decode_is_read_from_bytes(save):
  path = save(Image.fromarray(_gradient()), "a.png")
  read = photos.decode(path.read_bytes(), "record 7")
  np.testing.assert_array_equal(read, _gradient())
  with pytest.raises(photos.PhotoError, match="record 7: not a readable"):
    photos.decode(b"no picture", "record 7")


def test_find(tmp_path):
  for name in ("b.jpg", "a/c.PNG", "a/x.txt", ".hidden.jpg", "d.tif"):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
  found = [p.relative_to(tmp_path).as_posix() for p in photos.find(tmp_path)]
  assert found == ["a/c.PNG", "b.jpg", "d.tif"]


def test_find_leaves_out_folders(tmp_path):
  (tmp_path / "odd.jpg").mkdir()
  (tmp_path / "odd.jpg" / "a.jpg").touch()
  assert photos.find(tmp_path) == [tmp_path / "odd.jpg" / "a.jpg"]


def test_find_refuses(tmp_path, monkeypatch):
  with pytest.raises(photos.PhotoError, match="no pictures"):
    photos.find(tmp_path)
  with pytest.raises(photos.PhotoError, match="nowhere: no such folder"):
    photos.find(tmp_path / "nowhere")
  (tmp_path / "a.jpg").touch()
  with pytest.raises(photos.PhotoError, match="a.jpg: no such folder"):
    photos.find(tmp_path / "a.jpg")
  # Not by its mode: root reads every folder.
  monkeypatch.setattr(os, "access", lambda *_: False)
  with pytest.raises(photos.PhotoError, match="not readable"):
    photos.find(tmp_path)


def _exif():
  exif = Image.Exif()
  exif[ExifTags.Base.Make] = "Maker"
  exif[ExifTags.Base.Orientation] = 6
  directory = exif.get_ifd(ExifTags.IFD.Exif)
  directory[ExifTags.Base.DateTimeOriginal] = "2020:01:02 03:04:05"
  exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
  return exif


@functools.cache  # A profile holds the second at which it was made.
def _profile():
  return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


OUTPUTS = ["out.jpg", "out.JPEG", "out.png", "out.webp", "out.tif", "out.tiff"]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("source", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_saved_pictures_keep_metadata_and_are_marked(
  save, tmp_path, source, output
):
  like = save(
    Image.fromarray(_gradient()), "a.jpg", exif=_exif(), icc_profile=_profile()
  )
  if source != "a.jpg":
    # Pillow writes all of these tags only where it has read them from a file.
    photos.save(tmp_path / source, _gradient(), like=like)
    like = tmp_path / source
  pixels = _gradient()[::-1]
  photos.save(tmp_path / "new" / output, pixels, like=like)
  assert [p.name for p in (tmp_path / "new").iterdir()] == [output]
  with Image.open(tmp_path / "new" / output) as picture:
    exif = picture.getexif()
    xmp = picture.info.get("xmp")
    assert picture.info["icc_profile"] == _profile()
    assert exif[ExifTags.Base.Make] == "Maker"
    assert ExifTags.Base.Orientation not in exif
    directory = exif.get_ifd(ExifTags.IFD.Exif)
    date = directory[ExifTags.Base.DateTimeOriginal]
    assert date == "2020:01:02 03:04:05"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    assert place[ExifTags.GPS.GPSLatitudeRef] == "N"
  assert ElementTree.fromstring(xmp)[0][0].attrib
  read = photos.read(tmp_path / "new" / output).astype(int)
  assert np.abs(read - pixels).mean() < 4
  if output.endswith(("png", "tif", "tiff")):
    np.testing.assert_array_equal(read, pixels)


@pytest.mark.parametrize("mode", ["CMYK", "L", "P", "RGBA"])
@pytest.mark.parametrize("compression", ["tiff_lzw", "raw"])
def test_layout_of_a_tiff_is_not_copied(save, tmp_path, mode, compression):
  picture = Image.fromarray(_gradient()).convert(mode)
  like = save(picture, "a.tif", compression=compression)
  for output in ("out.tif", "out.jpg"):
    photos.save(tmp_path / output, _gradient(), like=like)
    assert photos.read(tmp_path / output).shape == (40, 60, 3)
  with Image.open(tmp_path / "out.jpg") as saved:
    assert ExifTags.Base.StripOffsets not in saved.getexif()


def test_profiles_of_other_colours_are_left_out(save, tmp_path):
  # A CMYK profile, as far as its head tells.
  profile = bytearray(_profile())
  profile[16:20] = b"CMYK"
  picture = Image.fromarray(_gradient())
  like = save(picture.convert("CMYK"), "a.jpg", icc_profile=bytes(profile))
  photos.save(tmp_path / "out.jpg", _gradient(), like=like)
  with Image.open(tmp_path / "out.jpg") as saved:
    assert "icc_profile" not in saved.info
  # Transparency does not change what colours mean.
  like = save(picture.convert("RGBA"), "a.png", icc_profile=_profile())
  photos.save(tmp_path / "out.png", _gradient(), like=like)
  with Image.open(tmp_path / "out.png") as saved:
    assert saved.info["icc_profile"] == _profile()


def test_unknown_suffix(save, tmp_path):
  like = save(Image.fromarray(_gradient()), "a.png")
  message = (
    "out.gif: unknown kind of picture. End the name with one of .jpg, .jpeg,"
    " .png, .webp, .tif, .tiff."
  )
  with pytest.raises(photos.PhotoError, match=re.escape(message)):
    photos.save(tmp_path / "out.gif", _gradient(), like=like)
  assert photos.format_of("a/b.JPG") == "JPEG"


def test_a_failed_write_leaves_what_was_there(save, tmp_path):
  like = save(Image.fromarray(_gradient()), "a.png")
  output = tmp_path / "out.webp"
  output.write_text("old")
  too_wide = np.zeros((2, 20_000, 3), np.uint8)  # WebP ends at 16,383.
  with pytest.raises(
    photos.PhotoError, match="out.webp: cannot be encoded .* Give another"
  ):
    photos.save(output, too_wide, like=like)
  assert output.read_text() == "old"
  assert {p.name for p in tmp_path.iterdir()} == {"a.png", "out.webp"}


def test_a_folder_that_is_a_file(save):
  like = save(Image.fromarray(_gradient()), "a.png")
  with pytest.raises(
    common_files.WriteError, match="out.png: cannot be written"
  ):
    photos.save(like / "out.png", _gradient(), like=like)


def test_a_full_disk_leaves_what_was_there(save, tmp_path, monkeypatch):
  like = save(Image.fromarray(_gradient()), "a.png")
  output = tmp_path / "out.png"
  output.write_text("old")
  write_bytes = pathlib.Path.write_bytes

  def write_half(path, data):
    write_bytes(path, data[: len(data) // 2])
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

  monkeypatch.setattr(pathlib.Path, "write_bytes", write_half)
  with pytest.raises(
    common_files.WriteError, match="out.png: cannot be written .No space left"
  ):
    photos.save(output, _gradient(), like=like)
  assert output.read_text() == "old"
  assert {p.name for p in tmp_path.iterdir()} == {"a.png", "out.png"}


def test_the_mark_is_left_out_on_request(save, tmp_path):
  like = save(Image.fromarray(_gradient()), "a.png")
  photos.save(tmp_path / "out.png", _gradient(), like=like, marked=False)
  with Image.open(tmp_path / "out.png") as picture:
    assert "xmp" not in picture.info


@pytest.mark.parametrize(
  ("name", "expected"),
  [
    ("a.JPG", "a.JPG"),
    ("b/a.heic", "b/a.heic.jpg"),
    ("a.bmp", "a.bmp.png"),
    ("a.gif", "a.gif.png"),
  ],
)
def test_names_of_results(name, expected, tmp_path):
  path = photos.output_name(tmp_path / name)
  assert path == tmp_path / expected
  photos.format_of(path)
