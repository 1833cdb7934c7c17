"""Writes the networks as one file for other run times: ONNX or StableHLO.

The file takes aligned faces as uint8 and gives the completed faces and the
masks as uint8: ranges, threshold and blending are inside, and so are the
weights. The number of faces is free.
"""

import functools
import importlib
import logging
import os
import pathlib
import types
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import matplotlib
import numpy as np

from maskgan_jax import (
  benchmark,
  demo,
  errors,
  eval_step,
  evaluate,
  face_models,
  faces,
  factory,
  images,
  photos,
)
from maskgan_jax.models import convolution

DTYPES = ("float32", "float16")
# What rounding to 8 bits may make of two orders of the same sum.
TOLERANCE = 1
# StableHLO is lowered for all of these, wherever it is exported.
_PLATFORMS = ("cpu", "cuda", "tpu")
_INPUT = "masked_image"
_OUTPUTS = ("completed_image", "mask")

Faces = np.ndarray | jax.Array
# masked_image [N, H, W, 3] -> completed_image [N, H, W, 3], mask [N, H, W, 1].
Completion = Callable[[Faces], tuple[Faces, Faces]]


class Report(NamedTuple):
  """How an exported file compares with the networks it was made from."""

  size_mib: float
  picture_difference: int  # The largest, of 255.
  mask_difference: int
  milliseconds: float  # A face, the median of single ones.
  jax_milliseconds: float


def completion(
  evaluator: evaluate.Evaluator, dtype: str = "float32"
) -> Completion:
  """Returns the pure function that is exported.

  Args:
    evaluator: the networks.
    dtype: in which the weights are kept; they are computed with in float32.

  Returns:
    A function of uint8 [N, H, W, 3] that returns uint8 [N, H, W, 3], the
    completed faces, and uint8 [N, H, W, 1], the probability of mask in 255ths.

  Raises:
    errors.UserError: the run keeps its noise at test.
  """
  config = evaluator.config
  if config.train_mode_at_test:
    raise errors.UserError(
      "config.train_mode_at_test keeps dropout and the batch's statistics: one"
      " face would depend on the others beside it. Export a run without it."
    )
  predict = eval_step.make_predict_step(
    modules=factory.modules(config), mirrored=config.mirrored_at_test
  )
  kept = jax.tree.map(
    lambda x: np.asarray(x, jnp.dtype(dtype)), evaluator.variables
  )

  def complete(masked_image):
    variables = jax.tree.map(lambda x: jnp.asarray(x).astype(jnp.float32), kept)
    with convolution.plain():
      # The key is not read: at test there is no noise.
      found = predict(
        variables, images.to_float(masked_image), jax.random.key(0)
      )
    mask = jnp.round(255.0 * found.probability).astype(jnp.uint8)
    return images.to_uint8(found.completed_image), mask

  return complete


def export(
  path: str | os.PathLike,
  *,
  format: str,
  workdir: str | None = None,
  which: str = "latest",
  dtype: str = "float32",
) -> Report:
  """Writes the networks, once the file was found equal to them.

  Args:
    path: of the file.
    format: "onnx" or "stablehlo".
    workdir: of a trained run, None for the released weights.
    which: "latest" or "best" checkpoint.
    dtype: one of DTYPES: of the weights in the file.

  Raises:
    errors.UserError: the file exists or cannot be written, a package is
      missing, or the run cannot be exported.
    RuntimeError: the file gives other pictures than the networks.
  """
  path = pathlib.Path(path)
  if path.exists():
    raise errors.UserError(
      f"{path} exists. Give another --output, or remove it."
    )
  encode, load = {
    "onnx": (_encode_onnx, load_onnx),
    "stablehlo": (_encode_stablehlo, load_stablehlo),
  }[format]
  evaluator = evaluate.Evaluator(workdir, which)
  size = evaluator.run.image_size
  partial = path.with_name(path.name + ".partial")
  try:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial.touch()  # Before the work, not after it.
    try:
      content = encode(completion(evaluator, dtype), size)
      partial.write_bytes(content)
      report = _compare(load(partial), evaluator, len(content))
      partial.replace(path)
    finally:
      partial.unlink(missing_ok=True)
  except OSError as error:
    raise errors.UserError(
      f"{path}: cannot be written ({error}). Give another --output."
    ) from error
  return report


