import functools
import types

import pytest

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import notes, sources
from maskgan_jax.evaluation import whole_photos
from maskgan_jax.faces import finder, usability


def test_a_splits_people_are_found(faces_dir):
  (faces_dir / "test_person37.jpg").write_text("not a picture")
  found, left_out = whole_photos.find(
    sources.Folder(str(faces_dir)), "test", 64, faces_dir
  )
  [one] = found
  assert one.item.name == "test_person36.jpg" and left_out == 1
  assert one.face.landmarks.shape == (468, 3) and one.true.vector.shape == (
    128,
  )


def test_faces_that_are_not_found_or_not_usable_are_left_out(
  faces_dir, monkeypatch
):
  nobody = types.SimpleNamespace(find=lambda image, which: [])
  source = sources.Folder(str(faces_dir))
  with monkeypatch.context() as patched:
    patched.setattr(finder, "shared", lambda: nobody)
    with pytest.raises(
      errors.UserError, match="none of its 2 photos of people"
    ):
      whole_photos.find(source, "test", 64, faces_dir)
  strict = functools.partial(usability.UsabilityRule, min_face_width=300.0)
  monkeypatch.setattr(usability, "UsabilityRule", strict)
  with pytest.raises(errors.UserError, match="of the test split shows a face"):
    whole_photos.find(source, "test", 64, faces_dir)


def test_photos_of_unknown_people_are_refused(faces_dir):
  (faces_dir / "manifest.csv").unlink()
  with pytest.raises(errors.UserError, match="manifest.csv is missing. Add it"):
    whole_photos.find(sources.Folder(str(faces_dir)), "test", 64, faces_dir)


def test_part_of_a_split_is_refused(faces_dir):
  with pytest.raises(errors.UserError, match=r"--split=test\[:8\] must be one"):
    whole_photos.find(sources.Folder(str(faces_dir)), "test[:8]", 64, faces_dir)


def test_people_are_split_as_in_the_dataset(faces_dir, tmp_path):
  data_dir = tmp_path / "data"
  data_dir.mkdir()
  # Somebody of train was found to look like somebody of test.
  (data_dir / "people.csv").write_text(
    "file,id,group,split,merged_for\n"
    "train_person0.jpg,person0,person36,test,cosine 0.60 with x\n"
  )
  source = sources.Folder(str(faces_dir))
  split_of = notes.splits_of(data_dir)
  found = whole_photos._items(source, "test", split_of)
  assert [item.name for item in found] == [
    *("test_person36.jpg", "test_person37.jpg", "train_person0.jpg")
  ]
  left = {item.name for item in whole_photos._items(source, "train", split_of)}
  assert left and "train_person0.jpg" not in left
  # Another photo of the same person goes along.
  assert split_of(sources.Item("new.jpg", "person0")) == "test"
  assert notes.splits_of(tmp_path)(sources.Item("new", "person0")) == "train"
