import json
import re

import numpy as np
import pytest
from PIL import Image

from maskgan_jax import photos
from maskgan_jax.common import errors, files
from maskgan_jax.photos import badge, provenance
from maskgan_jax.unmasking import aligned_face, backends, outputs
from tests import pictures
from tests.fakes import unmasker

Options = outputs.Options


@pytest.fixture
def source(tmp_path):
  path = tmp_path / "photo.png"
  path.write_bytes(pictures.encode(unmasker.photo()))
  return path


@pytest.fixture
def bare(tmp_path):
  path = tmp_path / "bare.png"
  path.write_bytes(pictures.encode(unmasker.photo(bare=True)))
  return path


def _run(source, output, options=outputs.DEFAULTS, mask=None):
  return outputs.unmask_file(unmasker.Unmasker(), source, output, options, mask)


def test_one_file_and_nothing_else(source, tmp_path):
  output = tmp_path / "new" / "out.png"
  result = _run(source, output)
  np.testing.assert_array_equal(photos.read(output), result.image)
  assert [p.name for p in output.parent.iterdir()] == ["out.png"]
  with Image.open(output) as picture:
    assert provenance.DIGITAL_SOURCE_TYPE in str(picture.info["xmp"])


def test_everything_on_request(source, tmp_path):
  output = tmp_path / "out" / "a.png"
  options = Options(
    save_masks=True, side_by_side=True, sidecar=True, badge=True
  )
  result = _run(source, output, options)
  assert {p.name for p in output.parent.iterdir()} == {
    *("a.png", "a.png.mask.png", "a.png.side_by_side.png", "a.png.json"),
  }
  mask = photos.read(output.with_name("a.png.mask.png"))
  np.testing.assert_array_equal(mask[..., 0], result.mask)
  both = photos.read(output.with_name("a.png.side_by_side.png"))
  np.testing.assert_array_equal(both[:, :300], unmasker.photo())
  written = photos.read(output)
  np.testing.assert_array_equal(both[:, 300:], written)
  np.testing.assert_array_equal(written, badge.with_badge(result.image))
  for path in output.parent.glob("*.png"):
    with Image.open(path) as picture:
      assert provenance.SOFTWARE in str(picture.info["xmp"])
  facts = json.loads(output.with_name("a.png.json").read_text())
  [face] = facts["faces"]
  assert face.pop("mask_likelihood") > 0.9
  assert face.pop("reason") == result.faces[0].report.reason
  assert facts == {
    "software": provenance.SOFTWARE,
    "weights_sha256": "abc",
    "digital_source_type": provenance.DIGITAL_SOURCE_TYPE,
    "notice": provenance.NOTICE,
    "source": "photo.png",
    "faces": [
      {
        "box": [40.0, 20.0, 128.0, 128.0],
        "mask_share": 0.4922,
        "answer": "yes",
        "unmasked": True,
      }
    ],
  }


def test_several_completions(source, tmp_path):
  output = tmp_path / "out" / "a.png"
  result = _run(source, output, Options(num_samples=3, side_by_side=True))
  names = ["a.png", "a.png.2.png", "a.png.3.png"]
  assert {p.name for p in output.parent.iterdir()} == {
    *names,
    "a.png.side_by_side.png",
  }
  written = [photos.read(output.with_name(name)) for name in names]
  np.testing.assert_array_equal(written[0], result.image)
  assert [tuple(x[120, 100]) for x in written] == [
    unmasker.colour(sample) for sample in range(3)
  ]
  beside = photos.read(output.with_name("a.png.side_by_side.png"))
  np.testing.assert_array_equal(
    beside, np.concatenate([unmasker.photo(), *written], axis=1)
  )


def test_an_expression_and_others_like_it(source, tmp_path):
  output = tmp_path / "a.png"
  _run(source, output, Options(expression="smile", num_samples=2))
  for sample, name in enumerate(("a.png", "a.png.2.png")):
    pixel = photos.read(tmp_path / name)[120, 100]
    assert tuple(pixel) == unmasker.colour(sample, "smile")
  with pytest.raises(errors.UserError, match="photo.png: expression is 'grin'"):
    _run(source, tmp_path / "b.png", Options(expression="grin"))


def test_no_completion_overwrites_anything(source, tmp_path):
  kept = tmp_path / "a.png.3.png"
  kept.write_bytes(b"kept")
  with pytest.raises(errors.UserError, match="a.png.3.png exists"):
    _run(source, tmp_path / "a.png", Options(num_samples=3))
  assert kept.read_bytes() == b"kept" and not (tmp_path / "a.png").exists()
  original = source.rename(tmp_path / "b.png.2.png")
  with pytest.raises(errors.UserError, match="is the input itself"):
    _run(original, tmp_path / "b.png", Options(num_samples=2, overwrite=True))


def test_a_bare_face_is_looked_at_once(bare, tmp_path):
  fake = unmasker.Unmasker()
  options = Options(num_samples=4)
  outputs.unmask_file(fake, bare, tmp_path / "out.png", options)
  assert len(fake.looked) == len(fake.masks) == 1


def test_no_provenance(source, tmp_path):
  _run(source, tmp_path / "out.png", Options(provenance=False))
  with Image.open(tmp_path / "out.png") as picture:
    assert "xmp" not in picture.info


