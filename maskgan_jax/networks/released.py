"""Weights in a file with a card, as this project comes with and writes them."""

import hashlib
import json
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import safetensors.numpy
from flax import traverse_util

from maskgan_jax.common import errors, files
from maskgan_jax.networks import build
from maskgan_jax.networks import config as config_lib

# Those that the project comes with.
WEIGHTS = pathlib.Path(__file__).parent / "weights" / "compact.safetensors"
SUFFIX = WEIGHTS.suffix


class Released(NamedTuple):
  """Averaged parameters of a run, ready for use."""

  model: config_lib.ModelConfig
  step: int
  variables: dict[str, dict[str, Any]]  # By network, as flax applies them.
  sha256: str  # Tells these weights from others.


def card_of(weights: pathlib.Path) -> pathlib.Path:
  """Returns where the card of a file of weights is: beside it."""
  return weights.with_suffix(".json")


def load(weights: str | os.PathLike = WEIGHTS) -> Released:
  """Reads a file of weights, float32, and its card.

  Raises:
    errors.UserError: one of them is missing or no such file, or the weights are
      not those that the card describes, or not of the networks of its config.
  """
  weights = pathlib.Path(weights)
  card = card_of(weights)
  for path in (weights, card):
    if not path.is_file():
      raise errors.UserError(f"{path} is missing. {_remedy(weights)}")
  content = weights.read_bytes()
  try:
    described = json.loads(card.read_text())
    content_of_model = described["model"]
    step, sha256 = described["step"], described["sha256"]
  except (KeyError, TypeError, ValueError) as error:
    raise errors.UserError(
      f"{card} is no card of weights ({error!r}). {_remedy(weights)}"
    ) from error
  try:
    model = config_lib.from_dict(content_of_model)
  except errors.UserError as error:
    raise errors.UserError(
      f"{card}: its model is not one of this version ({error}). Release the run"
      " again with scripts/release.py."
    ) from error
  found = hashlib.sha256(content).hexdigest()
  if found != sha256:
    raise errors.UserError(
      f"{weights} has SHA-256 {found}, its card says {sha256}. Get both files"
      " again."
    )
  flat = safetensors.numpy.load(content)
  networks = traverse_util.unflatten_dict(
    {name: x.astype(np.float32) for name, x in flat.items()}, sep="/"
  )
  variables = {name: {"batch_stats": {}, **x} for name, x in networks.items()}
  _check_fit(weights, model, variables)
  return Released(model, step, variables, sha256)


def _remedy(weights: pathlib.Path) -> str:
  if weights == WEIGHTS:
    return (
      "Get the repository again, with its large files, or give --weights or the"
      " --workdir of a run of your own."
    )
  return (
    "Give a .safetensors file with its .json beside it, as scripts/release.py"
    " writes them."
  )


def _check_fit(weights, model, variables) -> None:
  """Raises a UserError if the model's networks have other variables."""
  found = build.describe_shapes(variables)
  expected = build.describe_shapes(build.variable_shapes(model))
  differing = sorted(
    name
    for name in found.keys() | expected.keys()
    if found.get(name) != expected.get(name)
  )
  if differing:
    name = differing[0]
    raise errors.UserError(
      f"{weights} does not fit the model in its card: {len(differing)} arrays"
      f" differ, {name} is {found.get(name, 'missing')}, the model asks for"
      f" {expected.get(name, 'none')}. Release the run again with"
      " scripts/release.py."
    )


def sha256_of(variables: Mapping[str, Any]) -> str:
  """Returns the hash of a run's variables: of their names and values."""
  digest = hashlib.sha256()
  for name, x in sorted(traverse_util.flatten_dict(variables, sep="/").items()):
    digest.update(name.encode())
    digest.update(np.ascontiguousarray(x).tobytes())
  return digest.hexdigest()


def write(
  path: str | os.PathLike,
  *,
  model: config_lib.ModelConfig,
  step: int,
  variables: Mapping[str, Any],
  scores: Mapping[str, Any],
  commands: Sequence[str],
) -> pathlib.Path:
  """Writes averaged parameters in half precision, and their card.

  Args:
    path: FILE.safetensors, and its card FILE.json beside it; files there are
      replaced.
    model: the networks' config.
    step: of the checkpoint.
    variables: by network, as flax applies them.
    scores: what metrics.json says of them.
    commands: how they were trained.

  Raises:
    errors.UserError: the path has another suffix.
    files.WriteError: a file cannot be written.
  """
  path = pathlib.Path(path)
  if path.suffix != SUFFIX:
    raise errors.UserError(f"{path}: give a name that ends in {SUFFIX}.")
  flat = traverse_util.flatten_dict(variables, sep="/")
  content = safetensors.numpy.save(
    {name: np.asarray(x, np.float16) for name, x in flat.items()}
  )
  files.write(path, content)
  files.write_json(
    card_of(path),
    {
      "sha256": hashlib.sha256(content).hexdigest(),
      "step": int(step),
      "model": model.to_dict(),
      "commands": list(commands),
      "scores": dict(scores),
    },
  )
  return path
