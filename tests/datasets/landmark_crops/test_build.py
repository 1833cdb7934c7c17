import csv

import cv2
import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.common import locks
from maskgan_jax.datasets import sample_faces
from maskgan_jax.datasets.landmark_crops import (
  build,
  crops,
  landmark_crops_dataset_builder,
)
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.sources import tfds_images
from maskgan_jax.datasets.masked_faces.stages import align, people
from maskgan_jax.faces import anatomy, usability

DRAWING = crops.Drawing(3, masks.MaskDistribution(), 1.0, seed=0)


@pytest.fixture(scope="module")
def item():
  return sources.SampleFaces(1).items()[0][0]


def test_crops_of_one_face(item):
  source = sources.SampleFaces(1)
  found = crops.find(item, source=source)
  made = crops.make(found, source=source, drawing=DRAWING)
  assert [x["is_masked"] for x in made] == [False, True, True]
  assert [x["id"] for x in made] == [f"{item.name}#{i}" for i in range(3)]
  pictures = [build.to_arrays(x)["image"] for x in made]
  for x, picture in zip(made, pictures, strict=True):
    assert picture.shape == (crops.SIZE, crops.SIZE, 3)
    # The truth is that of the bare face whatever hides it.
    np.testing.assert_array_equal(x["landmarks"], made[0]["landmarks"])
    low, high = x["landmarks"][:, :2].min(0), x["landmarks"][:, :2].max(0)
    assert (low > 0.2 * crops.SIZE).all() and (high < 0.8 * crops.SIZE).all()
    middle = x["box"][:2] + x["box"][2:] / 2
    assert (low < middle).all() and (middle < high).all()
  chin = np.round(made[0]["landmarks"][anatomy.LOWER_LIP, :2]).astype(int)
  around = tuple(slice(c - 6, c + 6) for c in chin[::-1])
  assert (
    np.abs(pictures[1][around].astype(int) - pictures[2][around]).mean() > 5
  )
  again = crops.make(found, source=source, drawing=DRAWING)
  assert [x["image"] for x in again] == [x["image"] for x in made]


def test_what_is_too_small_is_left_out(item):
  class Tiny:
    def load(self, item):
      portrait = sample_faces.paint(0)
      small = cv2.resize(portrait.image, None, fx=0.1, fy=0.1)
      return sources.Loaded(small, 0.1 * portrait.landmarks)

  found = crops.find(item, source=Tiny())
  assert isinstance(found, sources.Skipped) and "too small" in found.reason


@pytest.fixture
def few(monkeypatch):
  """Three portraits, one a split."""
  names = {
    split: next(
      name
      for name in (f"portrait-{i:06d}" for i in range(300))
      if people.split_of(name) == split
    )
    for split in people.BUCKETS
  }
  items = [sources.Item(name, name, int(name[-6:])) for name in names.values()]
  monkeypatch.setattr(sources.SampleFaces, "items", lambda _: (items, []))
  monkeypatch.setattr(
    landmark_crops_dataset_builder,
    "VARIANTS",
    {"train": 2, "validation": 2, "test": 2},
  )
  return names


def test_a_dataset_is_built_once(few, tmp_path):
  source = sources.SampleFaces(300)
  report = build.build(source, str(tmp_path), seed=0, num_processes=1)
  assert "train 2, validation 2, test 2" in report
  examples = build.open_split(str(tmp_path), "validation")
  assert len(examples) == 2
  found = [build.to_arrays(examples[i]) for i in range(2)]
  assert {x["is_masked"] for x in found} == {False, True}
  assert found[0]["landmarks"].shape == (468, 3)
  with (tmp_path / "skipped.csv").open() as file:
    assert next(csv.reader(file)) == ["file", "reason"]
  builder = landmark_crops_dataset_builder.Builder(
    source=source, data_dir=tmp_path
  )
  with locks.locked(tmp_path):  # What is built is only read.
    builder.download_and_prepare()
  again = build.build(source, str(tmp_path), seed=0, num_processes=1)
  assert "holds this dataset already" in again
  with pytest.raises(sources.SourceError, match="crops built otherwise"):
    build.build(source, str(tmp_path), seed=1, num_processes=1)
  [current] = (tmp_path / "landmark_crops").glob("*/[0-9]*")
  current.rename(current.with_name("0.9.0"))
  with pytest.raises(
    sources.SourceError, match="version 0.9.0 .*Build it again"
  ):
    build.open_split(str(tmp_path), "train")


