"""Builds the dataset from the command line's arguments, and reports."""

import collections
import pathlib
import re
import shutil
import time
from collections.abc import Sequence

from maskgan_jax.datasets import built
from maskgan_jax.datasets.masked_faces import (
  masked_faces_dataset_builder,
  notes,
  reader,
  settings,
  sources,
)
from maskgan_jax.datasets.masked_faces.engines import beam
from maskgan_jax.datasets.masked_faces.sources import pairs, tfds_images


def make_source(
  name: str,
  *,
  faces_dir: str | None = None,
  num_faces: int = 300,
  seed: int = 0,
  tfds_data_dir: str | None = None,
  person_feature: str | None = None,
  **pair_folders: str | None,
) -> sources.Source:
  """Returns the source that --source names.

  Args:
    name: one of sources.KINDS.
    faces_dir: of folder.
    num_faces: of sample_faces.
    seed: of sample_faces.
    tfds_data_dir: where tfds:NAME was prepared.
    person_feature: of tfds:NAME, which says who is on a picture.
    **pair_folders: as pairs.Pairs takes them.

  Raises:
    sources.SourceError: the name is unknown or lacks what it needs.
  """
  known = name in sources.KINDS or name.startswith("tfds:")
  if known and faces_dir and name != "folder":
    raise sources.SourceError(
      f"--faces_dir is for --source=folder, but the source is {name}."
    )
  if known and person_feature and not name.startswith("tfds:"):
    raise sources.SourceError(
      f"--person_feature is for --source=tfds:NAME, but the source is {name}."
    )
  if name == "sample_faces":
    return sources.SampleFaces(num_faces, seed)
  if name == "folder":
    if not faces_dir:
      raise sources.SourceError("--source=folder needs --faces_dir=PHOTOS.")
    return sources.Folder(faces_dir)
  if name == "pairs":
    return pairs.Pairs(**pair_folders)
  if name.startswith("tfds:"):
    if not tfds_data_dir:
      raise sources.SourceError(f"--source={name} needs --tfds_data_dir=DIR.")
    return tfds_images.TfdsImages(
      name.removeprefix("tfds:"), tfds_data_dir, person_feature
    )
  raise sources.SourceError(
    f"--source={name} is unknown; the sources are {', '.join(sources.KINDS)}."
  )


def build(
  source: sources.Source,
  build_settings: settings.Settings,
  data_dir: str,
  beam_runner: str | None = None,
  beam_options: Sequence[str] = (),
) -> str:
  """Builds the dataset, unless it is there already.

  Args:
    source: one of the sources' objects.
    build_settings: sizes, caps and seeds.
    data_dir: where to; also gets what `notes` writes.
    beam_runner: builds on this runner of Apache Beam, with the same result.
    beam_options: of the runner, see `engines.beam.config`.

  Returns:
    A report of a few lines.

  Raises:
    sources.SourceError: the source cannot be used, ready pairs are to wear
      other masks, or data_dir holds a dataset built otherwise.
    locks.LockedError: another build writes into data_dir.
    files.WriteError: something cannot be written. The same call goes on.
    errors.UserError: Beam is not installed, or does not know the runner or
      an option.
  """
  if isinstance(source, pairs.Pairs):
    _check_no_masks_are_chosen(build_settings)
  config = beam.config(beam_runner, beam_options, build_settings.num_processes)
  parameters = settings.describe(source, build_settings)
  if reader.is_built(data_dir):
    metadata = reader.metadata(data_dir)
    _check_same(metadata, parameters, data_dir)
    _clear(data_dir)
    return f"{data_dir} holds this dataset already.\n{_counts(metadata)}"
  start = time.monotonic()
  builder = masked_faces_dataset_builder.Builder(
    config=source.kind.split(":")[0],
    data_dir=data_dir,
    source=source,
    build_settings=build_settings,
  )
  built.prepare(builder, config)
  return _report(builder, time.monotonic() - start)


def _check_no_masks_are_chosen(build_settings: settings.Settings) -> None:
  """Raises where masks are chosen that no one is going to draw."""
  if build_settings.kinds or build_settings.wears:
    raise sources.SourceError(
      "--kinds and --wear choose the masks that are drawn, but --source=pairs"
      " has its own. Leave them out."
    )


def _clear(data_dir: str) -> None:
  """Removes what a build left that was killed as it had just finished."""
  builder = masked_faces_dataset_builder
  left = pathlib.Path(data_dir, builder.SPOOL)
  if left.exists():
    with built.writing(data_dir, builder.Builder.name):
      shutil.rmtree(left)


def _check_same(built: dict, wanted: dict, data_dir: str) -> None:
  """Raises where a dataset was built with other parameters."""
  differ = [
    f"{key} is {built.get(key)} there, {wanted.get(key)} was asked for"
    for key in wanted
    if built.get(key) != wanted.get(key)
  ]
  if differ:
    raise sources.SourceError(
      f"{data_dir} holds a dataset built otherwise: {'; '.join(differ)}. Name"
      " another --data_dir, or remove this one first."
    )


def _counts(metadata: dict) -> str:
  faces = ", ".join(f"{k} {v}" for k, v in metadata["num_faces"].items())
  return f"Faces: {faces}; people: {metadata['num_people']}."


def _report(builder, seconds: float) -> str:
  metadata = builder.info.metadata
  used = sum(metadata["num_faces"].values())
  examples = sum(split.num_examples for split in builder.info.splits.values())
  size = sum(split.num_bytes for split in builder.info.splits.values())
  lines = [
    f"Used {used} pictures, skipped {len(builder.skipped)}, left out"
    f" {metadata['num_left_out_by_caps']} beyond the caps.",
    *(
      f"  {count} {reason}"
      for reason, count in reasons(builder.skipped).most_common()
    ),
    _counts(metadata),
    f"Examples: {examples}, {size / 2**20:.1f} MiB on disk,"
    f" {size / max(examples, 1) / 1024:.1f} KiB each.",
    f"Took {seconds:.0f} s: {examples / seconds:.1f} examples/s,"
    f" {(used + len(builder.skipped)) / seconds:.1f} pictures/s.",
    f"Written to {builder.data_dir}",
  ]
  beside = pathlib.Path(builder.data_dir).parents[2]
  if builder.skipped:
    lines.append(f"Skipped files: {beside / notes.SKIPPED}")
  if alike := metadata["num_lookalikes_across_splits"]:
    lines.append(
      f"People of different splits who look alike: {alike} pairs. Look at"
      f" {beside / notes.SHEET}; {notes.LOOKALIKES} has them all."
    )
  return "\n".join(lines)


def reasons(skipped: list[sources.Skipped]) -> collections.Counter:
  """Counts the reasons without what is particular to one file."""
  counts = collections.Counter()
  for _, reason in skipped:
    # "path: what is wrong (detail). What to do."
    general = re.sub(r"\s*\(.*\)", "", reason)
    general = general.split(": ")[-1].split(". ")[0]
    counts[re.sub(r"\d[\dx]*", "N", general)] += 1
  return counts
