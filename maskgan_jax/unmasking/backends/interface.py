"""The networks as photos need them, and which program computes them."""

import os
import pathlib
from typing import NamedTuple, Protocol

import numpy as np

from maskgan_jax.common import errors, optional

BACKENDS = ("jax", "onnx")
ONNX_SUFFIX = ".onnx"


class Answer(NamedTuple):
  """What the networks make of aligned faces."""

  predicted: np.ndarray  # [N, size, size, 3] uint8, the whole crop
  probability: np.ndarray  # [N, size, size, 1] float32, of the mask


class Networks(Protocol):
  """Segmenter and generator, ready for use.

  Attributes:
    image_size: side of the faces in pixels.
    max_batch: how many faces they take at once.
    structure: whether they draw along landmarks, and so any expression.
    hidden_reach: how far beyond a mask they complete, in shares of the side.
    landmark_size: side of the rough crops in which they find landmarks, in
      pixels; 0 where the weights have no landmarker.
    weights_sha256: tells their weights from others.
  """

  image_size: int
  max_batch: int
  structure: bool
  hidden_reach: float
  landmark_size: int
  weights_sha256: str

  def __call__(
    self,
    crops: np.ndarray,
    given: np.ndarray | None = None,
    landmarks: np.ndarray | None = None,
  ) -> Answer:
    """Completes aligned faces.

    Args:
      crops: uint8 [N, size, size, 3], at most max_batch.
      given: masks to complete instead of those found, float32 [N, size, size,
        1] in {0, 1}. What is predicted for a face whose mask is empty is of no
        use.
      landmarks: along which they draw, float32 [N, 468, 3] in pixels of the
        crops; not finite where they are not known. Read with `structure`.
    """

  def landmarks(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds the landmarks of detected faces. Needs a landmarker.

    Args:
      crops: as `rough_crop` says where, uint8 [N, landmark_size, landmark_size,
        3], at most max_batch; black beside the photo.

    Returns:
      The landmarks in pixels of the crops, float32 [N, 468, 3], and the
      confidence that there is a face, upright within some 60 degrees, float32
      [N] in [0, 1].
    """


def load(
  weights: str | os.PathLike | None = None,
  which: str = "latest",
  backend: str | None = None,
) -> Networks:
  """Returns the networks of a file or of a run.

  Args:
    weights: FILE.safetensors with FILE.json beside it, as scripts/release.py
      writes them; FILE.onnx, as maskgan export does; the folder of a run of
      maskgan train; None for the weights that the project comes with.
    which: "latest" or "best" checkpoint of a run.
    backend: "jax" or "onnx"; by default what the weights are for.

  Raises:
    errors.UserError: there are no such networks, the back end does not take
      them or is not installed.
  """
  is_onnx = pathlib.Path(weights or "").suffix.lower() == ONNX_SUFFIX
  wanted = backend or ("onnx" if is_onnx else "jax")
  if wanted not in BACKENDS:
    raise errors.UserError(
      f"backend is {backend!r}; it must be one of {', '.join(BACKENDS)}."
    )
  if is_onnx != (wanted == "onnx"):
    raise errors.UserError(
      f"The back end {wanted} cannot use {weights or 'the released weights'}."
      f" {_HINTS[wanted]}"
    )
  # Neither back end needs what the other one is made of.
  if is_onnx:
    from maskgan_jax.unmasking.backends import onnx

    return onnx.OnnxNetworks(weights)
  optional.load("jax", _NO_JAX)
  from maskgan_jax.unmasking.backends import jax

  return jax.JaxNetworks(weights, which)


_HINTS = {
  "onnx": (
    "Write them as ONNX with maskgan export, where JAX is installed, and give"
    " --weights=FILE.onnx."
  ),
  "jax": (
    "Give a .safetensors file or the folder of a run, or leave --backend out."
  ),
}
_NO_JAX = (
  f"{optional.install('jax')}. Without JAX, give --weights=FILE.onnx, which"
  " maskgan export writes."
)