def test_who_looks_like_somebody_of_test_is_in_test(few, tmp_path, monkeypatch):
  found = (f"portrait-{i:06d}" for i in range(300))
  train = [name for name in found if people.split_of(name) == "train"][:2]
  assert few["train"] == train[0]
  names = [*few.values(), train[1]]
  items = [sources.Item(name, name, int(name[-6:])) for name in names]
  monkeypatch.setattr(sources.SampleFaces, "items", lambda _: (items, []))
  alike = (train[1], few["test"])
  faces = np.eye(4, dtype=np.float32)
  find = crops.find

  def looking(item, source):
    place = 3 if item.name in alike else names.index(item.name)
    return find(item, source=source)._replace(embedding=faces[place])

  monkeypatch.setattr(crops, "find", looking)
  source = sources.SampleFaces(300)
  build.build(source, str(tmp_path), seed=0, num_processes=1)
  test = build.open_split(str(tmp_path), "test")
  ids = {test[i]["id"].decode().split("#")[0] for i in range(len(test))}
  assert ids == set(alike) and len(test) == 4
  assert test[0]["person_id"] == test[3]["person_id"] == few["test"].encode()


def test_people_are_told_apart_as_in_masked_faces(item, dummy_data):
  source = sources.Folder(str(dummy_data))
  photo = source.items()[0][0]
  rule = usability.UsabilityRule()
  aligned = align.align(photo, source=source, size=64, rule=rule)
  np.testing.assert_array_equal(
    crops.find(photo, source=source).embedding, aligned.embedding
  )
  assert crops.find(item, source=sources.SampleFaces(1)).embedding is None
  gone = crops.find(photo._replace(name="gone.jpg"), source=source)
  assert isinstance(gone, sources.Skipped) and "gone.jpg" in gone.name


def test_one_build_at_a_time(few, tmp_path):
  with locks.locked(tmp_path), pytest.raises(locks.LockedError):
    build.build(
      sources.SampleFaces(300), str(tmp_path), seed=0, num_processes=1
    )


def test_too_few_people(tmp_path):
  with pytest.raises(sources.SourceError, match="are too few for three splits"):
    build.build(sources.SampleFaces(1), str(tmp_path), seed=0, num_processes=1)


def test_a_split_without_a_usable_face(few, tmp_path, monkeypatch):
  def load(_, item):
    portrait = sample_faces.paint(0)
    if people.split_of(item.name) != "validation":
      return sources.Loaded(portrait.image, portrait.landmarks)
    return sources.Loaded(portrait.image[:40, :40], 0.1 * portrait.landmarks)

  monkeypatch.setattr(sources.SampleFaces, "load", load)
  with pytest.raises(
    sources.SourceError,
    match="validation would be empty.*1 photos were left out.*too small",
  ):
    build.build(
      sources.SampleFaces(300), str(tmp_path), seed=0, num_processes=1
    )


def test_people_must_be_known(tmp_path):
  photos = tmp_path / "photos"
  photos.mkdir()
  cv2.imwrite(str(photos / "a.png"), np.zeros((40, 40, 3), np.uint8))
  source = sources.Folder(str(photos))
  with pytest.raises(sources.SourceError, match="manifest.csv is missing"):
    build.build(source, str(tmp_path / "data"), seed=0, num_processes=1)


def test_other_sources_are_refused(tmp_path):
  source = tfds_images.TfdsImages("faces", str(tmp_path))
  with pytest.raises(sources.SourceError, match="not made of tfds:faces"):
    build.build(source, str(tmp_path / "data"), seed=0, num_processes=1)


def test_nothing_built_says_how(tmp_path):
  with pytest.raises(
    sources.SourceError, match="maskgan build --dataset=landmark_crops"
  ):
    build.open_split(str(tmp_path), "train")
