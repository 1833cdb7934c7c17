import csv
import dataclasses
import errno
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import time
import zlib

import cv2
import numpy as np
import pytest
import tensorflow_datasets as tfds

from maskgan_jax import masks, photos
from maskgan_jax.common import files, locks, pinned_models
from maskgan_jax.datasets.masked_faces import (
  build,
  notes,
  reader,
  settings,
  sources,
)
from maskgan_jax.datasets.masked_faces.engines import beam
from maskgan_jax.datasets.masked_faces.sources import pairs, tfds_images
from maskgan_jax.datasets.masked_faces.stages import (
  align,
  draw,
  lookalikes,
  people,
)
from maskgan_jax.faces import alignment, embedding
from tests import pictures

_SCRIPT = pathlib.Path(__file__).parents[3] / "scripts" / "build_dataset.py"
# Four faces, one of them turned, in masks of a variant.
TRAIN_MASKS = 3 + draw.TURNED_FACTOR


def _build(source, data_dir, beam_runner=None, **changes):
  values = {"image_size": 64, "variants": 2, **changes}
  return build.build(
    source, settings.Settings(**values), str(data_dir), beam_runner
  )


def _records(data_dir, split):
  source, _ = reader.open_split(str(data_dir), split)
  return {item["id"]: item for item in source}


def test_splits_variants_and_people(built):
  train = _records(built[0], "train")
  assert len(train) == TRAIN_MASKS * 3
  assert b"train_person0.jpg#2" in train
  for split, count in (("validation", 2), ("test", 2)):
    records = _records(built[0], split)
    assert len(records) == count
    assert all(name.startswith(split.encode()) for name in records)


@pytest.mark.parametrize(
  "split,distribution",
  [
    ("train", masks.TRAINING),
    ("validation", masks.MaskDistribution()),
    ("test", masks.MaskDistribution()),
  ],
)
def test_each_split_draws_from_its_distribution(built, split, distribution):
  for name, record in _records(built[0], split).items():
    photo, variant = name.decode().split("#")
    rng = masks.rng_for(photo, 0, int(variant))
    if rng.random() < draw.BARE_SHARE:
      continue
    expected = dataclasses.asdict(masks.sample_params(rng, distribution))
    found = json.loads(record["mask_params"])
    assert found.pop("distractor", "beard") == "beard"
    assert found == json.loads(json.dumps(expected))


def test_report(built):
  report = built[1]
  assert "Used 8 pictures, skipped 0" in report
  assert "Faces: train 4, validation 2, test 2; people: 8." in report
  assert f"Examples: {TRAIN_MASKS * 3 + 4}, " in report
  assert "Skipped files" not in report


def test_metadata(built):
  metadata = reader.metadata(built[0])
  assert metadata["source"] == "folder"
  assert metadata["variants"] == 3
  assert metadata["num_people"] == 8
  assert metadata["num_skipped"] == 0
  assert metadata["crop"]["middle_y"] == 0.64
  # Nothing says where the photos lay on the machine that built it.
  assert "/" not in str(metadata)


def test_nothing_else_is_left(built):
  names = {path.name for path in pathlib.Path(built[0]).rglob("*")}
  assert {name for name in names if "array_record" not in name} == {
    "masked_faces",
    ".config",
    "folder",
    "2.1.0",
    "metadata.json",
    "dataset_info.json",
    "features.json",
    *("skipped.csv", "people.csv", "lookalikes.csv", "lookalikes.jpg"),
  }


def _files(data_dir):
  root = pathlib.Path(data_dir)
  paths = [path for path in root.rglob("*") if path.is_file()]
  return {str(path.relative_to(root)): path.read_bytes() for path in paths}


_BUILD = """
import sys
from maskgan_jax.datasets.masked_faces import build, settings, sources
from maskgan_jax.datasets.masked_faces.stages import people
people.SAME_PERSON_COSINE = 0.9
build.build(
  sources.Folder(sys.argv[1]),
  settings.Settings(image_size=64, variants=3, num_processes=2),
  sys.argv[2],
)
"""


