"""Trains several configs alike and writes one table of their scores.

  python scripts/ablate.py --folder=configs/ablation --seeds=0,1 \
    --data_dir=data64 --output_dir=runs/ablation [--num_images=16000]
  python scripts/ablate.py --configs=a.py,b.py ...

Every row sees as many images and has the same seeds. The same command goes on
after an interruption. OUT/ablation.md, .json and .png are written anew after
each row. Files of the folder that start with _ are no rows.
"""

import pathlib

import command
from absl import flags

from maskgan_jax.common import errors
from maskgan_jax.lab import ablation, ablation_report, ablation_rows

_CONFIGS = flags.DEFINE_list("configs", [], "Files of configs, one a row.")
_FOLDER = flags.DEFINE_string("folder", None, "All configs of a folder.")
_SEEDS = flags.DEFINE_list("seeds", ["0"], "Each row is trained with each.")
_DATA_DIR = flags.DEFINE_string(
  "data_dir", None, "The --data_dir of scripts/build_dataset.py."
)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "For runs and table.")
_SPLIT = flags.DEFINE_enum(
  "split", "validation", ["validation", "test"], "People who are scored."
)
_NUM_IMAGES = flags.DEFINE_integer(
  "num_images", None, "Of training, instead of the configs'.", lower_bound=1
)
_BASELINE = flags.DEFINE_string(
  "baseline", None, "The row that others are compared with; else the first."
)


def main() -> None:
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


if __name__ == "__main__":
  flags.mark_flags_as_required(["data_dir", "output_dir"])
  command.run(main)
