"""Trains several configs alike and writes one table of their scores.

  python scripts/ablate.py --folder=configs/ablation --seeds=0,1 \\
    --data_dir=data64 --output_dir=runs/ablation --num_images=16000
  python scripts/ablate.py --configs=a.py,b.py --data_dir=data64 \\
    --output_dir=runs/ablation

Every row sees as many images and has the same seeds. The same command goes on
after an interruption. OUT/ablation.md, .json and .png are written anew after
each row. Files of the folder whose names start with _ are not rows.

On Linux the process starts itself anew once, to have its memory in large pages;
the environment variable MASKGAN_LARGE_PAGES=0 switches that off.
"""

import pathlib

from absl import flags

from maskgan_jax.commands import config_flag
from maskgan_jax.common import errors
from maskgan_jax.lab import ablation, ablation_report, ablation_rows

_CONFIGS = flags.DEFINE_list("configs", [], "The config files, one a row.")
_FOLDER = flags.DEFINE_string(
  "folder", None, "A folder whose config files are the rows."
)
_BASELINE = flags.DEFINE_string(
  "baseline",
  None,
  "The row that the others are compared with, by default the first.",
)
_SEEDS = flags.DEFINE_list(
  "seeds", ["0"], "The seeds: every row is trained once with each."
)
_NUM_IMAGES = flags.DEFINE_integer(
  "num_images",
  None,
  "How many images each training sees, instead of what its config says.",
  lower_bound=1,
)
_DATA_DIR = flags.DEFINE_string(
  "data_dir", None, "The dataset that maskgan build wrote."
)
_SPLIT = flags.DEFINE_enum(
  "split",
  "validation",
  ["validation", "test"],
  "The split of people to score.",
)
_OUTPUT_DIR = flags.DEFINE_string(
  "output_dir", None, "The folder for the runs and the table."
)

GROUPS = {
  "Rows": (_CONFIGS, _FOLDER, _BASELINE),
  "Training": (_SEEDS, _NUM_IMAGES),
  "Input and output": (_DATA_DIR, _SPLIT, _OUTPUT_DIR),
}
REQUIRED = (_DATA_DIR, _OUTPUT_DIR)


def main() -> None:
  """Trains and scores each config and prints the table."""
  if bool(_CONFIGS.value) == bool(_FOLDER.value):
    raise errors.UserError("Give either --configs=A.py,B.py or --folder=DIR.")
  seeds = _SEEDS.value
  if not all(map(str.isdecimal, seeds)) or not 0 < len(set(seeds)) == len(
    seeds
  ):
    raise errors.UserError(
      f"--seeds={','.join(seeds)}: give different numbers such as 0,1,2."
    )
  if _FOLDER.value:
    paths = ablation_rows.config_files(pathlib.Path(_FOLDER.value))
  else:
    paths = [pathlib.Path(path) for path in _CONFIGS.value]
  for path in paths:
    config_flag.let_import_neighbours(path)
  plan = ablation_rows.Plan(
    seeds=tuple(map(int, seeds)),
    data_dir=_DATA_DIR.value,
    output_dir=pathlib.Path(_OUTPUT_DIR.value),
    split=_SPLIT.value,
    num_images=_NUM_IMAGES.value,
    baseline=_BASELINE.value,
  )
  result = ablation.run(ablation_rows.load(paths, plan), plan)
  print(ablation_report.table(result))
  print(f"\nTable, plot and runs: {plan.output_dir}")