def test_built_again_every_file_is_equal_to_the_bit(
  built, dummy_data, tmp_path
):
  # Another process has other hashes, which nothing may follow.
  subprocess.run(
    [sys.executable, "-c", _BUILD, str(dummy_data), str(tmp_path)],
    check=True,
    env={**os.environ, "PYTHONPATH": str(_SCRIPT.parents[1])},
  )
  before, after = _files(built[0]), _files(tmp_path)
  assert len(before) == 11
  assert before.keys() == after.keys()
  assert [name for name in before if before[name] != after[name]] == []


def test_beam_builds_the_same(faces_dir, tmp_path, monkeypatch):
  pytest.importorskip("apache_beam", reason="needs Apache Beam")
  monkeypatch.setattr(beam, "_CHUNK", 2)  # So that each worker gets some.
  (faces_dir / "text.jpg").write_text("hello")
  source = sources.Folder(str(faces_dir))
  one, two = tmp_path / "one", tmp_path / "two"
  reports = [
    _build(source, one),
    _build(source, two, "DirectRunner", num_processes=2),
  ]
  for report in reports:
    assert "Used 8 pictures, skipped 1" in report
    assert "Faces: train 4, validation 2, test 2; people: 8." in report
    assert f"Examples: {TRAIN_MASKS * 2 + 4}, " in report
  for split in ("train", "validation", "test"):
    assert str(_records(one, split)) == str(_records(two, split))
  assert reader.metadata(str(one)) == reader.metadata(str(two))
  assert "text.jpg,not in manifest.csv" in (one / "skipped.csv").read_text()
  beside = [
    {path.name: path.read_bytes() for path in folder.glob("*.*")}
    for folder in (one, two)
  ]
  assert beside[0] == beside[1]
  assert {path.name for path in two.iterdir()} == {"masked_faces", *beside[1]}


def test_a_finished_build_is_reused(built, dummy_data):
  before = {p: p.stat().st_mtime_ns for p in pathlib.Path(built[0]).rglob("*")}
  # As of a build that was killed as it had just finished.
  (pathlib.Path(built[0]) / "unfinished_faces").mkdir()
  source = sources.Folder(str(dummy_data))
  report = _build(source, built[0], variants=3, num_processes=5)
  assert "holds this dataset already" in report
  assert "train 4, validation 2, test 2" in report
  after = {p: p.stat().st_mtime_ns for p in pathlib.Path(built[0]).rglob("*")}
  assert after == before


def test_other_parameters_are_refused(built, dummy_data):
  source = sources.Folder(str(dummy_data))
  with pytest.raises(
    sources.SourceError,
    match="image_size is 64 there, 128 was asked for.*another --data_dir",
  ):
    _build(source, built[0], variants=3, image_size=128)
  with pytest.raises(
    sources.SourceError, match="source is folder there, sample_faces was asked"
  ):
    _build(sources.SampleFaces(3), built[0], variants=3)


def test_examples_name_references_and_sources(faces_dir, tmp_path):
  photo = photos.read(faces_dir / "train_person0.jpg")
  darker = pictures.encode((photo * 0.9).astype(np.uint8))
  (faces_dir / "train_again.png").write_bytes(darker)
  (faces_dir / "manifest.csv").write_text(
    "file,person_id,source,synthetic\n"
    "train_person0.jpg,person0,museum,true\n"
    "train_again.png,person0,museum,true\n"
    "train_person2.jpg,person0,,\n"
    "train_person4.jpg,person4,,\n"
    "validation_person22.jpg,person22,,\n"
    "test_person36.jpg,person36,,\n"
  )
  _build(sources.Folder(str(faces_dir)), tmp_path / "out", variants=1)
  found = {
    record["id"].decode(): reader.to_arrays(record)
    for record in _records(tmp_path / "out", "train").values()
  }
  assert {
    name: x["reference_ids"] for name, x in found.items() if "#0" in name
  } == {
    "train_person0.jpg#0": ["train_person2.jpg"],
    "train_again.png#0": ["train_person2.jpg"],
    "train_person2.jpg#0": ["train_again.png", "train_person0.jpg"],
    "train_person4.jpg#0": [],
  }
  first, other = found["train_person0.jpg#0"], found["train_person2.jpg#0"]
  assert (first["source"], first["synthetic"]) == ("museum", True)
  assert (other["source"], other["synthetic"]) == ("", False)