def _package(name: str) -> types.ModuleType:
  try:
    return importlib.import_module(name)
  except ImportError as error:
    raise errors.UserError(
      f"{name} is not installed: pip install --no-deps -r"
      " requirements-export.txt."
    ) from error


def _faces_of_any_number(size: int) -> jax.ShapeDtypeStruct:
  [number] = jax.export.symbolic_shape("N")
  return jax.ShapeDtypeStruct((number, size, size, 3), jnp.uint8)


def _encode_onnx(complete: Completion, size: int) -> bytes:
  jax2onnx = _package("jax2onnx")
  # It warns of shapes that ONNX infers by itself.
  logging.getLogger("onnx_ir").setLevel(logging.ERROR)
  model = jax2onnx.to_onnx(
    complete,
    [_faces_of_any_number(size)],
    model_name="maskgan_jax",
    input_names=[_INPUT],
    output_names=list(_OUTPUTS),
  )
  model.doc_string = (
    "Takes the mask off aligned faces. What it completes is a guess, not the"
    " person's face: not for identification or as evidence."
  )
  return model.SerializeToString()


def load_onnx(path: str | os.PathLike) -> Completion:
  """Returns what an ONNX file computes, by onnxruntime on the CPU.

  Raises:
    errors.UserError: onnxruntime is not installed.
  """
  onnxruntime = _package("onnxruntime")
  options = onnxruntime.SessionOptions()
  # Threads that spin take minutes where other programs want the cores too.
  options.add_session_config_entry("session.intra_op.allow_spinning", "0")
  session = onnxruntime.InferenceSession(
    os.fspath(path), options, providers=["CPUExecutionProvider"]
  )
  return lambda masked_image: session.run(
    list(_OUTPUTS), {_INPUT: np.asarray(masked_image)}
  )


def _encode_stablehlo(complete: Completion, size: int) -> bytes:
  _package("flatbuffers")  # jax.export needs it without declaring it.
  exported = jax.export.export(jax.jit(complete), platforms=_PLATFORMS)(
    _faces_of_any_number(size)
  )
  return bytes(exported.serialize())


def load_stablehlo(path: str | os.PathLike) -> Completion:
  """Returns what a StableHLO file computes, compiled for this machine."""
  content = bytearray(pathlib.Path(path).read_bytes())
  return jax.jit(jax.export.deserialize(content).call)


def _compare(
  exported: Completion, evaluator: evaluate.Evaluator, size: int
) -> Report:
  """Returns the report of a file of `size` bytes."""
  pictures = sample_faces(evaluator.run.image_size)
  found = evaluator(pictures)
  expected = (
    images.to_uint8(found.completed_image),
    np.round(255.0 * np.asarray(found.probability)),
  )
  # All at once and one by one: any number must do.
  single = [exported(pictures[i : i + 1]) for i in range(len(pictures))]
  singles = [np.concatenate(x) for x in zip(*single, strict=True)]
  differences = [
    int(np.abs(np.asarray(a, int) - np.asarray(b, int)).max())
    for result in (exported(pictures), singles)
    for a, b in zip(result, expected, strict=True)
  ]
  if max(differences) > TOLERANCE:
    raise RuntimeError(
      f"The exported file differs by up to {max(differences)} of 255 from the"
      " networks and was not kept: the converter is at fault."
    )

  def time(call: Callable[[np.ndarray], Any]) -> float:
    return benchmark.measure(lambda: call(pictures[:1]), 15)["median"]

  return Report(
    size / 2**20,
    max(differences[::2]),
    max(differences[1::2]),
    time(exported),
    time(evaluator),
  )


@functools.cache
def sample_faces(size: int, count: int = 4) -> np.ndarray:
  """Returns one public-domain face under several drawn masks.

  Returns:
    uint8 [count, size, size, 3], aligned.
  """
  photo = photos.read(
    pathlib.Path(matplotlib.get_data_path(), "sample_data/grace_hopper.jpg")
  )
  landmarks = face_models.largest_face(photo)
  transform = faces.crop_transform(landmarks, size)
  masked = (demo.draw_mask(photo, seed) for seed in range(count))
  return np.stack([faces.warp(x, transform, size)[0] for x in masked])
