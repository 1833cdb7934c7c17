"""The networks as StableHLO, as `jax.export` writes and reads it."""

import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import jax

from maskgan_jax.common import optional
from maskgan_jax.exporting import onnx

# Lowered for all of these, wherever it is exported.
_PLATFORMS = ("cpu", "cuda", "tpu")


def encode(
  function: Callable[..., Any], inputs: Sequence[jax.ShapeDtypeStruct]
) -> bytes:
  """Returns the content of a file that computes a function of pictures alone.

  It takes no masks made by hand: what is called has no optional inputs.

  Raises:
    errors.UserError: a package is missing.
  """
  # jax.export needs it without declaring it.
  optional.load("flatbuffers", onnx.REMEDY)
  exported = jax.export.export(jax.jit(function), platforms=_PLATFORMS)(
    inputs[0]
  )
  return bytes(exported.serialize())


def load(path: str | os.PathLike) -> Callable[..., Any]:
  """Returns what a StableHLO file computes, compiled for this machine."""
  content = bytearray(pathlib.Path(path).read_bytes())
  return jax.jit(jax.export.deserialize(content).call)
