import csv
import dataclasses
import json
import pathlib

import matplotlib
import numpy as np
import pytest
from PIL import Image

from maskgan_jax import masks, photos
from maskgan_jax.common import errors
from maskgan_jax.masks import mask_folder, mask_photo
from tests import command_line, pictures

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)
OPTIONS = mask_folder.Options(masks.MaskDistribution().only(["surgical"]))


@pytest.fixture
def folder(tmp_path):
  """A face in three kinds of file, a grey picture and what is no picture."""
  root = tmp_path / "in"
  (root / "nested").mkdir(parents=True)
  pixels = photos.read(HOPPER)[:400]
  for name, kind in (("a.png", "PNG"), ("b.bmp", "BMP"), ("c.jpg", "JPEG")):
    (root / "nested" / name).write_bytes(pictures.encode(pixels, kind))
  grey = np.full((200, 200, 3), 99, np.uint8)
  (root / "grey.png").write_bytes(pictures.encode(grey))
  (root / "text.jpg").write_text("not a picture")
  return root


def _skipped(output):
  with (output / "skipped.csv").open(newline="") as file:
    return {row["file"]: row["reason"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("num_processes", [1, 2])
def test_a_folder(folder, tmp_path, num_processes, capsys):
  output = tmp_path / "out"
  options = dataclasses.replace(OPTIONS, save_masks=True, contact_sheet=True)
  report = mask_folder.mask_files(folder, output, options, num_processes)
  assert report.startswith(f"{output}: 3 masks on 3 photos. 2 skipped")
  assert "5/5" in capsys.readouterr().err
  skipped = _skipped(output)
  assert skipped["grey.png"] == "no face found"
  assert skipped["text.jpg"].startswith("not a readable picture")
  assert set(skipped) == {"grey.png", "text.jpg"}
  names = {"a.png": "a.png", "b.bmp": "b.bmp.png", "c.jpg": "c.jpg"}
  for name, written in names.items():
    target = output / "nested" / written
    photo = photos.read(folder / "nested" / name)
    masked = photos.read(target)
    record = json.loads(target.with_name(f"{written}.json").read_text())
    assert record["photo"] == f"nested/{name}"
    again = mask_photo.redraw(photo, record)
    if name != "c.jpg":
      np.testing.assert_array_equal(masked, again.image)
    mask = np.asarray(Image.open(f"{target}.mask.png"))
    np.testing.assert_array_equal(mask, again.mask * 255)
    alpha = np.asarray(Image.open(f"{target}.alpha.png"))
    np.testing.assert_array_equal(alpha, again.alpha)
  with Image.open(output / "contact_sheet.png") as sheet:
    assert sheet.size == (3 * 256, 256 + 40)
  assert not list(output.rglob("*.partial"))


def test_nothing_is_replaced_unless_told(folder, tmp_path):
  output = tmp_path / "out"
  mask_folder.mask_files(folder, output, OPTIONS)
  target = output / "nested" / "a.png"
  target.write_bytes(b"mine")
  report = mask_folder.mask_files(folder, output, OPTIONS)
  assert target.read_bytes() == b"mine"
  assert "0 masks on 0 photos. 5 skipped" in report
  assert "exists already (--overwrite" in _skipped(output)["nested/a.png"]
  options = dataclasses.replace(OPTIONS, overwrite=True)
  assert "3 masks" in mask_folder.mask_files(folder, output, options)
  assert photos.read(target).shape == (400, 512, 3)


def test_a_contact_sheet_is_not_replaced_either(folder, tmp_path):
  sheet = tmp_path / "contact_sheet.png"
  sheet.write_bytes(b"mine")
  options = dataclasses.replace(OPTIONS, contact_sheet=True)
  with pytest.raises(errors.UserError, match="sheet.png exists. Add --overw"):
    mask_folder.mask_files(folder, tmp_path, options)
  assert sheet.read_bytes() == b"mine"


def test_results_inside_the_folder_are_not_masked_again(folder):
  output = folder / "out"
  mask_folder.mask_files(folder, output, OPTIONS)
  options = dataclasses.replace(OPTIONS, overwrite=True)
  report = mask_folder.mask_files(folder, output, options)
  assert "3 masks on 3 photos. 2 skipped" in report


def test_one_photo_without_a_face(folder, tmp_path):
  with pytest.raises(errors.UserError, match="grey.png: no face found"):
    mask_folder.mask_files(folder / "grey.png", tmp_path / "out", OPTIONS)


def test_kinds_that_cannot_be_written(tmp_path):
  pixels = photos.read(HOPPER)[:400]
  (tmp_path / "a.gif").write_bytes(pictures.encode(pixels, "GIF"))
  report = mask_folder.mask_files(tmp_path / "a.gif", tmp_path / "out", OPTIONS)
  assert "1 masks on 1 photos" in report
  assert photos.read(tmp_path / "out" / "a.gif.png").shape == pixels.shape


def test_a_photo_that_makes_drawing_fail_is_reported(
  folder, tmp_path, monkeypatch
):
  draw = mask_photo.mask_photo

  def fail(image, name, *rest):
    if name == "nested/a.png":
      raise FloatingPointError("of all things")
    return draw(image, name, *rest)

  monkeypatch.setattr(mask_photo, "mask_photo", fail)
  report = mask_folder.mask_files(folder, tmp_path / "out", OPTIONS)
  assert "2 masks on 2 photos. 3 skipped" in report
  reason = _skipped(tmp_path / "out")["nested/a.png"]
  assert reason == "FloatingPointError: of all things"


def test_a_missing_photo(tmp_path):
  with pytest.raises(errors.UserError, match="a.jpg: no such file"):
    mask_folder.mask_files(tmp_path / "a.jpg", tmp_path / "out", OPTIONS)


def test_the_photos_own_folder(folder):
  with pytest.raises(errors.UserError, match="holds the photos themselves"):
    mask_folder.mask_files(folder / "grey.png", folder, OPTIONS)


def test_an_output_that_cannot_be_written(folder, tmp_path):
  (tmp_path / "out").write_text("a file")
  with pytest.raises(errors.UserError, match="cannot be written"):
    mask_folder.mask_files(folder, tmp_path / "out", OPTIONS)


def test_the_script(folder, tmp_path):
  textures = tmp_path / "textures"
  textures.mkdir()
  noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
  (textures / "noise.png").write_bytes(pictures.encode(noise))
  output = tmp_path / "out"
  shown = command_line.succeed(
    "mask_faces",
    f"--input={folder / 'nested' / 'a.png'}",
    f"--output={output}",
    "--kinds=cloth,scarf",
    "--wear=correct,low",
    "--seed=5",
    f"--textures_dir={textures}",
    "--textures_share=1",
  )
  assert "1 masks on 1 photos" in shown
  record = json.loads((output / "a.png.json").read_text())
  params = record["faces"][0]["params"]
  assert record["seed"] == 5
  assert params["mask_type"] in ("cloth", "scarf")
  assert params["wear"] in ("correct", "low")
  assert params["texture"] == str(textures / "noise.png")


@pytest.mark.parametrize(
  ("argument", "message"),
  [
    ("--kinds=sock", "kinds is 'sock', expected one of surgical, kn95"),
    ("--wear=hat", "wears is 'hat', expected one of correct, low"),
    ("--textures_dir=/nowhere", "/nowhere: no such folder"),
    ("--textures_share=2", "textured is 2.0; it must be from 0 to 1."),
  ],
)
def test_what_the_script_refuses(folder, tmp_path, argument, message):
  shown = command_line.fail(
    "mask_faces", f"--input={folder}", f"--output={tmp_path / 'o'}", argument
  )
  assert message in shown
