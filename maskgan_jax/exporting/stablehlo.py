"""The networks as StableHLO, as `jax.export` writes and reads it."""

import os
import pathlib
from collections.abc import Callable
from typing import Any

import jax

from maskgan_jax.common import optional
from maskgan_jax.exporting import completion, onnx
from maskgan_jax.exporting import landmarks as landmarks_lib
from maskgan_jax.networks import loaded

# Lowered for all of these, wherever it is exported.
_PLATFORMS = ("cpu", "cuda", "tpu")


def encode(networks: loaded.LoadedNetworks, dtype: str) -> bytes:
  """Returns the content of a file that computes `completion.completion`.

  It takes no masks made by hand: what is called has no optional inputs.

  Raises:
    errors.UserError: as `completion.completion`, or a package is missing.
  """
  complete = completion.completion(networks, dtype)
  faces, _, *landmarks = completion.inputs(networks)
  return _exported(
    lambda faces, *landmarks: complete(faces, None, *landmarks),
    faces,
    *landmarks,
  )


def encode_landmarks(networks: loaded.LoadedNetworks, dtype: str) -> bytes:
  """Returns the content of a file that computes `landmarks.landmarking`.

  Raises:
    errors.UserError: a package is missing.
  """
  find = landmarks_lib.landmarking(networks, dtype)
  return _exported(find, *landmarks_lib.inputs(networks))


def _exported(function, *inputs) -> bytes:
  # jax.export needs it without declaring it.
  optional.load("flatbuffers", onnx.REMEDY)
  export = jax.export.export(jax.jit(function), platforms=_PLATFORMS)
  return bytes(export(*inputs).serialize())


def load(path: str | os.PathLike) -> Callable[..., Any]:
  """Returns what a StableHLO file computes, compiled for this machine."""
  content = bytearray(pathlib.Path(path).read_bytes())
  return jax.jit(jax.export.deserialize(content).call)
