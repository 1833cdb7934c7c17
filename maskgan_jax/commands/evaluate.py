"""Scores a run, or the released weights, on people it never saw.

  maskgan evaluate --workdir=runs/faces
  maskgan evaluate --output_dir=runs/released --data_dir=data
  maskgan evaluate --workdir=runs/faces --faces_dir=PHOTOS
  maskgan evaluate --workdir=runs/faces --fd --robustness --num_samples=4

Scores that exist are kept; what is newly asked for is added.
"""

from absl import flags

from maskgan_jax.commands import shared_flags
from maskgan_jax.evaluation import report, robustness, run, variety

_NETWORKS = shared_flags.Networks()
_DATA_DIR = flags.DEFINE_string(
  "data_dir",
  None,
  "The dataset, by default the one that the run was trained on.",
)
_SPLIT = flags.DEFINE_string(
  "split", "test", "The split of people to score: test or validation."
)
_OUTPUT_DIR = flags.DEFINE_string(
  "output_dir",
  None,
  "The folder for metrics.json, per_image.csv and the figures, by default one"
  " in the workdir.",
)
_FACES_DIR = flags.DEFINE_string(
  "faces_dir",
  None,
  "Add what users get: masks are drawn on the whole photos of this folder that"
  " show people of the split, by its manifest.csv, and taken off.",
)
_NUM_PHOTOS = flags.DEFINE_integer(
  "num_photos",
  None,
  "With --faces_dir: score at most so many photos, drawn at random.",
  lower_bound=1,
)
_FD = flags.DEFINE_bool(
  "fd",
  False,
  "Add FD-VGG16, the distance between completed and true crops as sets. It"
  " takes some 0.6 s a picture on a CPU.",
)
_ROBUSTNESS = flags.DEFINE_bool(
  "robustness", False, "Add scores on worse photos and under attack."
)
_ROBUSTNESS_IMAGES = flags.DEFINE_integer(
  "robustness_images",
  64,
  "With --robustness: how many faces to score.",
  lower_bound=1,
)
_NUM_SAMPLES = flags.DEFINE_integer(
  "num_samples",
  1,
  "Add how much so many completions of each face vary.",
  lower_bound=1,
)

GROUPS = {
  "Networks": _NETWORKS.flags,
  "Input and output": (_DATA_DIR, _SPLIT, _OUTPUT_DIR),
  "Whole photos": (_FACES_DIR, _NUM_PHOTOS),
  "More scores": (_FD, _ROBUSTNESS, _ROBUSTNESS_IMAGES, _NUM_SAMPLES),
}


def main() -> None:
  """Scores the networks and prints the tables."""
  weights, which = _NETWORKS()
  result, folder = run.evaluate(
    weights,
    split=_SPLIT.value,
    output_dir=_OUTPUT_DIR.value,
    data_dir=_DATA_DIR.value,
    which=which,
    fd=_FD.value,
    robustness_images=_ROBUSTNESS_IMAGES.value if _ROBUSTNESS.value else 0,
    num_samples=_NUM_SAMPLES.value,
    faces_dir=_FACES_DIR.value,
    num_photos=_NUM_PHOTOS.value,
  )
  print(report.table(result))
  if _ROBUSTNESS.value:
    print(f"\n{robustness.table(result['robustness'])}")
  if _NUM_SAMPLES.value > 1:
    print(f"\n{variety.table(result['variety'])}")
  print(f"\nScores and figures: {folder}")
