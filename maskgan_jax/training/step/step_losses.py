"""How far a prediction is from the truth, as a training step weighs it."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp

from maskgan_jax.networks import mask_postprocess, perceptual, structure
from maskgan_jax.training import losses
from maskgan_jax.training.step import step_inputs, step_settings

# Of the side of the crop: what is beside a face's outline and still judged.
_JUDGED_BESIDE = 0.04

Terms = dict[str, jax.Array]


def judged_image(
  predicted: jax.Array,
  inputs: step_inputs.Inputs,
  settings: step_settings.StepSettings,
) -> jax.Array:
  """Returns what the discriminator and the perceptual loss see.

  Where the crop shows no photo it is the true image.

  Args:
    predicted: the predicted image, [B, H, W, 3] in [-1, 1].
    inputs: of the step.
    settings: of the step.
  """
  judged = predicted
  if settings.composite:
    judged = mask_postprocess.complete(
      predicted, inputs.masked_image, inputs.region
    )
  return jnp.where(inputs.valid > 0, judged, inputs.image)


def counted(
  inputs: step_inputs.Inputs, settings: step_settings.StepSettings
) -> jax.Array | None:
  """Returns how much a discriminator's patches count, of the picture.

  Far beside the face it would reward sharp edges where nobody can know them:
  there the other losses decide. The outline itself is judged from both sides.

  Args:
    inputs: of the step.
    settings: of the step.

  Returns:
    [B, H, W, 1], at least 0; None counts all alike.
  """
  if not settings.judge_hidden:
    return None
  size = inputs.image.shape[1]
  face = structure.face_region(inputs.landmarks, size)
  face = mask_postprocess.dilate(
    face, mask_postprocess.pixels(_JUDGED_BESIDE, size)
  )
  return inputs.region * face * _mouth_weight(inputs, settings)


def _mouth_weight(inputs, settings) -> jax.Array | float:
  if settings.mouth_weight == 1.0:
    return 1.0
  size = inputs.image.shape[1]
  mouth = structure.mouth_region(inputs.landmarks, size)
  return 1.0 + (settings.mouth_weight - 1.0) * mouth


def draw_shift(key: jax.Array) -> jax.Array:
  """Draws how far AlexNet is shown the images moved: [2], in pixels."""
  return jax.random.randint(key, (2,), 0, perceptual.STRIDE)


class Seen(NamedTuple):
  """An image, and what AlexNet finds in it for loss and discriminator."""

  image: jax.Array  # [B, H, W, 3] in [-1, 1]
  features: Sequence[jax.Array]  # Of `perceptual.features`; none if not read.


def see(
  image: jax.Array, shift: jax.Array, settings: step_settings.StepSettings
) -> Seen:
  """Looks at images [B, H, W, 3] in [-1, 1]; see `draw_shift`."""
  features = []
  if settings.perceptual_weight or settings.judge_features:
    features = perceptual.features(image, settings.perceptual_scale, shift)
  return Seen(image, features)


def distance_to_truth(
  predicted: jax.Array,
  inputs: step_inputs.Inputs,
  *,
  seen: Seen,
  truth: Seen,
  settings: step_settings.StepSettings,
) -> tuple[jax.Array, Terms]:
  """Returns the weighted sum [B] of the losses that know the truth, and each.

  Args:
    predicted: the predicted image, [B, H, W, 3] in [-1, 1].
    inputs: of the step.
    seen: the judged image.
    truth: the true one.
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
    terms["perceptual_loss"] = perceptual.distance(
      seen.features, truth.features
    )
    total += settings.perceptual_weight * terms["perceptual_loss"]
  return total, terms


def _reconstruction_loss(predicted, inputs, settings) -> jax.Array:
  # The blend reaches a little past the mask: so does the full weight.
  region = mask_postprocess.blend_mask(inputs.region)
  weight = settings.visible_weight + (1.0 - settings.visible_weight) * region
  weight *= _mouth_weight(inputs, settings)
  return losses.weighted_l1(predicted, inputs.image, weight * inputs.valid)
