"""Makes a run's weights the released ones, or a file of them.

  python scripts/release.py --workdir=runs/sharp \\
    --metrics=runs/sharp/evaluation/test_2000/metrics.json \\
    --trained_by="maskgan train ..." --trained_by="maskgan train ..."
  python scripts/release.py ... --output=FILE.safetensors
"""

import json
import pathlib

from absl import flags

from maskgan_jax.commands import shared_flags
from maskgan_jax.common import errors
from maskgan_jax.networks import config, released, runs

_WORKDIR = flags.DEFINE_string(
  "workdir", None, "The run of maskgan train to release."
)
_CHECKPOINT = shared_flags.define_checkpoint()
_METRICS = flags.DEFINE_string(
  "metrics", None, "Its metrics.json, written by maskgan evaluate."
)
_TRAINED_BY = flags.DEFINE_multi_string(
  "trained_by", None, "A command that trained it; give the flag once for each."
)
_OUTPUT = flags.DEFINE_string(
  "output",
  str(released.WEIGHTS),
  "FILE.safetensors to write, with its card FILE.json beside it. Files that"
  " exist are replaced.",
)

GROUPS = {
  "Run": (_WORKDIR, _CHECKPOINT),
  "Card": (_METRICS, _TRAINED_BY),
  "Output": (_OUTPUT,),
}
REQUIRED = (_WORKDIR, _METRICS, _TRAINED_BY)


def main() -> None:
  """Writes the weights and their card."""
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
