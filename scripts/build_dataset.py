"""Builds the masked_faces dataset.

  python scripts/build_dataset.py --source=folder --faces_dir=PHOTOS \
    --data_dir=OUT [--beam_runner=DirectRunner]
"""

import os

import command
from absl import flags

from maskgan_jax.datasets.masked_faces import build, settings, sources
from maskgan_jax.datasets.masked_faces.sources import pairs

_SOURCE = flags.DEFINE_string(
  "source", "sample_faces", f"One of {', '.join(sources.KINDS)}."
)
_DATA_DIR = flags.DEFINE_string(
  "data_dir", None, "Where the dataset goes.", required=True
)
_FACES_DIR = flags.DEFINE_string("faces_dir", None, "folder: the photos.")
_INPUT_DIR = flags.DEFINE_string(
  "input_dir", None, "pairs: the pictures with masks."
)
_TARGET_DIR = flags.DEFINE_string(
  "target_dir", None, "pairs: the same without masks, equally named."
)
_PAIRS_DIR = flags.DEFINE_string(
  "pairs_dir", None, "pairs: side-by-side pictures instead of two folders."
)
_DIRECTION = flags.DEFINE_enum(
  "direction",
  "AtoB",
  pairs.DIRECTIONS,
  "pairs: AtoB if the left half wears the mask, BtoA if the right one does.",
)
_MASK_DIR = flags.DEFINE_string(
  "mask_dir", None, "pairs: the masks, white on black, if there are any."
)
_TFDS_DATA_DIR = flags.DEFINE_string(
  "tfds_data_dir", None, "tfds:NAME: where it was prepared as array_record."
)
_NUM_FACES = flags.DEFINE_integer(
  "num_faces", 300, "sample_faces: how many to paint."
)
_IMAGE_SIZE = flags.DEFINE_integer("image_size", 256, "Side of the crops.")
_VARIANTS = flags.DEFINE_integer(
  "variants",
  4,
  "Masks drawn on each face of the train split; turned ones get three times as"
  " many.",
)
_NUM_TRAIN = flags.DEFINE_integer(
  "num_train", None, "At most as many faces in train."
)
_NUM_TEST = flags.DEFINE_integer(
  "num_test", None, "At most as many faces in test."
)
_SEED = flags.DEFINE_integer("seed", 0, "Determines every mask.")
_NUM_PROCESSES = flags.DEFINE_integer(
  "num_processes", os.cpu_count(), "How many work at once."
)
_BEAM_RUNNER = flags.DEFINE_string(
  "beam_runner", None, "Build on this runner of Apache Beam, say DirectRunner."
)
_BEAM_OPTIONS = flags.DEFINE_list(
  "beam_options", [], "Of the runner: NAME=VALUE,NAME=VALUE."
)


def main() -> None:
  source = build.make_source(
    _SOURCE.value,
    faces_dir=_FACES_DIR.value,
    num_faces=_NUM_FACES.value,
    seed=_SEED.value,
    tfds_data_dir=_TFDS_DATA_DIR.value,
    input_dir=_INPUT_DIR.value,
    target_dir=_TARGET_DIR.value,
    pairs_dir=_PAIRS_DIR.value,
    direction=_DIRECTION.value,
    mask_dir=_MASK_DIR.value,
  )
  build_settings = settings.Settings(
    image_size=_IMAGE_SIZE.value,
    variants=_VARIANTS.value,
    num_train=_NUM_TRAIN.value,
    num_test=_NUM_TEST.value,
    seed=_SEED.value,
    num_processes=_NUM_PROCESSES.value,
  )
  print(
    build.build(
      source,
      build_settings,
      _DATA_DIR.value,
      _BEAM_RUNNER.value,
      _BEAM_OPTIONS.value,
    )
  )


if __name__ == "__main__":
  command.run(main)
