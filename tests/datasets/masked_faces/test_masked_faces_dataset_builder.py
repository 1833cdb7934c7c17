import subprocess
import sys
import types

import pytest
import tensorflow_datasets as tfds
from tensorflow_datasets.core import shuffle

from maskgan_jax.common import locks
from maskgan_jax.datasets.masked_faces import (
  masked_faces_dataset_builder,
  settings,
  sources,
)
from tests import command_line


def _builder(tmp_path, **kwargs):
  return masked_faces_dataset_builder.Builder(
    data_dir=tmp_path / "data",
    build_settings=settings.Settings(image_size=64, variants=1),
    **kwargs,
  )


def test_name_configs_and_format(tmp_path):
  builder = _builder(tmp_path)
  assert builder.name == "masked_faces"
  assert builder.builder_config.name == "sample_faces"
  assert list(builder.builder_configs) == [
    "sample_faces",
    "folder",
    "pairs",
    "tfds",
  ]
  assert builder.info.file_format.value == "array_record"
  assert str(builder.version) in builder.RELEASE_NOTES


def test_features(tmp_path):
  features = _builder(tmp_path).info.features
  assert {name: features[name].shape for name in features} == {
    "id": (),
    "person_id": (),
    "reference_ids": (None,),
    "source": (),
    "synthetic": (),
    "image": (None, None, 3),
    "overlay": (None, None, 4),
    "alpha": (None, None, 1),
    "valid": (None, None, 1),
    "mask_type": (),
    "mask_params": (),
    "transform": (2, 3),
    "landmarks": (468, 3),
    "face_width": (),
  }


def test_description_citation_and_tags_are_found(tmp_path):
  info = _builder(tmp_path).info
  assert "masks drawn on them" in info.description
  assert "ectpht" in info.citation


def test_tfds_reads_it_decoded(built):
  builder = tfds.builder_from_directory(f"{built[0]}/masked_faces/folder/2.1.0")
  example = builder.as_data_source("test")[0]
  assert example["image"].shape == (64, 64, 3)
  assert example["overlay"].shape == (64, 64, 4)
  assert example["alpha"].shape == (64, 64, 1)


def test_tfds_knows_it_by_name_and_what_was_built(built):
  builder = tfds.builder("masked_faces", data_dir=built[0])
  assert builder.builder_config.name == "folder"
  assert builder.info.metadata["variants"] == 3
  assert builder.info.splits["test"].num_examples == 2
  example = builder.as_data_source("test")[0]
  assert example["landmarks"].shape == (468, 3)
  assert len(example["reference_ids"]) == 0
  # However many read it: what is built is not locked.
  with locks.locked(built[0]):
    assert tfds.data_source("masked_faces", data_dir=built[0])["train"]


def test_importing_the_package_is_enough(built):
  """In a process that knows nothing of the builder yet."""
  code = (
    "import tensorflow_datasets as tfds; import maskgan_jax.datasets."
    "masked_faces; print(len(tfds.builder('masked_faces', data_dir="
    f"{built[0]!r}).as_data_source('test')))"
  )
  found = subprocess.run(
    [sys.executable, "-c", code],
    env=command_line.environment(),
    capture_output=True,
    text=True,
    check=False,
  )
  assert found.stdout.strip() == "2", found.stderr


def test_folder_takes_the_manual_folder(tmp_path, dummy_data):
  builder = _builder(tmp_path, config="folder")
  builder.download_and_prepare(
    download_dir=tmp_path,
    download_config=tfds.download.DownloadConfig(manual_dir=dummy_data),
  )
  assert builder.info.splits["train"].num_examples == 6  # One is turned.


def test_pairs_takes_the_manual_folder(tmp_path):
  (tmp_path / "manual" / "target").mkdir(parents=True)
  builder = _builder(tmp_path, config="pairs")
  with pytest.raises(ValueError, match="manual/input: no such folder"):
    builder.download_and_prepare(
      download_dir=tmp_path,
      download_config=tfds.download.DownloadConfig(
        manual_dir=tmp_path / "manual"
      ),
    )


def test_tfds_needs_to_be_told_its_source(tmp_path):
  builder = _builder(tmp_path, config="tfds")
  with pytest.raises(sources.SourceError, match="tfds: needs to be told its"):
    builder.download_and_prepare(download_dir=tmp_path)


def test_the_default_config_paints_faces(tmp_path, monkeypatch):
  monkeypatch.setattr(
    masked_faces_dataset_builder.sources, "SampleFaces", _few_faces
  )
  builder = _builder(tmp_path)
  builder.download_and_prepare(download_dir=tmp_path)
  assert builder.info.splits["train"].num_examples == 2


def _few_faces():
  return _FewFaces()


class _FewFaces(sources.SampleFaces):
  """Four faces, of people of all three splits."""

  def items(self):
    names = ["person0", "person2", "person22", "person36"]
    return [sources.Item(n, n, i) for i, n in enumerate(names)], []


def test_tfds_builds_it_by_its_own_command(tmp_path, dummy_data):
  """What `tfds build` runs, but for the command line itself."""
  pytest.importorskip("simple_parsing")
  from tensorflow_datasets.scripts.cli import build as cli_build
  from tensorflow_datasets.scripts.cli import cli_utils

  cli_build.Args(
    positional_datasets=["masked_faces/folder"],
    paths=cli_utils.PathOptions(
      data_dir=tmp_path / "data",
      download_dir=tmp_path,
      manual_dir=dummy_data,
    ),
    generation=cli_utils.GenerationOptions(
      imports=masked_faces_dataset_builder.__name__
    ),
  ).execute()
  builder = tfds.builder_from_directory(
    tmp_path / "data" / "masked_faces" / "folder" / "2.1.0"
  )
  assert builder.info.splits["test"].num_examples == 2


def test_a_large_split_is_sorted_without_tensorflow(tmp_path):
  shuffler = shuffle.Shuffler(tmp_path, "salt")
  shuffler._total_bytes = 2**50  # As after a petabyte.
  shuffler.add(b"one", b"1")
  shuffler.add(b"two", b"2")
  assert {data for _, data in shuffler} == {b"1", b"2"}
  assert not any(tmp_path.iterdir())


def test_hands_and_beards_are_laid_in_train_alone(tmp_path, monkeypatch):
  builder = _builder(tmp_path)
  engine = types.SimpleNamespace(examples=lambda title, make, faces: make)
  monkeypatch.setattr(builder, "_engine", engine, raising=False)
  monkeypatch.setattr(builder, "_spool", None, raising=False)
  for split, there in (("train", True), ("validation", False)):
    options = builder._generate_examples(split, []).keywords["make"].keywords
    shares = options.get("hand_share", 0), options.get("bearded_share", 0)
    assert all(shares) if there else not any(shares)
