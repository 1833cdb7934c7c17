"""TFDS builder of wide crops for the landmarker."""

import functools
import pathlib
import sys
from typing import Any

import numpy as np
import tensorflow_datasets as tfds
from tensorflow_datasets.core import shuffle

from maskgan_jax import masks
from maskgan_jax.common import processes as processes_lib
from maskgan_jax.datasets import built
from maskgan_jax.datasets.landmark_crops import crops
from maskgan_jax.datasets.masked_faces import notes, sources
from maskgan_jax.datasets.masked_faces.engines import processes
from maskgan_jax.datasets.masked_faces.stages import people
from maskgan_jax.faces import anatomy

# As for masked_faces: sorting on the disk would take TensorFlow.
shuffle.MAX_MEM_BUFFER_SIZE = sys.maxsize

VARIANTS = {"train": 6, "validation": 4, "test": 2}


class Builder(tfds.core.GeneratorBasedBuilder):
  """Wide crops, bare and masked, with the landmarks of the bare face.

  Written as array_record without TensorFlow.
  """

  VERSION = tfds.core.Version("1.1.0")
  RELEASE_NOTES = {
    "1.1.0": "Faces that look alike are in one split, as in masked_faces, and"
    " person_id is their group. Masks look more like worn ones.",
    "1.0.0": "Initial release.",
  }
  BUILDER_CONFIGS = [
    tfds.core.BuilderConfig(name=name, description=text)
    for name, text in (
      ("folder", "A folder of photos and their manifest.csv."),
      ("sample_faces", "Procedurally painted portraits, for tests."),
    )
  ]

  def __init__(
    self,
    *,
    source: sources.Source,
    seed: int = 0,
    num_processes: int = 1,
    **kwargs,
  ):
    """Makes a builder.

    Args:
      source: that knows who is on each picture.
      seed: of the masks.
      num_processes: how many do the work; the result does not depend on it.
      **kwargs: as for every TFDS builder.
    """
    self._source = source
    self._seed = seed
    self._num_processes = num_processes
    self.skipped: list[sources.Skipped] = []
    super().__init__(file_format="array_record", config=source.kind, **kwargs)

  def _info(self) -> tfds.core.DatasetInfo:
    return self.dataset_info_from_configs(
      features=tfds.features.FeaturesDict(
        {
          "id": tfds.features.Text(),
          "person_id": tfds.features.Text(),
          "image": tfds.features.Image(
            shape=(crops.SIZE, crops.SIZE, 3), encoding_format="jpeg"
          ),
          "landmarks": tfds.features.Tensor(
            shape=(anatomy.NUM_LANDMARKS, 3), dtype=np.float32
          ),
          "box": tfds.features.Tensor(shape=(4,), dtype=np.float32),
          "keypoints": tfds.features.Tensor(shape=(5, 2), dtype=np.float32),
          "is_masked": np.bool_,
        }
      ),
      metadata=tfds.core.MetadataDict(
        source=self._source.kind,
        photos=self._source.fingerprint(),
        seed=self._seed,
      ),
    )

  def download_and_prepare(self, **kwargs) -> None:
    """Builds the dataset, see TFDS and `built.writing`.

    Beside it comes skipped.csv. What is built already is only read.
    """
    if built.is_done(self, kwargs.get("download_config")):
      super().download_and_prepare(**kwargs)
      return
    with built.writing(self._data_dir_root, self.name):
      super().download_and_prepare(**kwargs)
      notes.write_skipped(pathlib.Path(self._data_dir_root), self.skipped)

  def _split_generators(self, dl_manager: tfds.download.DownloadManager):
    items, self.skipped = self._source.items()
    if any(item.person_id is None for item in items):
      raise sources.SourceError(
        f"{sources.MANIFEST} is missing beside the photos. Add it, with the"
        " columns file,person_id: splits are by person."
      )
    found = self._find(items)
    who = people.identify(
      [face.item for face in found], [face.embedding for face in found]
    )
    return {
      name: self._generate_examples(
        name,
        [
          found[i]._replace(item=found[i].item._replace(person_id=who[i].group))
          for i in indices
        ],
      )
      for name, indices in self._assign(found, who).items()
    }

  def _find(self, items: list[sources.Item]) -> list[crops.Found]:
    """The photos with a face that can be used; the others are noted."""
    find = functools.partial(crops.find, source=self._source)
    found = []
    with processes_lib.Workers(self._num_processes) as pool:
      for result in processes.Processes(pool).map("Finding faces", find, items):
        if isinstance(result, sources.Skipped):
          self.skipped.append(result)
        else:
          found.append(result)
    return found

  def _assign(self, found, who) -> dict[str, list[int]]:
    """Indices of the faces in each split."""
    try:
      return people.assign(
        [face.item.name for face in found],
        [identity.group for identity in who],
        num_train=None,
        num_test=None,
      )
    except sources.SourceError as error:
      if not self.skipped:
        raise
      name, reason = self.skipped[-1]
      raise sources.SourceError(
        f"{error} {len(self.skipped)} photos were left out, such as {name}:"
        f" {reason}."
      ) from error

  def _generate_examples(self, split: str, found: list[crops.Found]) -> Any:
    drawing = crops.Drawing(
      variants=VARIANTS[split],
      distribution=masks.TRAINING
      if split == "train"
      else masks.MaskDistribution(),
      distractor_share=crops.DISTRACTOR_SHARE if split == "train" else 0.0,
      seed=self._seed,
    )
    make = functools.partial(crops.make, source=self._source, drawing=drawing)
    with processes_lib.Workers(self._num_processes) as pool:
      for made in processes.Processes(pool).map(
        f"Drawing {split}", make, found
      ):
        for example in made:
          yield example["id"], example
