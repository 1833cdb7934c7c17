"""The networks computed by JAX."""

import os

import numpy as np

from maskgan_jax.evaluation import run
from maskgan_jax.networks import images
from maskgan_jax.unmasking.backends import interface

# Fewer faces are padded to a power of two, so that XLA compiles four programs
# and no more.
_MAX_BATCH = 8


class JaxNetworks:
  """Weights or a run, as `backends.Networks`."""

  def __init__(
    self, weights: str | os.PathLike | None = None, which: str = "latest"
  ):
    """Loads the networks, as `evaluate.Evaluator` does."""
    self._evaluator = run.Evaluator(weights, which)
    self.image_size = self._evaluator.run.image_size
    # Networks that use their batch's own statistics see one at a time.
    self.max_batch = min(_MAX_BATCH, self._evaluator.run.eval_batch_size)
    self.latent_size = self._evaluator.config.latent.size
    self.weights_sha256 = self._evaluator.weights_sha256

  def __call__(
    self,
    crops: np.ndarray,
    given: np.ndarray | None = None,
    code: np.ndarray | None = None,
  ) -> interface.Answer:
    """See `backends.Networks`."""
    count = len(crops)
    padding = (1 << (count - 1).bit_length()) - count

    def padded(x):
      return np.concatenate([x, np.repeat(x[-1:], padding, axis=0)])

    found = self._evaluator(
      padded(crops),
      None if given is None else padded(given),
      None if code is None else code[None],
    )
    return interface.Answer(
      np.asarray(images.to_uint8(found.predicted_image))[:count],
      np.asarray(found.probability)[:count],
    )
