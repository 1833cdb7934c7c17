"""The weights that this project comes with, and how they are written."""

import hashlib
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import ml_collections
import numpy as np
import safetensors.numpy
from flax import traverse_util

from maskgan_jax import checkpoint, errors

FOLDER = pathlib.Path(__file__).parent / "weights"
_WEIGHTS = "portraits.safetensors"
_CARD = "portraits.json"


class Released(NamedTuple):
  """Averaged parameters of a run, ready for use."""

  config: ml_collections.ConfigDict
  step: int
  variables: dict[str, dict[str, Any]]  # By network, as flax applies them.


def load(folder: pathlib.Path = FOLDER) -> Released:
  """Reads the released weights, float32.

  Raises:
    errors.UserError: they are missing, or not the ones their card describes.
  """
  weights, card = folder / _WEIGHTS, folder / _CARD
  for path in (weights, card):
    if not path.exists():
      raise errors.UserError(
        f"{path} is missing. Get the repository again, with its large files, or"
        " give the --workdir of a run of your own."
      )
  described = json.loads(card.read_text())
  content = weights.read_bytes()
  found = hashlib.sha256(content).hexdigest()
  if found != described["sha256"]:
    raise errors.UserError(
      f"{weights} has SHA-256 {found}, its card says {described['sha256']}."
      " Get both files again."
    )
  flat = safetensors.numpy.load(content)
  networks = traverse_util.unflatten_dict(
    {name: x.astype(np.float32) for name, x in flat.items()}, sep="/"
  )
  return Released(
    ml_collections.ConfigDict(described["config"]).lock(),
    described["step"],
    {name: {"batch_stats": {}, **x} for name, x in networks.items()},
  )


def sha256() -> str:
  """Returns the hash that tells these weights from others."""
  return json.loads((FOLDER / _CARD).read_text())["sha256"]


def sha256_of(variables: Mapping[str, Any]) -> str:
  """Returns the hash of a run's variables: of their names and values."""
  digest = hashlib.sha256()
  for name, x in sorted(traverse_util.flatten_dict(variables, sep="/").items()):
    digest.update(name.encode())
    digest.update(np.ascontiguousarray(x).tobytes())
  return digest.hexdigest()


def write(
  workdir: str,
  *,
  which: str,
  scores: Mapping[str, Any],
  commands: Sequence[str],
  folder: pathlib.Path = FOLDER,
) -> pathlib.Path:
  """Writes a run's averaged parameters in half precision, and their card.

  Args:
    workdir: of the run.
    which: "latest" or "best" checkpoint.
    scores: what metrics.json says of it.
    commands: how it was trained.
    folder: where to; files there are replaced.

  Raises:
    errors.UserError: no run or no checkpoint in the workdir.
  """
  config = checkpoint.read_config(workdir).to_dict()
  # Where the run lay says nothing to others.
  config |= {"data_dir": "data", "init_from": ""}
  step, variables = checkpoint.load_inference(workdir, which)
  flat = traverse_util.flatten_dict(variables, sep="/")
  content = safetensors.numpy.save(
    {name: np.asarray(x, np.float16) for name, x in flat.items()}
  )
  card = {
    "sha256": hashlib.sha256(content).hexdigest(),
    "step": int(step),
    "commands": list(commands),
    "scores": dict(scores),
    "config": config,
  }
  folder.mkdir(parents=True, exist_ok=True)
  for name, data in (
    (_WEIGHTS, content),
    (_CARD, json.dumps(card, indent=2).encode()),
  ):
    partial = folder / f"{name}.partial"
    partial.write_bytes(data)
    partial.replace(folder / name)
  return folder / _WEIGHTS
