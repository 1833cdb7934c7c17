"""The networks computed by onnxruntime, from a file of `export`."""

import hashlib
import os
import pathlib

import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.common import optional as optional_lib
from maskgan_jax.unmasking.backends import interface

# What goes in and comes out; `export` writes it, the README explains it.
FACES, GIVEN_MASK, LATENT = "masked_image", "given_mask", "latent"
OUTPUTS = ("completed_image", "mask", "predicted_image")

_MAX_BATCH = 8  # Faces at once: more need memory and save no time.


class OnnxNetworks:
  """An exported file, as `backends.Networks`."""

  def __init__(self, path: str | os.PathLike):
    """Loads the file.

    Raises:
      errors.UserError: it is missing or another file than `export` writes, or
        onnxruntime is not installed.
    """
    path = pathlib.Path(path)
    if not path.is_file():
      raise errors.UserError(
        f"{path}: no such file. Write it with maskgan export --format=onnx."
      )
    content = path.read_bytes()
    self._session = _session(content, path)
    _check_ends(self._session, path)
    self.image_size = self._session.get_inputs()[0].shape[1]
    optional = self._session.get_overridable_initializers()
    sizes = {x.name: x.shape[1] for x in optional}
    self.latent_size = sizes.get(LATENT, 0)
    self.landmark_size = 0
    self.max_batch = _MAX_BATCH
    self.weights_sha256 = hashlib.sha256(content).hexdigest()

  def __call__(
    self,
    crops: np.ndarray,
    given: np.ndarray | None = None,
    code: np.ndarray | None = None,
  ) -> interface.Answer:
    """See `backends.Networks`."""
    _, mask, predicted = self.run(
      crops,
      None if given is None else (255 * given).astype(np.uint8),
      None if code is None else code[None],
    )
    return interface.Answer(predicted, mask.astype(np.float32) / 255)

  def run(
    self,
    crops: np.ndarray,
    given: np.ndarray | None = None,
    latent: np.ndarray | None = None,
  ) -> list[np.ndarray]:
    """Returns what the file gives, in the order of OUTPUTS.

    Args:
      crops: uint8 [N, size, size, 3].
      given: uint8 [N, size, size, 1], over 127 where to complete. Of a face
        whose mask is empty the one that is found is completed.
      latent: float32 [1, latent_size], of all faces; by default zeros.
    """
    inputs = {FACES: crops}
    if given is not None:
      inputs[GIVEN_MASK] = given
    if latent is not None:
      inputs[LATENT] = latent
    return self._session.run(list(OUTPUTS), inputs)


def _session(content: bytes, path: pathlib.Path):
  onnxruntime = optional_lib.load(
    "onnxruntime", f"{optional_lib.install('onnx')}."
  )
  options = onnxruntime.SessionOptions()
  # Threads that spin take minutes where other programs want the cores too.
  options.add_session_config_entry("session.intra_op.allow_spinning", "0")
  # It warns that the mask may be left out.
  options.log_severity_level = 3
  try:
    return onnxruntime.InferenceSession(
      content, options, providers=["CPUExecutionProvider"]
    )
  except Exception as error:  # Its own kinds have no common base.
    raise errors.UserError(
      f"{path}: onnxruntime cannot read it ({error}). Write it again with"
      " maskgan export --format=onnx."
    ) from error


def _check_ends(session, path: pathlib.Path) -> None:
  takes = [x.name for x in session.get_inputs()]
  takes += [x.name for x in session.get_overridable_initializers()]
  gives = [x.name for x in session.get_outputs()]
  known = {FACES, GIVEN_MASK} <= set(takes) <= {FACES, GIVEN_MASK, LATENT}
  if not known or gives != list(OUTPUTS):
    raise errors.UserError(
      f"{path} takes {', '.join(takes)} and gives {', '.join(gives)}; needed"
      f" are {FACES} and {GIVEN_MASK}, and {', '.join(OUTPUTS)}. Write it with"
      " this version's maskgan export --format=onnx."
    )
