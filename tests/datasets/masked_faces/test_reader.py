import pickle

import cv2
import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.datasets.masked_faces import reader, sources
from maskgan_jax.faces import alignment
from maskgan_jax.photos import coding


def test_arrays(built):
  source, metadata = reader.open_split(built[0], "train")
  assert metadata["image_size"] == 64
  assert len(source) == 18  # One of the four faces is turned.
  example = reader.to_arrays(source[3])
  for name in ("image", "masked_image"):
    assert example[name].shape == (64, 64, 3)
    assert example[name].dtype == np.uint8
  for name in ("mask", "valid"):
    assert example[name].shape == (64, 64, 1)
    assert set(np.unique(example[name])) <= {0, 1}
  assert example["transform"].shape == (2, 3)
  assert example["transform"].dtype == np.float32
  assert example["landmarks"].shape == (468, 3)
  assert 0 < example["landmarks"][:, 0].mean() < 64
  assert 100 < example["face_width"] < 256
  assert example["reference_ids"] == [] and example["source"] == ""
  assert example["synthetic"] is False
  assert example["mask_type"] in (*masks.MASK_TYPES, "none")
  assert example["id"].startswith("train_person")
  assert example["person_id"].startswith("person")


def test_visible_pixels_are_equal_to_the_bit(built):
  source, _ = reader.open_split(built[0], "train")
  for item in source:
    example = reader.to_arrays(item)
    untouched = coding.rgba(item["overlay"])[..., 3] == 0
    np.testing.assert_array_equal(
      example["masked_image"][untouched], example["image"][untouched]
    )
    assert not np.any(example["mask"][..., 0][untouched])
    if example["mask_type"] == "none":
      np.testing.assert_array_equal(example["masked_image"], example["image"])


def test_mask_is_where_alpha_exceeds_one_half():
  alpha = np.zeros((32, 32), np.uint8)
  alpha[:8], alpha[8:16] = 127, 128
  grey = coding.png(np.zeros((32, 32), np.uint8))
  text = b"x"
  example = reader.to_arrays(
    {
      "image": coding.jpeg(np.zeros((32, 32, 3), np.uint8)),
      "overlay": coding.png(np.zeros((32, 32, 4), np.uint8)),
      "alpha": coding.png(alpha),
      "valid": grey,
      "transform": np.zeros((2, 3), np.float32),
      "landmarks": np.zeros((468, 3), np.float32),
      "face_width": 1.0,
      "synthetic": True,
      "reference_ids": [b"y"],
      "id": text,
      "person_id": text,
      "source": text,
      "mask_type": text,
      "mask_params": b'{"wear": "worn", "seed": 3}',
    }
  )
  assert not example["mask"][:8].any()
  assert example["mask"][8:16].all()
  assert not example["mask"][16:].any()
  assert not example["valid"].any()
  assert example["mask_params"] == {"wear": "worn", "seed": 3}
  assert example["distractor"] == np.False_
  assert example["reference_ids"] == ["y"] and example["synthetic"] is True


@pytest.mark.parametrize("size", [48, 96])
def test_crops_are_brought_to_a_size(built, dummy_data, size):
  source, _ = reader.open_split(built[0], "test")
  for item in source:
    stored, example = reader.to_arrays(item), reader.to_arrays(item, size)
    for name in ("image", "masked_image", "mask", "valid"):
      assert example[name].shape[:2] == (size, size)
      assert example[name].mean() == pytest.approx(stored[name].mean(), rel=0.1)
      assert example[name].dtype == np.uint8
    for name in ("mask", "valid"):
      assert set(np.unique(example[name])) <= {0, 1}
    # Landmarks and transform lead to the same places of the picture.
    photo = cv2.imread(str(dummy_data / example["id"].split("#")[0]))
    again, _ = alignment.warp(photo[..., ::-1], example["transform"], size)
    window = cv2.createHanningWindow((size, size), cv2.CV_32F)
    grey = [
      cv2.cvtColor(x, cv2.COLOR_RGB2GRAY).astype(np.float32)
      for x in (again, example["image"])
    ]
    shift, _ = cv2.phaseCorrelate(*grey, window)
    assert np.hypot(*shift) < 0.12
    places = [
      (x["landmarks"][:, :2] + 0.5) / len(x["image"]) for x in (stored, example)
    ]
    np.testing.assert_allclose(*places, atol=1e-5)
    assert example["transform"].dtype == np.float32
    assert example["landmarks"].dtype == np.float32


def test_the_size_at_which_it_is_stored_changes_nothing(built):
  item = reader.open_split(built[0], "test")[0][0]
  assert str(reader.to_arrays(item, 64)) == str(reader.to_arrays(item))


def test_slices(built):
  source, _ = reader.open_split(built[0], "train[:5]")
  assert len(source) == 5


def test_a_source_travels_to_other_processes(built):
  source, _ = reader.open_split(built[0], "test")
  again = pickle.loads(pickle.dumps(source))
  assert again[1]["id"] == source[1]["id"]


def test_opencv_reads_what_is_stored(built):
  item = reader.open_split(built[0], "test")[0][0]
  image = cv2.imdecode(np.frombuffer(item["image"], np.uint8), 1)[..., ::-1]
  np.testing.assert_array_equal(image, reader.to_arrays(item)["image"])


def test_missing_folder(tmp_path):
  with pytest.raises(sources.SourceError, match="nowhere: no such folder"):
    reader.open_split(str(tmp_path / "nowhere"), "train")
  assert not reader.is_built(str(tmp_path / "nowhere"))


def test_folder_without_a_finished_build(tmp_path):
  unfinished = tmp_path / "masked_faces" / "folder" / "incomplete.ABC_1.0.0"
  unfinished.mkdir(parents=True)
  (unfinished / "dataset_info.json").write_text("{}")
  assert not reader.is_built(str(tmp_path))
  with pytest.raises(
    sources.SourceError, match="expected, found none that is finished. Build"
  ):
    reader.open_split(str(tmp_path), "train")


def test_unknown_split(built):
  with pytest.raises(
    sources.SourceError, match="no split 'dev'; it has train, valid"
  ):
    reader.open_split(built[0], "dev")
