"""Makes the weights of runs the released ones, or a file of them.

  python scripts/release.py --workdir=runs/sharp \\
    --trained_by="maskgan train ..."
  python scripts/release.py --landmarker_workdir=runs/landmarker \\
    --trained_by="maskgan train ..." --output=FILE.safetensors
  python scripts/release.py --metrics=scores/metrics.json

What no run is given for stays as it is released. So do the scores that a new
network has no part in: of a new landmarker, those of aligned faces. Score the
file that was written, with maskgan evaluate --weights=FILE, and add the scores
with --metrics.
"""

import dataclasses
import json
import pathlib
from typing import Any

from absl import flags

from maskgan_jax.commands import shared_flags
from maskgan_jax.common import errors
from maskgan_jax.evaluation import product
from maskgan_jax.networks import config, released, runs

_WORKDIR = flags.DEFINE_string(
  "workdir",
  None,
  "The run of maskgan train whose segmenter and generator to release.",
)
_LANDMARKER_WORKDIR = flags.DEFINE_string(
  "landmarker_workdir", None, "The run whose landmarker to release."
)
_CHECKPOINT = shared_flags.define_checkpoint()
_METRICS = flags.DEFINE_string(
  "metrics", None, "The metrics.json of maskgan evaluate to put on the card."
)
_TRAINED_BY = flags.DEFINE_multi_string(
  "trained_by",
  [],
  "A command that trained a run; give the flag once for each. With --workdir"
  " they replace those on the card, else they are added.",
)
_OUTPUT = flags.DEFINE_string(
  "output",
  str(released.WEIGHTS),
  "FILE.safetensors to write, with its card FILE.json beside it. Files that"
  " exist are replaced.",
)

GROUPS = {
  "Runs": (_WORKDIR, _LANDMARKER_WORKDIR, _CHECKPOINT),
  "Card": (_METRICS, _TRAINED_BY),
  "Output": (_OUTPUT,),
}
REQUIRED = ()


def main() -> None:
  """Writes the weights and their card."""
  is_new = bool(_WORKDIR.value or _LANDMARKER_WORKDIR.value)
  if not is_new and not _METRICS.value:
    raise errors.UserError(
      "Nothing to release: give --workdir, --landmarker_workdir or --metrics."
    )
  if is_new and not _TRAINED_BY.value:
    raise errors.UserError(
      "The card names the commands that trained a run: give --trained_by."
    )
  before = released.load()
  card = json.loads(released.card_of(released.WEIGHTS).read_text())
  commands = [*card["commands"], *_TRAINED_BY.value]
  model, step, variables = before.model, before.step, before.variables
  if _WORKDIR.value:
    commands = _TRAINED_BY.value
    landmarker = variables.get("landmarker")
    step, variables = runs.load_inference(_WORKDIR.value, _CHECKPOINT.value)
    model = config.of_training(runs.read_config(_WORKDIR.value))
    if landmarker is not None:
      model = dataclasses.replace(model, landmarker=before.model.landmarker)
      variables = variables | {"landmarker": landmarker}
  if run := _LANDMARKER_WORKDIR.value:
    _, found = runs.load_inference(run, _CHECKPOINT.value)
    model = dataclasses.replace(
      model, landmarker=config.landmarker_of_training(runs.read_config(run))
    )
    variables = variables | found
  scores = {} if _WORKDIR.value else card["scores"]
  if _LANDMARKER_WORKDIR.value:
    # These parts rest on landmarks found in use.
    scores = {k: x for k, x in scores.items() if k not in product.PARTS}
  if _METRICS.value:
    scores = _scores(pathlib.Path(_METRICS.value))
  written = released.write(
    _OUTPUT.value,
    model=model,
    step=step,
    variables=variables,
    scores=scores,
    commands=commands,
  )
  print(f"{written}: {written.stat().st_size / 2**20:.1f} MiB")


def _scores(path: pathlib.Path) -> dict[str, Any]:
  if not path.is_file():
    raise errors.UserError(
      f"--metrics={path}: no such file. Evaluate the weights first."
    )
  return json.loads(path.read_text())
