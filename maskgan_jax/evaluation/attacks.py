"""Changes to visible pixels that make the completion as bad as can be."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from maskgan_jax.networks import images, mask_postprocess
from maskgan_jax.networks import predict as predict_lib
from maskgan_jax.training import batch, losses

RADII = (2, 4)  # Of 255.
_STEPS = 10  # Of 2.5 / _STEPS of the radius each.

# From float [B, H, W, 3] in [-1, 1] and, unless it is to be found, the mask.
Predict = Callable[..., predict_lib.Prediction]


@jax.jit
def attack(
  predict: Predict,
  examples: batch.Batch,
  key: jax.Array,
  radius: jax.Array | float,
) -> jax.Array:
  """Changes the visible pixels so that the completion is as bad as can be.

  Projected gradient ascent from a random start (Madry et al., 2018) on the mean
  absolute error in the true mask, in the ball |change| <= radius of each
  channel. The mask that is completed is the predicted one; its threshold passes
  the gradient straight through (Athalye et al., 2018).

  Args:
    predict: the networks, a `jax.tree_util.Partial`.
    examples: the batch.
    key: of the random start.
    radius: in levels of 255.

  Returns:
    uint8 [B, H, W, 3]; in the mask equal to the masked image.
  """
  clean, image = map(images.to_float, (examples.masked_image, examples.image))
  mask = examples.mask.astype(jnp.float32)
  reach = 2.0 / 255.0 * radius * (1.0 - mask)
  low, high = jnp.maximum(clean - reach, -1.0), jnp.minimum(clean + reach, 1.0)

  def loss(shown):
    probability = predict(shown).probability
    # As a value the predicted mask, as a gradient the probability's.
    found = mask_postprocess.completed_mask(probability)
    found += probability - jax.lax.stop_gradient(probability)
    completed = predict(shown, mask=found).completed_image
    return losses.weighted_l1(completed, image, mask * examples.valid).sum()

  def step(_, shown):
    change = 2.5 / _STEPS * reach * jnp.sign(jax.grad(loss)(shown))
    return jnp.clip(shown + change, low, high)

  start = low + (high - low) * jax.random.uniform(key, clean.shape)
  # Radius and picture are whole levels: rounding stays within the ball.
  return images.to_uint8(jax.lax.fori_loop(0, _STEPS, step, start))
