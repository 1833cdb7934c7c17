import hashlib

import cv2
import numpy as np
import pytest
from PIL import Image

from maskgan_jax import photos
from maskgan_jax.common import errors
from maskgan_jax.unmasking import outputs
from maskgan_jax.unmasking.references import album, reference
from tests.unmasking import test_unmask_film
from tests.unmasking.references import people

# No mask, one on the lower half.
bare = test_unmask_film.unmasker(probability=0.0)
masked = test_unmask_film.unmasker()


@pytest.fixture
def folder(tmp_path):
  folder = tmp_path / "album"
  folder.mkdir()
  image, _ = people.hopper()
  Image.fromarray(image).save(folder / "mum.png")
  (folder / "broken.jpg").write_bytes(b"no photo")
  Image.new("RGB", (300, 300)).save(folder / "wall.png")
  return folder


def test_what_a_folder_has_of_use(folder):
  found = album.read(bare, [folder])
  [one] = found.references
  path = folder / "mum.png"
  assert one.name == str(path)
  assert one.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
  assert one.visible.min() == 255
  assert len(one.image) <= len(people.hopper()[0])
  noted = " ".join(found.notes)
  assert "broken.jpg" in noted and "wall.png: no face found" in noted


def test_a_small_face_is_said_to_be_one(folder):
  image = cv2.resize(people.hopper()[0], None, fx=0.3, fy=0.3)
  [_], [note] = album.of_photo(bare, image, "small.jpg")
  assert note.startswith("small.jpg: a face of ")
  assert "shape alone" in note


def test_a_photo_that_is_named_has_to_be_of_use(folder):
  with pytest.raises(photos.PhotoError, match="broken.jpg"):
    album.read(bare, [folder / "broken.jpg"])
  with pytest.raises(errors.UserError, match="wall.png: no face found"):
    album.read(bare, [folder / "wall.png"])
  with pytest.raises(errors.UserError, match="missing"):
    album.read(bare, [folder / "missing.png"])
  with pytest.raises(errors.UserError, match="mum.png: a mask hides what"):
    album.read(masked, [folder / "mum.png"])
  (folder / "mum.png").unlink()
  with pytest.raises(errors.UserError, match="no photo of it.*wall.png"):
    album.read(bare, [folder])


def test_of_several_faces_none_can_be_meant(folder):
  image = photos.read(folder / "mum.png")
  twice = np.concatenate([image, image], axis=1)
  Image.fromarray(twice).save(folder / "twins.png")
  assert len(album.read(bare, [folder / "twins.png"]).references) == 2
  with pytest.raises(errors.UserError, match="twins.png: shows 2 faces"):
    album.read(bare, given={1: folder / "twins.png"})


def test_a_result_by_a_reference_says_so(folder, tmp_path):
  source, target = folder / "mum.png", tmp_path / "out.png"
  plain = outputs.unmask_file(masked, source, tmp_path / "plain.png")
  assert plain.ingredients == {}
  given = album.read(bare, given={1: source})
  options = outputs.Options(references=given, sidecar=True)
  result = outputs.unmask_file(masked, source, target, options)
  sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
  assert result.ingredients == {sha256: "mum.png"}
  with Image.open(target) as picture:
    assert f"sha256:{sha256}" in str(picture.info["xmp"])
  assert sha256 in target.with_name("out.png.json").read_text()
  assert "by mum.png (1.00 alike)" in outputs.references_of(result)
  # Green was completed; the face is itself again, but for its light.
  truth = photos.read(source)
  region = plain.mask == 255
  errors_of = [
    np.abs(x.image.astype(float) - truth)[region].mean()
    for x in (plain, result)
  ]
  assert errors_of[1] < errors_of[0]


def test_faces_that_nobody_is_like_are_named(folder, tmp_path):
  image = photos.read(folder / "mum.png")
  album_of_others = album.read(bare, [folder / "mum.png"])
  other = [
    people.refer(image, one.landmarks, vector=-one.vector)
    for one in album_of_others.references
  ]
  options = outputs.Options(references=reference.Album(references=other))
  result = outputs.unmask_file(
    masked, folder / "mum.png", tmp_path / "out.png", options
  )
  assert "no reference is alike" in outputs.references_of(result)
  options = outputs.Options(references=reference.Album(given={1: other[0]}))
  result = outputs.unmask_file(
    masked, folder / "mum.png", tmp_path / "given.png", options
  )
  assert "Is it the same person?" in outputs.references_of(result)
  options = outputs.Options(references=reference.Album(given={3: other[0]}))
  with pytest.raises(errors.UserError, match="face 3, but 1 is looked at"):
    outputs.unmask_file(
      masked, folder / "mum.png", tmp_path / "none.png", options
    )
