"""Evaluates a trained run, or the released weights, on people it never saw.

python scripts/evaluate.py --workdir=runs/faces [--split=test]
python scripts/evaluate.py --output_dir=runs/released --data_dir=data
python scripts/evaluate.py --workdir=runs/faces --fd --robustness
python scripts/evaluate.py --workdir=runs/diverse --num_samples=4
"""

import command
from absl import flags

from maskgan_jax.evaluation import report, robustness, run, variety

_NETWORKS = command.define_networks()
_SPLIT = flags.DEFINE_string("split", "test", "test or validation.")
_OUTPUT_DIR = flags.DEFINE_string(
  "output_dir",
  None,
  "Where metrics.json, per_image.csv and figures go; by default a folder of"
  " the workdir.",
)
_DATA_DIR = flags.DEFINE_string(
  "data_dir", None, "Another dataset than the one trained on."
)
_FD = flags.DEFINE_bool(
  "fd",
  False,
  "Adds FD-VGG16, the distance of completed from true crops as a set; some"
  " 0.6 s a picture on a CPU.",
)
_ROBUSTNESS = flags.DEFINE_bool(
  "robustness", False, "Adds scores on worse photos and under attack."
)
_ROBUSTNESS_IMAGES = flags.DEFINE_integer(
  "robustness_images", 64, "On so many faces.", lower_bound=1
)
_NUM_SAMPLES = flags.DEFINE_integer(
  "num_samples",
  1,
  "Adds the variety of so many completions of each face.",
  lower_bound=1,
)


def main() -> None:
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
  )
  print(report.table(result))
  if _ROBUSTNESS.value:
    print(f"\n{robustness.table(result['robustness'])}")
  if _NUM_SAMPLES.value > 1:
    print(f"\n{variety.table(result['variety'])}")
  print(f"\nScores and figures: {folder}")


if __name__ == "__main__":
  command.run(main)
