"""The networks computed by JAX."""

import os

import numpy as np

from maskgan_jax.networks import images, loaded
from maskgan_jax.unmasking.backends import interface


class JaxNetworks:
  """Weights or a run, as `backends.Networks`."""

  def __init__(
    self, weights: str | os.PathLike | None = None, which: str = "latest"
  ):
    """Loads the networks, as `loaded.load` does."""
    self._networks = loaded.load(weights, which)
    self.image_size = self._networks.model.image_size
    self.max_batch = self._networks.max_batch
    self.latent_size = self._networks.model.latent_size
    self.landmark_size = 0
    self.weights_sha256 = self._networks.weights_sha256

  def __call__(
    self,
    crops: np.ndarray,
    given: np.ndarray | None = None,
    code: np.ndarray | None = None,
  ) -> interface.Answer:
    """See `backends.Networks`."""
    # To a power of two, so that XLA compiles a few programs and no more.
    count = len(crops)
    padding = (1 << (count - 1).bit_length()) - count

    def padded(x):
      return np.concatenate([x, np.repeat(x[-1:], padding, axis=0)])

    found = self._networks(
      padded(crops),
      None if given is None else padded(given),
      None if code is None else code[None],
    )
    return interface.Answer(
      np.asarray(images.to_uint8(found.predicted_image))[:count],
      np.asarray(found.probability)[:count],
    )