def test_crops_are_as_large_as_the_photo_has_them(dummy_data, tmp_path):
  source = sources.Folder(str(dummy_data))
  _build(source, tmp_path, image_size=210, variants=1)
  sides = set()
  for record in _records(tmp_path, "train").values():
    example = reader.to_arrays(record)
    sides.add(len(example["image"]))
    native = example["face_width"] / alignment.FACE_WIDTH
    assert len(example["image"]) == min(210, math.ceil(native - 0.01))
  assert max(sides) == 210 > min(sides)


def test_hostile_files_are_skipped(faces_dir, tmp_path, monkeypatch):
  good = (faces_dir / "train_person0.jpg").read_bytes()
  (faces_dir / "manifest.csv").unlink()
  (faces_dir / "cut.jpg").write_bytes(good[: len(good) // 2])
  (faces_dir / "text.jpg").write_text("hello")
  (faces_dir / "empty.png").write_bytes(b"")
  (faces_dir / 'comma, "quote".jpg').write_text("hello")
  cv2.imwrite(str(faces_dir / "dot.png"), np.zeros((1, 1, 3), np.uint8))
  cv2.imwrite(str(faces_dir / "wall.png"), np.full((80, 80, 3), 99, np.uint8))
  cv2.imwrite(str(faces_dir / "band.png"), np.full((33, 5000), 99, np.uint8))
  # Without a manifest and a recognizer every file is a person.
  monkeypatch.setattr(embedding, "_recognizer", _missing)
  monkeypatch.setattr(people, "own_id", lambda item: item.name)
  monkeypatch.setattr(people, "split_of", lambda name: name.split("_")[0])
  report = _build(sources.Folder(str(faces_dir)), tmp_path / "out")
  assert "Used 8 pictures, skipped 7" in report
  with (tmp_path / "out" / "skipped.csv").open(newline="") as file:
    skipped = {row["file"]: row["reason"] for row in csv.DictReader(file)}
  assert set(skipped) == {
    "cut.jpg",
    "text.jpg",
    "empty.png",
    'comma, "quote".jpg',
    "dot.png",
    "wall.png",
    "band.png",
  }
  assert "not a readable picture" in skipped["cut.jpg"]
  assert skipped["wall.png"] == "no face found"


def _missing():
  raise pinned_models.MissingModelError("not installed")


def test_one_face_on_many_photos_is_one_person(faces_dir, tmp_path):
  for path in faces_dir.iterdir():
    if path.name != "train_person0.jpg":
      path.unlink()
  photo = photos.read(faces_dir / "train_person0.jpg")
  for gain in (0.8, 0.9):
    darker = (photo * gain).astype(np.uint8)
    (faces_dir / f"{gain}.png").write_bytes(pictures.encode(darker))
  with pytest.raises(sources.SourceError, match="^1 people with usable"):
    _build(sources.Folder(str(faces_dir)), tmp_path / "out")


def test_no_face_in_any_photo(tmp_path):
  (tmp_path / "in").mkdir()
  for i in range(3):
    picture = np.full((80, 80, 3), 50 * i, np.uint8)
    cv2.imwrite(str(tmp_path / "in" / f"{i}.png"), picture)
  with pytest.raises(
    sources.SourceError,
    match="None of the 3 pictures .* 0.png: no face found.* about 67 pixels",
  ):
    source = sources.Folder(str(tmp_path / "in"))
    _build(source, tmp_path / "out", min_face_width=67.0)
  assert not reader.is_built(str(tmp_path / "out"))
  lines = (tmp_path / "out" / "skipped.csv").read_text().splitlines()
  assert lines == ["file,reason", *(f"{i}.png,no face found" for i in range(3))]


def test_too_few_people(faces_dir, tmp_path):
  for path in faces_dir.glob("validation*"):
    path.write_text("not a picture")
  with pytest.raises(sources.SourceError, match="validation would be empty"):
    _build(sources.Folder(str(faces_dir)), tmp_path / "out")
  assert not reader.is_built(str(tmp_path / "out"))
  # A rerun has other photos: nothing is kept for it.
  assert not (tmp_path / "out" / "unfinished_faces").exists()


def test_missing_folder(tmp_path):
  with pytest.raises(photos.PhotoError, match="no such folder"):
    _build(sources.Folder(str(tmp_path / "nowhere")), tmp_path / "out")


def test_caps(dummy_data, tmp_path):
  report = _build(
    sources.Folder(str(dummy_data)), tmp_path, num_train=3, num_test=1
  )
  assert "Faces: train 3, validation 2, test 1" in report
  assert "left out 2 beyond the caps" in report
  # One of the three is the turned one.
  assert len(_records(tmp_path, "train")) == (2 + draw.TURNED_FACTOR) * 2


def test_pairs(dummy_data, tmp_path):
  for folder in ("in", "out"):
    (tmp_path / folder).mkdir()
  for path in dummy_data.glob("*.jpg"):
    bare = cv2.resize(cv2.imread(str(path)), (64, 64))
    masked = bare.copy()
    cv2.ellipse(masked, (32, 42), (15, 11), 0, 0, 360, (200, 160, 90), -1)
    cv2.imwrite(str(tmp_path / "in" / f"{path.stem}.png"), masked)
    cv2.imwrite(str(tmp_path / "out" / f"{path.stem}.png"), bare)
  rows = (dummy_data / "manifest.csv").read_text().replace(".jpg", ".png")
  (tmp_path / "out" / "manifest.csv").write_text(rows)
  cv2.imwrite(str(tmp_path / "in" / "train_person0.png"), np.zeros((40, 40, 3)))
  source = pairs.Pairs(str(tmp_path / "in"), str(tmp_path / "out"))
  report = _build(source, tmp_path / "data", variants=4)
  assert "Used 7 pictures, skipped 1" in report
  assert (
    "40x40 and 64x64 differ" in (tmp_path / "data" / "skipped.csv").read_text()
  )
  # One example a pair, whatever the variants.
  records = _records(tmp_path / "data", "train")
  assert len(records) == 3
  example = reader.to_arrays(records[min(records)])
  masked = cv2.imread(str(tmp_path / "in" / "train_person2.png"))[..., ::-1]
  np.testing.assert_array_equal(example["masked_image"], masked)
  assert example["mask_type"] == draw.READY_PAIR
  assert 0.08 < example["mask"].mean() < 0.16


def test_reasons_are_counted_without_what_is_particular():
  skipped = [
    sources.Skipped("a", "face too small (70 < 100 px)"),
    sources.Skipped("b", "face too small (40 < 100 px)"),
    sources.Skipped("c", "/x/c.jpg: not a readable picture (cut). Save it."),
    sources.Skipped("d", "/x/d.jpg: not a readable picture (a: b). Save it."),
    sources.Skipped("e", "/x/e.jpg: 7x9 pixels, smaller than 32. Use another."),
  ]
  assert build.reasons(skipped) == {
    "face too small": 2,
    "not a readable picture": 2,
    "N pixels, smaller than N": 1,
  }


@pytest.mark.parametrize(
  "name, options, expected",
  [
    ("sample_faces", {"num_faces": 7}, sources.SampleFaces(7)),
    ("folder", {"faces_dir": "a"}, sources.Folder("a")),
    ("pairs", {"pairs_dir": "a"}, pairs.Pairs(pairs_dir="a")),
    (
      "tfds:lfw",
      {"tfds_data_dir": "a", "person_feature": "label"},
      tfds_images.TfdsImages("lfw", "a", "label"),
    ),
  ],
)
def test_make_source(name, options, expected):
  assert build.make_source(name, **options) == expected


@pytest.mark.parametrize(
  "name, options, message",
  [
    ("celeba", {}, "--source=celeba is unknown; the sources are folder, pairs"),
    ("folder", {}, "--source=folder needs --faces_dir"),
    ("tfds:lfw", {}, "--source=tfds:lfw needs --tfds_data_dir"),
    ("pairs", {}, "need either --input_dir"),
    ("sample_faces", {"faces_dir": "a"}, "--faces_dir is for --source=folder"),
    (
      "folder",
      {"faces_dir": "a", "person_feature": "label"},
      "--person_feature is for --source=tfds:NAME, but the source is folder",
    ),
  ],
)
def test_make_source_refuses(name, options, message):
  with pytest.raises(sources.SourceError, match=message):
    build.make_source(name, **options)


def _run_script(*flags):
  return subprocess.Popen(
    [sys.executable, str(_SCRIPT), *flags],
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    text=True,
    env={**os.environ, "PYTHONPATH": str(_SCRIPT.parents[1])},
  )


def test_script_reports_an_error_in_a_line(tmp_path):
  process = _run_script("--source=celeba", f"--data_dir={tmp_path}")
  _, stderr = process.communicate(timeout=60)
  assert process.returncode == 1
  assert stderr.startswith("error: --source=celeba is unknown")
  assert "Traceback" not in stderr


def test_a_killed_build_is_cleared_and_goes_on(dummy_data, tmp_path, caplog):
  flags = [
    "--source=folder",
    f"--faces_dir={dummy_data}",
    f"--data_dir={tmp_path}",
    *("--image_size=64", "--variants=2", "--num_processes=1"),
  ]
  process = _run_script(*flags)
  try:
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("unfinished_faces/*/*"))) < 2:
      assert process.poll() is None
      assert time.monotonic() < deadline
      time.sleep(0.01)
    # Meanwhile nobody else may write there.
    with pytest.raises(locks.LockedError, match=f"process {process.pid} on"):
      _build(sources.Folder(str(dummy_data)), tmp_path)
  finally:
    process.kill()
    process.communicate()
  assert not reader.is_built(str(tmp_path))
  assert list(tmp_path.glob("*/*/incomplete.*"))
  report = _build(sources.Folder(str(dummy_data)), tmp_path)
  assert f"Examples: {TRAIN_MASKS * 2 + 4}" in report
  assert "Going on with a build that was interrupted." in caplog.text
  assert {path.name for path in tmp_path.iterdir()} == {
    *("masked_faces", "skipped.csv", "people.csv"),
    *("lookalikes.csv", "lookalikes.jpg"),
  }
  assert not list(tmp_path.glob("*/*/incomplete.*"))


