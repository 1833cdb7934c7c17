"""Writes the networks as files for other run times: ONNX or StableHLO."""

import os
import pathlib

from maskgan_jax.common import errors, files
from maskgan_jax.exporting import onnx, stablehlo, verify
from maskgan_jax.networks import loaded
from maskgan_jax.unmasking.backends import onnx as onnx_lib

# By name of the format: what encodes it, and what loads what it encoded.
FORMATS = {
  "onnx": (onnx.encode, onnx.load),
  "stablehlo": (stablehlo.encode, stablehlo.load),
}
# The same of the landmarker.
LANDMARK_FORMATS = {
  "onnx": (onnx.encode_landmarks, onnx.load_landmarks),
  "stablehlo": (stablehlo.encode_landmarks, stablehlo.load),
}


def export(
  path: str | os.PathLike,
  *,
  format: str,
  weights: str | os.PathLike | None = None,
  which: str = "latest",
  dtype: str = "float32",
) -> verify.Report:
  """Writes the networks, once the files were found equal to them.

  The landmarker, where there is one, goes into a file of its own beside.

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
  beside = onnx_lib.landmarker_path(path)
  for target in (path, beside):
    if target.exists():
      raise errors.UserError(
        f"{target} exists. Give another --output, or remove it."
      )
  networks = loaded.load(weights, which)
  with files.replacing(path) as partial:
    partial.touch()  # Before the work, not after it.
    if networks.model.landmarker is not None:
      _write_landmarker(beside, networks, LANDMARK_FORMATS[format], dtype)
    encode, load = FORMATS[format]
    partial.write_bytes(encode(networks, dtype))
    return verify.compare(load(partial), networks)


def _write_landmarker(path, networks, format, dtype) -> None:
  encode, load = format
  with files.replacing(path) as partial:
    partial.write_bytes(encode(networks, dtype))
    verify.compare_landmarks(load(partial), networks)
