"""The networks computed by JAX."""

import os

import numpy as np

from maskgan_jax.networks import images, loaded
from maskgan_jax.unmasking.backends import interface


class JaxNetworks:
  """Weights or a run, as `backends.Networks`."""

  def __init__(
    self,
    weights: str | os.PathLike | loaded.LoadedNetworks | None = None,
    which: str = "latest",
  ):
    """Loads the networks as `loaded.load` does, unless they are loaded."""
    if not isinstance(weights, loaded.LoadedNetworks):
      weights = loaded.load(weights, which)
    self._networks = weights
    self.image_size = self._networks.model.image_size
    self.max_batch = self._networks.max_batch
    self.structure = self._networks.model.structure
    self.hidden_reach = self._networks.model.hidden_reach
    self.landmark_size = self._networks.model.landmark_size
    self.weights_sha256 = self._networks.weights_sha256

  def landmarks(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """See `backends.Networks`."""
    points, confidence = self._networks.landmarks(_padded(crops))
    return np.asarray(points)[: len(crops)], np.asarray(confidence)[
      : len(crops)
    ]

  def __call__(
    self,
    crops: np.ndarray,
    given: np.ndarray | None = None,
    landmarks: np.ndarray | None = None,
  ) -> interface.Answer:
    """See `backends.Networks`."""
    count = len(crops)
    given, landmarks = (
      None if x is None else _padded(x) for x in (given, landmarks)
    )
    found = self._networks(_padded(crops), given, landmarks)
    return interface.Answer(
      np.asarray(images.to_uint8(found.predicted_image))[:count],
      np.asarray(found.probability)[:count],
    )


def _padded(x: np.ndarray) -> np.ndarray:
  """To a power of two, so that XLA compiles a few programs and no more."""
  padding = (1 << (len(x) - 1).bit_length()) - len(x)
  return np.concatenate([x, np.repeat(x[-1:], padding, axis=0)])