def _fail_for_want_of_room(*_):
  raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
  "place, name, num_aligned",
  [
    (pathlib.Path, "write_bytes", 0),
    (notes.files, "write_csv", 8),
    (tfds.core.DatasetInfo, "write_to_directory", 8),
  ],
)
def test_a_build_goes_on_after_the_disk_was_full(
  faces_dir, tmp_path, monkeypatch, place, name, num_aligned
):
  source, out = sources.Folder(str(faces_dir)), tmp_path / "out"
  with monkeypatch.context() as patch:
    patch.setattr(place, name, _fail_for_want_of_room)
    with pytest.raises(
      files.WriteError,
      match="cannot be written .No space left on device.*Aligned faces stay:"
      " the same command goes on with them.$",
    ):
      _build(source, out)
  assert not reader.is_built(str(out))
  assert len(list(out.glob("unfinished_faces/*/*"))) == num_aligned

  aligned = []
  align_one = align.align

  def count(item, **options):
    aligned.append(item.name)
    return align_one(item, **options)

  monkeypatch.setattr(align, "align", count)
  assert "Used 8 pictures, skipped 0" in _build(source, out)
  assert len(aligned) == 8 - num_aligned
  assert not (out / "unfinished_faces").exists()


def test_an_old_dataset_is_not_taken_for_this_one(built, dummy_data, tmp_path):
  shutil.copytree(built[0], tmp_path, dirs_exist_ok=True)
  [current] = (tmp_path / "masked_faces" / "folder").iterdir()
  current.rename(current.with_name("0.9.0"))
  for use in (
    lambda: _build(sources.Folder(str(dummy_data)), tmp_path),
    lambda: reader.open_split(str(tmp_path), "train"),
  ):
    with pytest.raises(
      sources.SourceError, match="version 0.9.0 .* Build it ag"
    ):
      use()


