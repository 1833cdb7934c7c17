"""TFDS builder of faces with masks drawn on them."""

import functools
import json
import logging
import os
import pathlib
import sys
from typing import Any

import tensorflow_datasets as tfds
from tensorflow_datasets.core import shuffle

from maskgan_jax import masks
from maskgan_jax.datasets import built
from maskgan_jax.datasets.masked_faces import (
  engines,
  features,
  notes,
  settings,
  sources,
)
from maskgan_jax.datasets.masked_faces.engines import spool
from maskgan_jax.datasets.masked_faces.sources import pairs
from maskgan_jax.datasets.masked_faces.stages import (
  align,
  align_pair,
  draw,
  kept,
  people,
  references,
)
from maskgan_jax.photos import provenance

# From a gigabyte on, TFDS would sort examples on the disk, for which it needs
# TensorFlow. They stay in memory; Beam serves those who have more than that.
shuffle.MAX_MEM_BUFFER_SIZE = sys.maxsize

# Beside the dataset, as long as it is being built.
SPOOL = "unfinished_faces"
_STAYS = "Aligned faces stay: the same command goes on with them."
_DESCRIPTIONS = {
  "sample_faces": "Procedurally painted portraits, for tests and smoke runs.",
  "folder": "A folder of photos.",
  "pairs": "Ready pairs of a masked and a bare picture.",
  "tfds": "The `image` feature of another TFDS dataset.",
}


