"""The networks computed by onnxruntime, from a file of `export`."""

import hashlib
import os
import pathlib

import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.common import optional as optional_lib
from maskgan_jax.faces import anatomy
from maskgan_jax.unmasking.backends import interface

# What goes in and comes out; `export` writes it, the README explains it.
FACES, GIVEN_MASK, LANDMARKS = "masked_image", "given_mask", "landmarks"
OUTPUTS = ("completed_image", "mask", "predicted_image")
# Among what the file says of itself.
HIDDEN_REACH = "hidden_reach"
# The same of the landmarker's own file.
ROUGH_CROPS, LANDMARK_OUTPUTS = "rough_crop", ("landmarks", "confidence")

_MAX_BATCH = 8  # Faces at once: more need memory and save no time.


def landmarker_path(path: pathlib.Path) -> pathlib.Path:
  """Returns where the landmarker of an exported file is: beside it."""
  return path.with_suffix(f".landmarker{path.suffix}")


class OnnxLandmarker:
  """An exported landmarker.

  Attributes:
    size: side of the rough crops in pixels.
  """

  def __init__(self, path: str | os.PathLike):
    """Loads the file.

    Raises:
      errors.UserError: it is another file than `export` writes, or onnxruntime
        is not installed.
    """
    path = pathlib.Path(path)
    self._session = _session(path.read_bytes(), path)
    takes = [x.name for x in self._session.get_inputs()]
    gives = [x.name for x in self._session.get_outputs()]
    if takes != [ROUGH_CROPS] or gives != list(LANDMARK_OUTPUTS):
      raise errors.UserError(
        f"{path} takes {', '.join(takes)} and gives {', '.join(gives)}; needed"
        f" are {ROUGH_CROPS}, and {', '.join(LANDMARK_OUTPUTS)}. Write it with"
        " this version's maskgan export --format=onnx."
      )
    self.size = self._session.get_inputs()[0].shape[1]

  def __call__(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """See `backends.Networks.landmarks`."""
    points, confidence = self._session.run(
      list(LANDMARK_OUTPUTS), {ROUGH_CROPS: crops}
    )
    return points, confidence


class OnnxNetworks:
  """An exported file, as `backends.Networks`; its landmarker lies beside it."""

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
    takes = {x.name for x in self._session.get_inputs()}
    self.structure = LANDMARKS in takes
    about = self._session.get_modelmeta().custom_metadata_map
    self.hidden_reach = float(about[HIDDEN_REACH])
    self.max_batch = _MAX_BATCH
    beside = landmarker_path(path)
    self._landmarker = OnnxLandmarker(beside) if beside.is_file() else None
    self.landmark_size = self._landmarker.size if self._landmarker else 0
    self.weights_sha256 = hashlib.sha256(content).hexdigest()

  def landmarks(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """See `backends.Networks`."""
    return self._landmarker(crops)

  def __call__(
    self,
    crops: np.ndarray,
    given: np.ndarray | None = None,
    landmarks: np.ndarray | None = None,
  ) -> interface.Answer:
    """See `backends.Networks`."""
    _, mask, predicted = self.run(
      crops,
      None if given is None else (255 * given).astype(np.uint8),
      landmarks,
    )
    return interface.Answer(predicted, mask.astype(np.float32) / 255)

  def run(
    self,
    crops: np.ndarray,
    given: np.ndarray | None = None,
    landmarks: np.ndarray | None = None,
  ) -> list[np.ndarray]:
    """Returns what the file gives, in the order of OUTPUTS.

    Args:
      crops: uint8 [N, size, size, 3].
      given: uint8 [N, size, size, 1], over 127 where to complete. Of a face
        whose mask is empty the one that is found is completed.
      landmarks: float32 [N, 468, 3] in pixels, with `structure`; by default
        not known.
    """
    inputs = {FACES: crops}
    if given is not None:
      inputs[GIVEN_MASK] = given
    if self.structure:
      if landmarks is None:
        landmarks = np.full((len(crops), anatomy.NUM_LANDMARKS, 3), np.nan)
      inputs[LANDMARKS] = np.asarray(landmarks, np.float32)
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
  needed = {FACES, GIVEN_MASK}
  known = needed <= set(takes) <= needed | {LANDMARKS}
  about = session.get_modelmeta().custom_metadata_map
  if not known or gives != list(OUTPUTS) or HIDDEN_REACH not in about:
    raise errors.UserError(
      f"{path} takes {', '.join(takes)} and gives {', '.join(gives)}; needed"
      f" are {FACES} and {GIVEN_MASK}, and {', '.join(OUTPUTS)}. Write it with"
      " this version's maskgan export --format=onnx."
    )
