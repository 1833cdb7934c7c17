import numpy as np
import pytest
import tensorflow_datasets as tfds

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.sources import contents, tfds_images


def _write(
  tmp_path, features, examples, name="tiny_faces", person_feature=None
):
  """Prepares a TFDS dataset as users do, without any of our code."""

  class Tiny(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
      return self.dataset_info_from_configs(
        features=tfds.features.FeaturesDict(features)
      )

    def _split_generators(self, dl_manager):
      return {"train": self._generate_examples()}

    def _generate_examples(self):
      yield from enumerate(examples)

  Tiny.name = name
  builder = Tiny(data_dir=tmp_path / "tfds", file_format="array_record")
  builder.download_and_prepare(download_dir=tmp_path)
  return tfds_images.TfdsImages(name, str(tmp_path / "tfds"), person_feature)


def _pictures(dummy_data):
  return [path.read_bytes() for path in sorted(dummy_data.glob("*.jpg"))]


def test_pictures_without_people(tmp_path, dummy_data):
  pictures = _pictures(dummy_data)
  source = _write(
    tmp_path,
    {"image": tfds.features.Image(encoding_format="jpeg")},
    [{"image": picture} for picture in pictures],
  )
  items, skipped = source.items()
  assert len(items) == 8
  assert not skipped
  assert {item.person_id for item in items} == {None}
  assert {item.content for item in items} == set(
    map(contents.of_bytes, pictures)
  )
  loaded = [source.load(item).image for item in items]
  expected = [photos.decode(picture, "") for picture in pictures]
  assert sorted(map(np.mean, loaded)) == sorted(map(np.mean, expected))
  assert source.kind == "tfds:tiny_faces"
  before = source.fingerprint()
  assert before.startswith("tiny_faces/1.0.0 ")
  assert before.endswith(", people by their faces")
  by_label = tfds_images.TfdsImages(source.name, source.data_dir, "label")
  assert by_label.fingerprint() == before.replace("their faces", "label")
  [records] = (tmp_path / "tfds" / "tiny_faces").glob("*/*.array_record*")
  records.write_bytes(records.read_bytes() + b"0")
  assert source.fingerprint() != before


@pytest.mark.parametrize(
  "feature, people",
  [
    (tfds.features.Text(), ["Ann", "Bob"]),
    (tfds.features.Scalar(np.int64), ["0", "1"]),
  ],
)
def test_a_declared_feature_says_who_it_is(
  tmp_path, dummy_data, feature, people
):
  text = isinstance(feature, tfds.features.Text)
  source = _write(
    tmp_path,
    {"image": tfds.features.Image(encoding_format="jpeg"), "label": feature},
    [
      {"image": picture, "label": people[i % 2] if text else i % 2}
      for i, picture in enumerate(_pictures(dummy_data))
    ],
    person_feature="label",
  )
  found = [item.person_id for item in source.items()[0]]
  assert sorted(found) == sorted(people * 4)
  # A label may be anything: nobody's name unless somebody says so.
  undeclared = tfds_images.TfdsImages(source.name, source.data_dir)
  assert {item.person_id for item in undeclared.items()[0]} == {None}


@pytest.mark.parametrize(
  "name, message",
  [
    ("identity", "no such feature; it has image. Name the one that says who"),
    ("image", r"one of shape \(None, None, 3\); a number or a text is needed"),
  ],
)
def test_what_cannot_say_who_it_is(tmp_path, dummy_data, name, message):
  source = _write(
    tmp_path,
    {"image": tfds.features.Image(encoding_format="jpeg")},
    [{"image": picture} for picture in _pictures(dummy_data)],
    person_feature=name,
  )
  with pytest.raises(
    sources.SourceError,
    match=f"--person_feature={name}: tiny_faces .*{message}",
  ):
    source.items()


def test_a_dataset_without_pictures(tmp_path):
  source = _write(tmp_path, {"text": tfds.features.Text()}, [{"text": "a"}])
  with pytest.raises(
    sources.SourceError, match="tiny_faces has no feature image; it has text"
  ):
    source.items()


def test_a_dataset_that_is_not_there(tmp_path):
  source = tfds_images.TfdsImages("celeb_a", str(tmp_path))
  with pytest.raises(
    sources.SourceError,
    match="holds no prepared TFDS dataset celeb_a.*--file_format=array_record",
  ):
    source.items()


def test_a_dataset_in_another_format(tmp_path, dummy_data):
  source = _write(
    tmp_path,
    {"image": tfds.features.Image(encoding_format="jpeg")},
    [{"image": picture} for picture in _pictures(dummy_data)],
    name="old_faces",
  )
  info = tmp_path / "tfds" / "old_faces" / "1.0.0" / "dataset_info.json"
  info.write_text(info.read_text().replace("array_record", "tfrecord"))
  with pytest.raises(sources.SourceError, match="stored as tfrecord; only"):
    source.items()