def test_who_is_who_is_written_down(faces_dir, tmp_path, monkeypatch):
  new = (f"person{i}" for i in range(38, 99))
  tested = next(person for person in new if people.split_of(person) == "test")
  photo = photos.read(faces_dir / "train_person0.jpg")
  darker = pictures.encode((photo * 0.9).astype(np.uint8))
  (faces_dir / "again.png").write_bytes(darker)
  with (faces_dir / "manifest.csv").open("a") as file:
    file.write(f"again.png,{tested}\n")
  report = _build(sources.Folder(str(faces_dir)), tmp_path / "out")
  assert "Faces: train 3, validation 2, test 4; people: 8." in report
  with (tmp_path / "out" / "people.csv").open(newline="") as file:
    rows = {row.pop("file"): row for row in csv.DictReader(file)}
  merged = rows["train_person0.jpg"]
  assert merged.pop("merged_for").endswith("with again.png")
  assert merged == {"id": "person0", "group": tested, "split": "test"}
  assert rows["train_person2.jpg"] == {
    **{"id": "person2", "group": "person2", "split": "train", "merged_for": ""},
  }
  found = _records(tmp_path / "out", "test")
  assert found[b"train_person0.jpg#0"]["person_id"] == tested.encode()
  metadata = reader.metadata(str(tmp_path / "out"))
  assert metadata["num_merged"] == 1
  with (tmp_path / "out" / "lookalikes.csv").open(newline="") as file:
    pairs_listed = list(csv.DictReader(file))
  count = metadata["num_lookalikes_across_splits"]
  assert len(pairs_listed) == count > 5
  assert f"look alike: {count} pairs. Look at " in report
  assert all(row["split"] != row["other_split"] for row in pairs_listed)
  cosines = [float(row["cosine"]) for row in pairs_listed]
  assert cosines == sorted(cosines, reverse=True)
  assert cosines[-1] > lookalikes.COSINE
  sheet = photos.read(tmp_path / "out" / "lookalikes.jpg")
  assert sheet.shape[1] == 6 * 232


