import functools
import types

import pytest

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.evaluation import whole_photos
from maskgan_jax.faces import finder, usability


def test_a_splits_people_are_found(faces_dir):
  (faces_dir / "test_person37.jpg").write_text("not a picture")
  found, left_out = whole_photos.find(
    sources.Folder(str(faces_dir)), "test", 64
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
      whole_photos.find(source, "test", 64)
  strict = functools.partial(usability.UsabilityRule, min_face_width=300.0)
  monkeypatch.setattr(usability, "UsabilityRule", strict)
  with pytest.raises(errors.UserError, match="of the test split shows a face"):
    whole_photos.find(source, "test", 64)


def test_photos_of_unknown_people_are_refused(faces_dir):
  (faces_dir / "manifest.csv").unlink()
  with pytest.raises(errors.UserError, match="manifest.csv is missing. Add it"):
    whole_photos.find(sources.Folder(str(faces_dir)), "test", 64)


def test_part_of_a_split_is_refused(faces_dir):
  with pytest.raises(errors.UserError, match=r"--split=test\[:8\] must be one"):
    whole_photos.find(sources.Folder(str(faces_dir)), "test[:8]", 64)
