"""Latent codes in training: the best of several is taught (variety loss).

To teach that one alone leaves the others free to become something else: a mean
of all that is plausible would be right for none (Gupta et al., Social GAN,
2018, section 3.3).
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from maskgan_jax.training import parallel
from maskgan_jax.training.step import step_inputs, step_losses, step_settings


def draw_candidates(
  key: jax.Array, shape: tuple[int, int, int], axis_name: str | None
) -> jax.Array:
  """Draws latent codes for each example.

  Args:
    key: a PRNG key.
    shape: examples, codes of each, and numbers of a code.
    axis_name: the device axis, None on one device.
  """
  keys = parallel.example_keys(key, shape[0], axis_name)
  return jax.vmap(lambda k: jax.random.normal(k, shape[1:]))(keys)


def best_latent(
  generate: Callable[[step_inputs.Inputs, jax.Array], jax.Array],
  inputs: step_inputs.Inputs,
  candidates: jax.Array,
  *,
  shift: jax.Array,
  settings: step_settings.StepSettings,
) -> jax.Array:
  """Chooses each example's code whose prediction is nearest to the truth.

  Args:
    generate: the generator: from inputs and codes [N, latent_size] to predicted
      images [N, H, W, 3].
    inputs: of B examples.
    candidates: [B, num_latent_candidates, latent_size].
    shift: see `step_losses.distance_to_truth`.
    settings: of the step.

  Returns:
    [B, latent_size].
  """
  count, number, size = candidates.shape
  repeated = jax.tree.map(lambda x: jnp.repeat(x, number, axis=0), inputs)
  predicted = generate(repeated, candidates.reshape(count * number, size))
  distance, _ = step_losses.distance_to_truth(
    predicted, repeated, shift=shift, settings=settings
  )
  best = distance.reshape(count, number).argmin(axis=1)
  return candidates[jnp.arange(count), best]
