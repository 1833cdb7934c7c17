"""TFDS's own test of builders; it needs TensorFlow, and dill."""

import pytest

pytest.importorskip("tensorflow")
pytest.importorskip("dill")

from tensorflow_datasets import testing  # noqa: E402

from maskgan_jax.datasets import masked_faces  # noqa: E402
from maskgan_jax.datasets.masked_faces.stages import draw  # noqa: E402


class MaskedFacesTest(testing.DatasetBuilderTestCase):
  """Builds dummy_data by its default settings, and reads it by tf.data."""

  DATASET_CLASS = masked_faces.Builder
  BUILDER_CONFIG_NAMES_TO_TEST = ["folder"]
  # Four faces, one of them turned, in four masks each.
  SPLITS = {
    "train": 4 * (3 + draw.TURNED_FACTOR),
    "validation": 2,
    "test": 2,
  }
  SKIP_CHECKSUMS = True  # Nothing is downloaded.

  def _make_builder(self, config=None):
    # tf.data does not read array_record.
    return self.dataset_class(
      data_dir=self.tmp_dir, config=config, file_format="tfrecord"
    )