def test_another_tfds_dataset(dummy_data, tmp_path):
  class Tiny(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
      features = {"image": tfds.features.Image(), "label": tfds.features.Text()}
      return self.dataset_info_from_configs(
        features=tfds.features.FeaturesDict(features)
      )

    def _split_generators(self, dl_manager):
      return {"train": self._generate_examples()}

    def _generate_examples(self):
      for path in sorted(dummy_data.glob("*.jpg")):
        person = path.stem.split("_")[1]
        yield path.name, {"image": path, "label": person}
      yield "broken", {"image": b"no picture", "label": "someone"}

  prepared = Tiny(data_dir=tmp_path / "tfds", file_format="array_record")
  prepared.download_and_prepare(download_dir=tmp_path)
  source = build.make_source(
    "tfds:tiny",
    tfds_data_dir=str(tmp_path / "tfds"),
    person_feature="label",
  )
  report = _build(source, tmp_path / "out", num_processes=2)
  assert "Used 8 pictures, skipped 1" in report
  assert "  1 not a readable picture" in report
  assert "Faces: train 4, validation 2, test 2; people: 8." in report
  assert reader.metadata(str(tmp_path / "out"))["source"] == "tfds:tiny"


class CelebA(tfds.core.GeneratorBasedBuilder, skip_registration=True):
  """What TFDS makes of CelebA: small faces, and nobody's name.

  Attributes:
    pictures: by split.
  """

  VERSION = tfds.core.Version("2.1.0")
  name = "celeb_a"
  pictures: dict[str, list[bytes]] = {}

  def _info(self):
    features = {
      "image": tfds.features.Image(shape=(218, 178, 3), encoding_format="jpeg"),
      "landmarks": {"lefteye_x": np.int64},
      "attributes": {"Smiling": np.bool_},
    }
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(features)
    )

  def _split_generators(self, dl_manager):
    return {name: self._examples(name) for name in self.pictures}

  def _generate_examples(self, name):
    for i, picture in enumerate(self.pictures[name]):
      yield (
        i,
        {
          "image": picture,
          "landmarks": {"lefteye_x": 69},
          "attributes": {"Smiling": True},
        },
      )

  _examples = _generate_examples


