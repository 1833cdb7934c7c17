"""Writes the networks as one file for other run times: ONNX or StableHLO."""

import os
import pathlib

from maskgan_jax.common import errors, files
from maskgan_jax.exporting import completion, onnx, stablehlo, verify
from maskgan_jax.networks import loaded

# By name of the format: what encodes it, and what loads what it encoded.
FORMATS = {
  "onnx": (onnx.encode, onnx.load),
  "stablehlo": (stablehlo.encode, stablehlo.load),
}


def export(
  path: str | os.PathLike,
  *,
  format: str,
  weights: str | os.PathLike | None = None,
  which: str = "latest",
  dtype: str = "float32",
) -> verify.Report:
  """Writes the networks, once the file was found equal to them.

  Args:
    path: of the file.
    format: one of FORMATS.
    weights: a .safetensors file with its card or the workdir of a run, None for
      the released weights.
    which: "latest" or "best" checkpoint.
    dtype: one of `completion.DTYPES`: of the weights in the file.

  Raises:
    errors.UserError: the file exists, a package is missing, or the run cannot
      be exported.
    files.WriteError: the file cannot be written.
    RuntimeError: the file gives other pictures than the networks.
  """
  path = pathlib.Path(path)
  if path.exists():
    raise errors.UserError(
      f"{path} exists. Give another --output, or remove it."
    )
  encode, load = FORMATS[format]
  networks = loaded.load(weights, which)
  with files.replacing(path) as partial:
    partial.touch()  # Before the work, not after it.
    complete = completion.completion(networks, dtype)
    partial.write_bytes(encode(complete, completion.inputs(networks)))
    return verify.compare(load(partial), networks)
