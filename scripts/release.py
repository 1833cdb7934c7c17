"""Makes a run's weights those that the project comes with, or a file of them.

  python scripts/release.py --workdir=runs/sharp \
    --metrics=runs/sharp/evaluation/test_2000/metrics.json \
    --trained_by="python scripts/train.py ..." [--trained_by=...] \
    [--output=FILE.safetensors]
"""

import json
import pathlib

import command
from absl import flags

from maskgan_jax.common import errors
from maskgan_jax.networks import config, released, runs

_WORKDIR = flags.DEFINE_string("workdir", None, "Of scripts/train.py.")
_CHECKPOINT = command.define_checkpoint()
_OUTPUT = flags.DEFINE_string(
  "output",
  str(released.WEIGHTS),
  "FILE.safetensors; its card FILE.json lies beside it. Files are replaced.",
)
_METRICS = flags.DEFINE_string("metrics", None, "Of scripts/evaluate.py.")
_TRAINED_BY = flags.DEFINE_multi_string(
  "trained_by", None, "The commands that trained it, one a flag."
)


def main() -> None:
  path = pathlib.Path(_METRICS.value)
  if not path.is_file():
    raise errors.UserError(
      f"--metrics={path}: no such file. Evaluate the run first."
    )
  run = _WORKDIR.value
  step, variables = runs.load_inference(run, _CHECKPOINT.value)
  written = released.write(
    _OUTPUT.value,
    model=config.of_training(runs.read_config(run)),
    step=step,
    variables=variables,
    scores=json.loads(path.read_text()),
    commands=_TRAINED_BY.value,
  )
  print(f"{written}: {written.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
  flags.mark_flags_as_required(["workdir", "metrics", "trained_by"])
  command.run(main)
