import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from maskgan_jax.photos import encoding, provenance

_NAMES = {
  "type": "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType",
  "tool": "{http://ns.adobe.com/xap/1.0/}CreatorTool",
}


def _photo():
  y, x = np.mgrid[:96, :128]
  waves = 127 + 60 * np.sin(x / 7) + 60 * np.cos(y / 9)
  return np.stack([waves, waves[::-1], 255 - waves], axis=2).astype(np.uint8)


def _opened(format, mode="RGB", **options) -> Image.Image:
  buffer = io.BytesIO()
  Image.fromarray(_photo()).convert(mode).save(buffer, format, **options)
  buffer.seek(0)
  return Image.open(buffer)


def _again(format, like, pixels=None, marked=True) -> Image.Image:
  pixels = _photo() if pixels is None else pixels
  return Image.open(io.BytesIO(encoding.encode(pixels, format, like, marked)))


@pytest.mark.parametrize("quality", [30, 75, 97])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpegs_keep_tables_and_subsampling(quality, subsampling, progressive):
  def like():
    return _opened(
      "JPEG",
      quality=quality,
      subsampling=subsampling,
      progressive=progressive,
    )

  pixels = np.asarray(like())
  result = _again("JPEG", like(), pixels)
  assert result.quantization == like().quantization
  assert JpegImagePlugin.get_sampling(result) == subsampling
  assert bool(result.info.get("progressive")) is progressive
  # With its own tables, a JPEG hardly changes when it is encoded again.
  difference = np.abs(np.asarray(result).astype(int) - pixels)
  assert difference.mean() < 0.6


def test_other_kinds_become_fine_jpegs():
  result = _again("JPEG", _opened("PNG"))
  assert JpegImagePlugin.get_sampling(result) == 0
  assert np.abs(np.asarray(result).astype(int) - _photo()).mean() < 2
  # CMYK has tables of its own kind.
  result = _again("JPEG", _opened("JPEG", "CMYK", quality=10))
  assert np.abs(np.asarray(result).astype(int) - _photo()).mean() < 2


@pytest.mark.parametrize("profile", [None, b"x" * 40])
def test_webps_without_loss_stay_so(profile):
  exact = _again(
    "WEBP", _opened("WEBP", lossless=True, icc_profile=profile or b"")
  )
  np.testing.assert_array_equal(np.asarray(exact), _photo())
  lossy = _again("WEBP", _opened("WEBP", quality=80))
  assert (np.asarray(lossy) != _photo()).any()


def test_tiffs_keep_their_compression():
  result = _again("TIFF", _opened("TIFF", compression="tiff_lzw"))
  assert result.info["compression"] == "tiff_lzw"
  np.testing.assert_array_equal(np.asarray(result), _photo())
  result = _again("TIFF", _opened("TIFF", compression="jpeg"))
  assert result.info["compression"] == "raw"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_grey_stays_grey(format):
  grey = np.repeat(_photo()[..., :1], 3, axis=2)
  result = _again(format, _opened("PNG", "L"), grey)
  assert result.mode == "L" or format == "WEBP"
  shown = np.asarray(result.convert("RGB")).astype(int)
  assert np.abs(shown - grey).mean() < 2


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_mark_is_read_by_others(format):
  xmp = _again(format, _opened("PNG")).info["xmp"]
  [description] = ElementTree.fromstring(xmp)[0]
  assert description.attrib[_NAMES["type"]] == (
    "http://cv.iptc.org/newscodes/digitalsourcetype/"
    "compositeWithTrainedAlgorithmicMedia"
  )
  tool = description.attrib[_NAMES["tool"]]
  assert tool == f"maskgan_jax {provenance.VERSION}"
  assert "xmp" not in _again(format, _opened("PNG"), marked=False).info
