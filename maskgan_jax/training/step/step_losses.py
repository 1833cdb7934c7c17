"""How far a prediction is from the truth, as a training step weighs it."""

import jax
import jax.numpy as jnp

from maskgan_jax.networks import mask_postprocess, perceptual
from maskgan_jax.training import losses
from maskgan_jax.training.step import step_inputs, step_settings

Terms = dict[str, jax.Array]


def judged_image(
  predicted: jax.Array,
  inputs: step_inputs.Inputs,
  settings: step_settings.StepSettings,
) -> jax.Array:
  """Returns what the discriminator and the perceptual loss see.

  Args:
    predicted: the predicted image, [B, H, W, 3] in [-1, 1].
    inputs: of the step.
    settings: of the step.
  """
  if not settings.composite:
    return predicted
  return mask_postprocess.complete(
    predicted, inputs.masked_image, inputs.region
  )


def draw_shift(key: jax.Array) -> jax.Array:
  """Draws how far the perceptual loss moves the images: [2], in pixels."""
  return jax.random.randint(key, (2,), 0, perceptual.STRIDE)


def distance_to_truth(
  predicted: jax.Array,
  inputs: step_inputs.Inputs,
  *,
  shift: jax.Array,
  settings: step_settings.StepSettings,
) -> tuple[jax.Array, Terms]:
  """Returns the weighted sum [B] of the losses that know the truth, and each.

  Args:
    predicted: the predicted image, [B, H, W, 3] in [-1, 1].
    inputs: of the step.
    shift: `draw_shift` of the step, the same on all devices.
    settings: of the step.
  """
  terms = {
    "reconstruction_loss": _reconstruction_loss(predicted, inputs, settings)
  }
  total = settings.reconstruction_weight * terms["reconstruction_loss"]
  if settings.ssim_weight:
    terms["ssim_loss"] = losses.ssim_loss(predicted, inputs.image)
    total += settings.ssim_weight * terms["ssim_loss"]
  if settings.perceptual_weight:
    judged = judged_image(predicted, inputs, settings)
    terms["perceptual_loss"] = perceptual.lpips(
      jnp.where(inputs.valid > 0, judged, inputs.image),
      inputs.image,
      scale=settings.perceptual_scale,
      shift=shift,
    )
    total += settings.perceptual_weight * terms["perceptual_loss"]
  return total, terms


def _reconstruction_loss(predicted, inputs, settings) -> jax.Array:
  # The blend reaches a little past the mask: so does the full weight.
  region = mask_postprocess.blend_mask(inputs.mask)
  weight = settings.visible_weight + (1.0 - settings.visible_weight) * region
  return losses.weighted_l1(predicted, inputs.image, weight * inputs.valid)