def _as_in_celeb_a(path):
  picture = cv2.resize(cv2.imread(str(path)), (178, 178))
  picture = cv2.copyMakeBorder(picture, 20, 20, 0, 0, cv2.BORDER_REPLICATE)
  return cv2.imencode(".jpg", picture)[1].tobytes()


def _vector(image, keypoints):
  """Stands for the recogniser, to whom all painted faces look alike."""
  vector = np.random.default_rng(zlib.crc32(image)).standard_normal(128)
  return (vector / np.linalg.norm(vector)).astype(np.float32)


@pytest.fixture
def celeb_a(dummy_data, tmp_path, monkeypatch):
  monkeypatch.setattr(embedding, "embed", _vector)
  # So that the few people there are lie in all splits.
  monkeypatch.setattr(people, "own_id", lambda item: item.name)
  monkeypatch.setattr(
    people, "split_of", lambda name: list(people.BUCKETS)[int(name[-1]) % 3]
  )
  bytes_of = [_as_in_celeb_a(path) for path in sorted(dummy_data.glob("*.jpg"))]
  # Two people are in two of CelebA's own splits, one twice in one of them.
  CelebA.pictures = {
    "train": [*bytes_of[:5], bytes_of[0]],
    "validation": [bytes_of[1], *bytes_of[5:7]],
    "test": [bytes_of[2], bytes_of[7]],
  }
  prepared = CelebA(data_dir=tmp_path / "tfds", file_format="array_record")
  prepared.download_and_prepare(download_dir=tmp_path)
  return build.make_source("tfds:celeb_a", tfds_data_dir=str(tmp_path / "tfds"))


PROTOCOL = {
  **{"kinds": ("surgical",), "wears": ("correct",)},
  **{"image_size": 256, "min_face_width": 60.0, "variants": 1},
}


def test_the_protocol_of_the_literature(celeb_a, tmp_path):
  with pytest.raises(sources.SourceError, match="None .* too small (.*) Give"):
    _build(celeb_a, tmp_path / "out", image_size=256)
  shutil.rmtree(tmp_path / "out")
  report = _build(celeb_a, tmp_path / "out", **PROTOCOL)
  assert "Used 11 pictures, skipped 0" in report
  assert "people: 8." in report
  person = {
    item.name: zlib.crc32(celeb_a.load(item).image)
    for item in celeb_a.items()[0]
  }
  kinds, wears, people_of = set(), set(), {}
  for split in people.BUCKETS:
    for name, record in _records(tmp_path / "out", split).items():
      kinds.add(record["mask_type"])
      wears.add(json.loads(record["mask_params"]).get("wear"))
      photo = name.decode().split("#")[0]
      people_of.setdefault(split, set()).add(person[photo])
  assert {b"surgical"} <= kinds <= {b"surgical", b"none"}
  assert {"correct"} <= wears <= {"correct", None}
  everybody = [person for found in people_of.values() for person in found]
  assert len(people_of) == 3
  assert len(everybody) == len(set(everybody)) == 8
  # It is another dataset than one of all masks.
  for name, message in (
    ("kinds", r"kinds is \['surgical'\] there, None was asked for"),
    ("wears", r"wears is \['correct'\] there, None was asked for"),
    ("min_face_width", "usability is .* 60.0.* there, .* 100.0"),
  ):
    others = {key: value for key, value in PROTOCOL.items() if key != name}
    with pytest.raises(sources.SourceError, match=message):
      _build(celeb_a, tmp_path / "out", **others)
  assert "already" in _build(celeb_a, tmp_path / "out", **PROTOCOL)


def test_ready_pairs_wear_their_own_masks(tmp_path):
  (tmp_path / "in").mkdir()
  source = pairs.Pairs(str(tmp_path / "in"), str(tmp_path / "in"))
  with pytest.raises(sources.SourceError, match="--kinds and --wear choose"):
    _build(source, tmp_path / "out", kinds=("surgical",))
