"""Writes the networks as one file for other run times: ONNX or StableHLO.

The file takes aligned faces as uint8 and gives the completed faces, the masks
and what was predicted, as uint8: ranges, threshold and blending are inside, and
so are the weights. The number of faces is free.
"""

import functools
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import matplotlib
import numpy as np

from maskgan_jax import photos
from maskgan_jax.common import errors, optional
from maskgan_jax.evaluation import run
from maskgan_jax.exporting import onnx as onnx_lib
from maskgan_jax.faces import alignment, finder
from maskgan_jax.lab import demo
from maskgan_jax.lab.benchmarks import steps
from maskgan_jax.networks import build, images, mask_postprocess
from maskgan_jax.networks import predict as predict_lib
from maskgan_jax.networks.cpu_kernels import lowering
from maskgan_jax.unmasking.backends import onnx

DTYPES = ("float32", "float16")
# What rounding to 8 bits may make of two orders of the same sum.
TOLERANCE = 1
# StableHLO is lowered for all of these, wherever it is exported.
_PLATFORMS = ("cpu", "cuda", "tpu")

Faces = np.ndarray | jax.Array
# masked_image [N, H, W, 3], and given_mask [N, H, W, 1] and latent [1, size]
# where there are some -> completed_image [N, H, W, 3], mask [N, H, W, 1],
# predicted_image [N, H, W, 3].
Completion = Callable[..., tuple[Faces, Faces, Faces]]


class Report(NamedTuple):
  """How an exported file compares with the networks it was made from."""

  size_mib: float
  picture_difference: int  # The largest, of 255.
  mask_difference: int
  milliseconds: float  # A face, the median of single ones.
  jax_milliseconds: float


def completion(evaluator: run.Evaluator, dtype: str = "float32") -> Completion:
  """Returns the pure function that is exported.

  Args:
    evaluator: the networks.
    dtype: in which the weights are kept; they are computed with in float32.

  Returns:
    A function of uint8 [N, H, W, 3], the faces, and, if masks made by hand are
    to be completed, uint8 [N, H, W, 1], over 127 there; of a face whose mask is
    empty the one that is found is completed; and, of networks that know several
    completions, the code of one. It returns the completed faces,
    uint8 [N, H, W, 3]; the probability of mask in 255ths, uint8 [N, H, W, 1];
    and the generator's whole picture, uint8 [N, H, W, 3].

  Raises:
    errors.UserError: the run keeps its noise at test.
  """
  config = evaluator.config
  if config.train_mode_at_test:
    raise errors.UserError(
      "config.train_mode_at_test keeps dropout and the batch's statistics: one"
      " face would depend on the others beside it. Export a run without it."
    )
  predict = predict_lib.make_predict_step(
    modules=build.modules(config), mirrored=config.mirrored_at_test
  )
  kept = jax.tree.map(
    lambda x: np.asarray(x, jnp.dtype(dtype)), evaluator.variables
  )

  def complete(masked_image, given_mask=None, latent=None):
    def chosen(probability):
      found = mask_postprocess.completed_mask(probability)
      if given_mask is None:
        return found
      given = (given_mask > 127).astype(found.dtype)
      is_given = given.max(axis=(1, 2, 3), keepdims=True)
      return given + (1.0 - is_given) * found

    variables = jax.tree.map(lambda x: jnp.asarray(x).astype(jnp.float32), kept)
    with lowering.plain():
      # The key is not read: at test there is no noise.
      found = predict(
        variables,
        images.to_float(masked_image),
        jax.random.key(0),
        chosen,
        latent,
      )
    return (
      images.to_uint8(found.completed_image),
      jnp.round(255.0 * found.probability).astype(jnp.uint8),
      images.to_uint8(found.predicted_image),
    )

  return complete


def export(
  path: str | os.PathLike,
  *,
  format: str,
  weights: str | os.PathLike | None = None,
  which: str = "latest",
  dtype: str = "float32",
) -> Report:
  """Writes the networks, once the file was found equal to them.

  Args:
    path: of the file.
    format: "onnx" or "stablehlo".
    weights: a .safetensors file with its card or the workdir of a run, None for
      the released weights.
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
    "onnx": (onnx_lib.encode, load_onnx),
    "stablehlo": (_encode_stablehlo, load_stablehlo),
  }[format]
  evaluator = run.Evaluator(weights, which)
  partial = path.with_name(path.name + ".partial")
  try:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial.touch()  # Before the work, not after it.
    try:
      content = encode(completion(evaluator, dtype), _inputs(evaluator))
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


def _inputs(evaluator: run.Evaluator) -> list[jax.ShapeDtypeStruct]:
  """Returns what goes in: any number of faces, their masks, and a code."""
  [number] = jax.export.symbolic_shape("N")
  size, latent = evaluator.run.image_size, evaluator.config.latent.size
  inputs = [
    jax.ShapeDtypeStruct((number, size, size, channels), jnp.uint8)
    for channels in (3, 1)
  ]
  if latent:
    inputs.append(jax.ShapeDtypeStruct((1, latent), jnp.float32))
  return inputs


def load_onnx(path: str | os.PathLike) -> Completion:
  """Returns what an ONNX file computes, by onnxruntime on the CPU.

  Raises:
    errors.UserError: onnxruntime is not installed.
  """
  return onnx.OnnxNetworks(path).run


def _encode_stablehlo(
  complete: Completion, inputs: Sequence[jax.ShapeDtypeStruct]
) -> bytes:
  # jax.export needs it without declaring it.
  optional.load("flatbuffers", onnx_lib.REMEDY)
  exported = jax.export.export(jax.jit(complete), platforms=_PLATFORMS)(
    inputs[0]  # No masks made by hand: what is called has no optional inputs.
  )
  return bytes(exported.serialize())


def load_stablehlo(path: str | os.PathLike) -> Completion:
  """Returns what a StableHLO file computes, compiled for this machine."""
  content = bytearray(pathlib.Path(path).read_bytes())
  return jax.jit(jax.export.deserialize(content).call)


def _compare(
  exported: Completion, evaluator: run.Evaluator, size: int
) -> Report:
  """Returns the report of a file of `size` bytes."""
  pictures = sample_faces(evaluator.run.image_size)
  found = evaluator(pictures)
  expected = (
    images.to_uint8(found.completed_image),
    np.round(255.0 * np.asarray(found.probability)),
    images.to_uint8(found.predicted_image),
  )
  # All at once and one by one: any number must do.
  single = [exported(pictures[i : i + 1]) for i in range(len(pictures))]
  singles = [np.concatenate(x) for x in zip(*single, strict=True)]
  completed, mask, predicted = (
    max(
      int(np.abs(np.asarray(x[i], int) - np.asarray(expected[i], int)).max())
      for x in (exported(pictures), singles)
    )
    for i in range(len(expected))
  )
  if (worst := max(completed, mask, predicted)) > TOLERANCE:
    raise RuntimeError(
      f"The exported file differs by up to {worst} of 255 from the"
      " networks and was not kept: the converter is at fault."
    )

  def time(call: Callable[[np.ndarray], Any]) -> float:
    return steps.measure(lambda: call(pictures[:1]), 15)["median"]

  return Report(
    size / 2**20,
    max(completed, predicted),
    mask,
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
  landmarks = finder.largest_face(photo)
  transform = alignment.crop_transform(landmarks, size)
  masked = (demo.draw_mask(photo, seed) for seed in range(count))
  return np.stack([alignment.warp(x, transform, size)[0] for x in masked])