class Builder(tfds.core.GeneratorBasedBuilder):
  """Aligned faces, each with an RGBA overlay of a drawn mask.

  Written as array_record without TensorFlow.
  """

  VERSION = tfds.core.Version("2.1.0")
  RELEASE_NOTES = {
    "2.1.0": "mask_params says of masked faces, too, whether a beard is painted"
    " on them.",
    "2.0.0": "Crops as large as the face is on its photo, up to 384 px, from"
    " faces of 100 px and up. Examples hold landmarks, face_width, source,"
    " synthetic and reference_ids.",
    "1.5.0": "Straps in colours of their own, twisted and sagging ones; masks"
    " of cloth that reach the ears and gape.",
    "1.4.0": "Prints in many colours, ties, ears of one piece with the mask,"
    " softer gaiters, whole rims of glasses, JPEG artefacts. In train, turned"
    " faces have three times as many masks, sport masks are more frequent, and"
    " beards are painted only where they show.",
    "1.3.0": "In train, one masked face in ten has a painted beard.",
    "1.2.0": "In train, more masks are worn at the chin or under the lip.",
    "1.1.0": "More kinds of masks, worn in more ways; glasses lie over them.",
    "1.0.0": "Initial release.",
  }
  # The first is the default.
  BUILDER_CONFIGS = [
    tfds.core.BuilderConfig(name=name, description=text)
    for name, text in _DESCRIPTIONS.items()
  ]
  MANUAL_DOWNLOAD_INSTRUCTIONS = """\
  folder: put photos, and if you can a manifest.csv (file,person_id), here.
  pairs: put the pictures with masks into input/ and those without, equally
  named, into target/.
  tfds: run maskgan build --source=tfds:NAME instead.
  sample_faces needs nothing.
  """

  def __init__(
    self,
    *,
    source: sources.Source | None = None,
    build_settings: settings.Settings | None = None,
    config: str | tfds.core.BuilderConfig | None = None,
    data_dir: str | os.PathLike | None = None,
    file_format: str | None = None,
    **kwargs,
  ):
    """Makes a builder.

    Args:
      source: one of the sources' objects; by default what the config's name
        says, with pictures from TFDS's manual folder.
      build_settings: sizes, caps and seeds.
      config: by default that of the dataset in data_dir, if there is one.
      data_dir: what to build into, or what was built into.
      file_format: array_record by default; others need TensorFlow.
      **kwargs: as for every TFDS builder.
    """
    self._source = source
    self._settings = build_settings or settings.Settings()
    self.skipped: list[sources.Skipped] = []
    super().__init__(
      config=config or self._built_config(data_dir),
      data_dir=data_dir,
      file_format=file_format or "array_record",
      **kwargs,
    )

  def _built_config(self, data_dir: str | os.PathLike | None) -> str | None:
    """The config of the one dataset in a folder, None otherwise."""
    found = built.versions(data_dir, self.name) if data_dir else []
    return found[0].parent.name if len(found) == 1 else None

  def _info(self) -> tfds.core.DatasetInfo:
    return self.dataset_info_from_configs(
      features=features.features(),
      metadata=tfds.core.MetadataDict(),
      homepage="https://doi.org/10.4108/ectpht.9.4850",
    )

  @property
  def _folder(self) -> pathlib.Path:
    return pathlib.Path(self._data_dir_root)

  def download_and_prepare(self, **kwargs) -> None:
    """Builds the dataset, see TFDS, on its processes or a Beam runner.

    Beside it comes what `notes` writes. What is built already is only read.

    Raises:
      locks.LockedError: another build writes into the same folder.
      files.WriteError: something cannot be written; the next build goes on.
      sources.SourceError: the source cannot be used.
    """
    if built.is_done(self, kwargs.get("download_config")):
      super().download_and_prepare(**kwargs)
      return
    with (
      built.writing(self._data_dir_root, self.name, _STAYS),
      spool.Spool(self._folder / SPOOL) as self._spool,
      engines.start(
        kwargs.get("download_config"),
        self._settings.num_processes,
        self._spool,
      ) as self._engine,
    ):
      super().download_and_prepare(**kwargs)

  def _split_generators(self, dl_manager: tfds.download.DownloadManager):
    source = self._source or self._default_source(dl_manager)
    described = settings.describe(source, self._settings)
    state = [str(self.version), provenance.VERSION, described]
    if self._spool.resume(json.dumps(state, sort_keys=True)):
      logging.warning("Going on with a build that was interrupted.")
    items, self.skipped = source.items()
    items = people.candidates(
      items, self._settings.num_train, self._settings.num_test
    )
    faces = self._align(source, items)
    notes.write_skipped(self._folder, self.skipped)
    if not faces:
      raise sources.SourceError(
        _nothing_usable(len(items), self.skipped, self._settings.min_face_width)
      )
    names = [face.item.name for face in faces]
    embeddings = [face.embedding for face in faces]
    identities = people.identify([face.item for face in faces], embeddings)
    groups = [who.group for who in identities]
    splits = people.assign(
      names, groups, self._settings.num_train, self._settings.num_test
    )
    num_lookalikes = notes.write_people(
      self._folder,
      names,
      identities,
      embeddings,
      splits,
      lambda i: kept.image(names[i], self._spool),
    )
    self.info.metadata.update(
      described,
      num_skipped=len(self.skipped),
      num_lookalikes_across_splits=num_lookalikes,
      **notes.metadata(identities, splits),
    )
    reference_ids = references.find(
      names, groups, [face.lower_face for face in faces], splits.values()
    )
    return {
      name: self._generate_examples(
        name, [(names[i], groups[i], reference_ids[i]) for i in indices]
      )
      for name, indices in splits.items()
    }

  def _align(
    self, source: sources.Source, items: list[sources.Item]
  ) -> list[kept.KeptFace]:
    """Aligns all faces; those that cannot be used join `skipped`."""
    if isinstance(source, pairs.Pairs):
      align_one = align_pair.align_pair
    else:
      align_one = functools.partial(
        align.align, rule=self._settings.usability_rule
      )
    align_and_keep = functools.partial(
      kept.align,
      align_one=functools.partial(
        align_one, source=source, size=self._settings.image_size
      ),
      values=self._spool,
    )
    faces = []
    for result in self._engine.map("Aligning", align_and_keep, items):
      if isinstance(result, sources.Skipped):
        self.skipped.append(result)
      else:
        faces.append(result)
    return faces

  def _generate_examples(
    self, split: str, faces: list[tuple[str, str, tuple[str, ...]]]
  ) -> Any:
    """Returns what TFDS takes of faces: names, person_ids, reference_ids."""
    is_train = split == "train"
    variants, options = 1, {}
    distribution = masks.MaskDistribution()
    if is_train:
      variants, distribution = self._settings.variants, masks.TRAINING
      options = {
        "hand_share": draw.HAND_SHARE,
        "bearded_share": draw.BEARDED_SHARE,
        "turned_factor": draw.TURNED_FACTOR,
      }
    draw_kept = functools.partial(
      kept.draw,
      variants=variants,
      make=functools.partial(
        draw.make,
        seed=self._settings.seed,
        distribution=self._settings.drawn_from(distribution),
        **options,
      ),
      values=self._spool,
    )
    return self._engine.examples(f"Drawing {split}", draw_kept, faces)

  def _default_source(self, dl_manager: tfds.download.DownloadManager):
    name = self.builder_config.name
    if name == "sample_faces":
      return sources.SampleFaces()
    if name == "folder":
      return sources.Folder(str(dl_manager.manual_dir))
    if name == "pairs":
      folders = (
        dl_manager.manual_dir / "input",
        dl_manager.manual_dir / "target",
      )
      return pairs.Pairs(*map(str, folders))
    raise sources.SourceError(
      f"{name}: needs to be told its source. Run maskgan build."
    )


def _nothing_usable(
  total: int, skipped: list[sources.Skipped], width: float
) -> str:
  first = "; ".join(f"{s.name}: {s.reason}" for s in skipped[:3])
  return (
    f"None of the {total} pictures holds a usable face. The first: {first}."
    f" Give photos with a face of at least about {width:.0f} pixels across."
  )
