"""Evaluates a trained run, or the released weights, on people it never saw.

python scripts/evaluate.py --workdir=runs/faces [--split=test]
python scripts/evaluate.py --output_dir=runs/released --data_dir=data
"""

import command
from absl import flags

from maskgan_jax import evaluate, report

_WORKDIR = command.define_workdir()
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
_CHECKPOINT = command.define_checkpoint()


def main() -> None:
  result, folder = evaluate.evaluate(
    _WORKDIR.value,
    split=_SPLIT.value,
    output_dir=_OUTPUT_DIR.value,
    data_dir=_DATA_DIR.value,
    which=_CHECKPOINT.value,
  )
  print(report.table(result))
  print(f"\nScores and figures: {folder}")


if __name__ == "__main__":
  command.run(main)
