"""Builds a dataset: faces, and masks drawn on them.

  maskgan build --source=folder --faces_dir=PHOTOS --data_dir=data
  maskgan build --source=pairs --input_dir=MASKED --target_dir=BARE \\
    --data_dir=data
  maskgan build --data_dir=data --num_faces=300

Without --source the faces are painted: no download, no real person.

The landmarker learns from wide crops of whole photos:

  maskgan build --dataset=landmark_crops --source=folder --faces_dir=PHOTOS \\
    --data_dir=data_landmarks
"""

import os

from absl import flags

from maskgan_jax.commands import mask_flags
from maskgan_jax.datasets.landmark_crops import build as landmark_build
from maskgan_jax.datasets.masked_faces import build, settings, sources
from maskgan_jax.datasets.masked_faces.sources import pairs
from maskgan_jax.faces import usability

_DATASET = flags.DEFINE_enum(
  "dataset",
  "masked_faces",
  ("masked_faces", "landmark_crops"),
  "What is built: aligned faces to train segmenter and generator on, or wide"
  " crops for the landmarker. The latter take --source=folder or sample_faces,"
  " --seed and --num_processes.",
)
_SOURCE = flags.DEFINE_string(
  "source",
  "sample_faces",
  f"Where the faces come from: {', '.join(sources.KINDS)}.",
)
_DATA_DIR = flags.DEFINE_string(
  "data_dir", None, "The folder to write the dataset to."
)
_FACES_DIR = flags.DEFINE_string(
  "faces_dir", None, "With --source=folder: the folder of photos."
)
_NUM_FACES = flags.DEFINE_integer(
  "num_faces", 300, "With --source=sample_faces: how many faces to paint."
)
_TFDS_DATA_DIR = flags.DEFINE_string(
  "tfds_data_dir",
  None,
  "With --source=tfds:NAME: the folder where that dataset was prepared as"
  " array_record.",
)
_PERSON_FEATURE = flags.DEFINE_string(
  "person_feature",
  None,
  "With --source=tfds:NAME: the feature that says who is on a picture. Without"
  " it faces alone tell people apart.",
)
_INPUT_DIR = flags.DEFINE_string("input_dir", None, "The pictures with masks.")
_TARGET_DIR = flags.DEFINE_string(
  "target_dir", None, "The same pictures without masks, under the same names."
)
_PAIRS_DIR = flags.DEFINE_string(
  "pairs_dir", None, "Pictures with both side by side, instead of two folders."
)
_DIRECTION = flags.DEFINE_enum(
  "direction",
  "AtoB",
  pairs.DIRECTIONS,
  "With --pairs_dir: AtoB if the left half wears the mask, BtoA if the right"
  " half does.",
)
_MASK_DIR = flags.DEFINE_string(
  "mask_dir", None, "The masks, white on black, if there are any."
)
_IMAGE_SIZE = flags.DEFINE_integer(
  "image_size",
  settings.Settings.image_size,
  "The side of the largest crops in pixels; smaller faces are not enlarged.",
)
_VARIANTS = flags.DEFINE_integer(
  "variants",
  4,
  "How many masks to draw on each face of the train split; turned faces get"
  " three times as many.",
)
_NUM_TRAIN = flags.DEFINE_integer(
  "num_train", None, "The most faces to put into the train split."
)
_NUM_TEST = flags.DEFINE_integer(
  "num_test", None, "The most faces to put into the test split."
)
_KINDS, _WEAR = mask_flags.define()
_MIN_FACE_WIDTH = flags.DEFINE_float(
  "min_face_width",
  usability.UsabilityRule.min_face_width,
  "Leave faces out that are fewer pixels wide on their photo.",
)
_SEED = flags.DEFINE_integer(
  "seed", 0, "The same seed draws the same masks again."
)
_NUM_PROCESSES = flags.DEFINE_integer(
  "num_processes", os.cpu_count(), "How many processes work at once."
)
_BEAM_RUNNER = flags.DEFINE_string(
  "beam_runner",
  None,
  "Build on this runner of Apache Beam, such as DirectRunner.",
)
_BEAM_OPTIONS = flags.DEFINE_list(
  "beam_options", [], "The runner's options: NAME=VALUE,NAME=VALUE."
)

GROUPS = {
  "Source and output": (
    _DATASET,
    _SOURCE,
    _DATA_DIR,
    _FACES_DIR,
    _NUM_FACES,
    _TFDS_DATA_DIR,
    _PERSON_FEATURE,
  ),
  "With --source=pairs": (
    _INPUT_DIR,
    _TARGET_DIR,
    _PAIRS_DIR,
    _DIRECTION,
    _MASK_DIR,
  ),
  "Examples": (
    _IMAGE_SIZE,
    _MIN_FACE_WIDTH,
    _VARIANTS,
    _NUM_TRAIN,
    _NUM_TEST,
    _SEED,
  ),
  "Masks": (_KINDS, _WEAR),
  "Speed": (_NUM_PROCESSES, _BEAM_RUNNER, _BEAM_OPTIONS),
}
REQUIRED = (_DATA_DIR,)


def main() -> None:
  """Builds the dataset."""
  source = build.make_source(
    _SOURCE.value,
    faces_dir=_FACES_DIR.value,
    num_faces=_NUM_FACES.value,
    seed=_SEED.value,
    tfds_data_dir=_TFDS_DATA_DIR.value,
    person_feature=_PERSON_FEATURE.value,
    input_dir=_INPUT_DIR.value,
    target_dir=_TARGET_DIR.value,
    pairs_dir=_PAIRS_DIR.value,
    direction=_DIRECTION.value,
    mask_dir=_MASK_DIR.value,
  )
  if _DATASET.value == "landmark_crops":
    print(
      landmark_build.build(
        source,
        _DATA_DIR.value,
        seed=_SEED.value,
        num_processes=_NUM_PROCESSES.value,
      )
    )
    return
  build_settings = settings.Settings(
    image_size=_IMAGE_SIZE.value,
    variants=_VARIANTS.value,
    num_train=_NUM_TRAIN.value,
    num_test=_NUM_TEST.value,
    kinds=tuple(_KINDS.value),
    wears=tuple(_WEAR.value),
    min_face_width=_MIN_FACE_WIDTH.value,
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
