"""Weights ready for use: of a file with its card, or of a training run."""

import dataclasses
import functools
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.networks import (
  aligned_landmarks,
  build,
  images,
  landmarker,
  released,
  runs,
)
from maskgan_jax.networks import config as config_lib
from maskgan_jax.networks import predict as predict_lib

# Pictures at once: more need memory and save no time on a CPU.
_MAX_BATCH = 8


@dataclasses.dataclass(frozen=True)
class LoadedNetworks:
  """Networks with their weights, computing in float32.

  Attributes:
    model: what they are made of.
    variables: by network, as flax applies them.
    step: of the checkpoint.
    weights_sha256: tells them from others.
  """

  model: config_lib.ModelConfig
  variables: Mapping[str, Any]
  step: int
  weights_sha256: str

  @property
  def max_batch(self) -> int:
    """How many pictures they should be given at once."""
    # Networks that use their batch's own statistics see one at a time.
    return 1 if self.model.train_mode_at_test else _MAX_BATCH

  @functools.cached_property
  def predict(self) -> Callable[..., predict_lib.Prediction]:
    """From pictures [B, H, W, 3] in [-1, 1] to a prediction.

    A `jax.tree_util.Partial`: compiled functions take it as an argument.
    """
    return jax.tree_util.Partial(
      build.predict_step(self.model),
      self.variables,
      # One fixed key: networks that draw noise at test draw the same.
      key=jax.random.key(0),
    )

  @functools.cached_property
  def _find_landmarks(self):
    step = jax.jit(build.landmark_step(self.model))
    return jax.tree_util.Partial(step, self.variables)

  def landmarks(self, crops: np.ndarray) -> tuple[jax.Array, jax.Array]:
    """Finds the landmarks in rough crops; the model must have a landmarker.

    Args:
      crops: uint8 [B, size, size, 3], of `model.landmark_size`.

    Returns:
      Points, float32 [B, 468, 3] in pixels of the crop, and the confidence that
      there is a face, float32 [B] in [0, 1].
    """
    return self._find_landmarks(crops)

  def aligned_landmarks(self, masked_image: np.ndarray) -> np.ndarray | None:
    """Finds what `__call__` draws along, None for networks that do not.

    Args:
      masked_image: uint8 [B, H, H, 3], aligned crops.

    Returns:
      float32 [B, 468, 3] in pixels of these; NaN without a landmarker.
    """
    if not self.model.structure:
      return None
    if not self.model.landmark_size:
      shape = (len(masked_image), landmarker.NUM_LANDMARKS, 3)
      return np.full(shape, np.nan, np.float32)
    return np.asarray(self._find_aligned(self.variables, masked_image))

  @functools.cached_property
  def _find_aligned(self):
    network = build.modules(self.model)["landmarker"]

    def find(variables, masked_image):
      return aligned_landmarks.find(
        lambda x: network.apply(variables["landmarker"], x).points,
        images.to_float(masked_image),
        self.model.landmark_size,
      )

    return jax.jit(find)

  def __call__(
    self,
    masked_image: np.ndarray,
    mask: np.ndarray | None = None,
    landmarks: np.ndarray | None = None,
  ) -> predict_lib.Prediction:
    """Completes uint8 [B, H, W, 3].

    Args:
      masked_image: the pictures.
      mask: [B, H, W, 1], by default the predicted one.
      landmarks: [B, 468, 3] in pixels, for a generator that draws along them;
        by default those that the landmarker finds.
    """
    mask = None if mask is None else np.asarray(mask, np.float32)
    return self.predict(
      images.to_float(masked_image), mask=mask, landmarks=landmarks
    )


def is_run(weights: str | os.PathLike) -> bool:
  """Whether a path names the folder of a run rather than a file of weights."""
  return pathlib.Path(weights).suffix != released.SUFFIX


def load(
  weights: str | os.PathLike | None = None, which: str = "latest"
) -> LoadedNetworks:
  """Loads networks.

  A run has no landmarker: it is given the released one.

  Args:
    weights: a .safetensors file with its card beside it, or the workdir of a
      run; None for the released weights.
    which: "latest" or "best" checkpoint of a run.

  Raises:
    errors.UserError: there are none, or they are of another version.
  """
  path = pathlib.Path(weights or released.WEIGHTS)
  if not is_run(path):
    found = released.load(path)
    return LoadedNetworks(
      found.model, found.variables, found.step, found.sha256
    )
  if path.is_file():
    raise errors.UserError(
      f"{path}: networks are read from a {released.SUFFIX} file or from the"
      " folder of a run. Give one of these."
    )
  try:
    model = config_lib.of_training(runs.read_config(path))
  except (KeyError, TypeError) as error:
    raise errors.UserError(
      f"{path}: its config is not one of this version ({error}). Train it"
      " again, or use the version that it was trained with."
    ) from error
  step, variables = runs.load_inference(path, which)
  own = released.load()
  model = dataclasses.replace(model, landmarker=own.model.landmarker)
  variables = variables | {"landmarker": own.variables["landmarker"]}
  return LoadedNetworks(model, variables, step, released.sha256_of(variables))