def test_a_bare_face_writes_nothing(bare, tmp_path):
  result = _run(bare, tmp_path / "out" / "a.png", Options(sidecar=True))
  assert not (tmp_path / "out").exists()
  assert re.fullmatch(
    r"no mask found \(a mask is \d\.\d% likely, on 0.4% of the face; it takes"
    r" \d\d\.\d%\), nothing to do. --force completes what looks like one.",
    outputs.nothing_to_do(result),
  )


def test_a_bare_face_is_completed_by_force(bare, tmp_path):
  options = Options(force=True, num_samples=2, sidecar=True)
  result = _run(bare, tmp_path / "out" / "a.png", options)
  written = photos.read(tmp_path / "out" / "a.png")
  assert tuple(written[22, 42]) == unmasker.COLOUR
  np.testing.assert_array_equal(written, result.image)
  other = photos.read(tmp_path / "out" / "a.png.2.png")
  assert tuple(other[22, 42]) == unmasker.colour(1)
  facts = json.loads((tmp_path / "out" / "a.png.json").read_text())
  assert facts["faces"][0]["answer"] == "unsure"
  assert facts["faces"][0]["unmasked"]
  assert re.fullmatch(
    r"unsure of the face at 40, 20: a mask is \d\.\d% likely, completed"
    " because it was asked for",
    outputs.unsure_of(result),
  )


def test_where_nothing_looks_like_a_mask_force_says_so(
  bare, tmp_path, monkeypatch
):
  def nothing(self, crops, given=None, landmarks=None):
    shape = (*crops.shape[:3], 1)
    return backends.Answer(crops, np.zeros(shape, np.float32))

  monkeypatch.setattr(unmasker.Networks, "__call__", nothing)
  result = _run(bare, tmp_path / "a.png", Options(force=True))
  assert not (tmp_path / "a.png").exists()
  shown = outputs.nothing_to_do(result)
  assert "likely: no pixel looks like one, on 0.0% of the face" in shown
  assert shown.endswith("nothing to do.")


def test_nothing_is_said_of_masks_that_are_sure(source, tmp_path):
  assert outputs.unsure_of(_run(source, tmp_path / "out.png")) == ""


def test_a_bare_face_is_copied_on_request(bare, tmp_path):
  _run(bare, tmp_path / "copy.png", Options(copy_bare=True))
  assert (tmp_path / "copy.png").read_bytes() == bare.read_bytes()
  _run(bare, tmp_path / "copy.tif", Options(copy_bare=True))
  np.testing.assert_array_equal(
    photos.read(tmp_path / "copy.tif"), unmasker.photo(bare=True)
  )


def test_a_folder_takes_the_photos_name(source, tmp_path):
  (tmp_path / "out").mkdir()
  _run(source, tmp_path / "out")
  assert (tmp_path / "out" / "photo.png").exists()


def test_the_input_is_never_overwritten(source, tmp_path):
  before = source.read_bytes()
  (tmp_path / "link.png").symlink_to(source)
  for output in (source, tmp_path / "x" / ".." / "photo.png", tmp_path):
    with pytest.raises(errors.UserError, match="is the input itself"):
      _run(source, output, Options(overwrite=True))
  with pytest.raises(errors.UserError, match="link.png is the input itself"):
    _run(source, tmp_path / "link.png", Options(overwrite=True))
  assert source.read_bytes() == before


def test_an_existing_output_is_kept_or_replaced(source, tmp_path):
  output = tmp_path / "out.png"
  output.write_text("precious")
  with pytest.raises(
    errors.UserError,
    match="out.png exists. Give another --output, or --overwrite",
  ):
    _run(source, output)
  assert output.read_text() == "precious"
  _run(source, output, Options(overwrite=True))
  assert photos.read(output).shape == (200, 300, 3)


def test_errors_name_the_file_at_fault(source, tmp_path):
  grey = tmp_path / "grey.png"
  grey.write_bytes(pictures.encode(unmasker.faceless()))
  with pytest.raises(errors.UserError, match="grey.png: No face found"):
    _run(grey, tmp_path / "out.png")
  with pytest.raises(errors.UserError, match="none.jpg: no such file"):
    _run(tmp_path / "none.jpg", tmp_path / "out.png")
  with pytest.raises(errors.UserError, match="out.gif: unknown kind"):
    _run(source, tmp_path / "out.gif")
  with pytest.raises(errors.UserError, match="none.png: no such file"):
    _run(source, tmp_path / "out.png", mask=tmp_path / "none.png")
  with pytest.raises(files.WriteError, match="out.png: cannot be written"):
    _run(source, grey / "out.png")
  assert not (tmp_path / "out.png").exists()


def test_a_mask_picture_is_read_as_white_or_not(source, tmp_path):
  white = np.zeros((200, 300), np.uint8)
  white[50:90], white[90:110, 60:120] = 100, 200
  path = tmp_path / "mask.png"
  path.write_bytes(pictures.encode(white))
  fake = unmasker.Unmasker()
  outputs.unmask_file(
    fake, source, tmp_path / "a.png", Options(faces="largest"), path
  )
  assert fake.looked == ["largest"]
  [mask] = fake.masks
  np.testing.assert_array_equal(mask, white > 127)


def test_several_completions_look_for_faces_once(source, tmp_path, monkeypatch):
  aligned, align = [], aligned_face.align

  def counted(*arguments, **options):
    aligned.append(1)
    return align(*arguments, **options)

  monkeypatch.setattr(aligned_face, "align", counted)
  fake = unmasker.Unmasker()
  outputs.unmask_file(fake, source, tmp_path / "a.png", Options(num_samples=3))
  assert len(fake.looked) == len(aligned) == 1
  assert len(fake.masks) == 3
