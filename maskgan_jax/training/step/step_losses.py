"""What generator and discriminator minimise in a training step."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from maskgan_jax.networks import mask_postprocess, perceptual
from maskgan_jax.training import losses
from maskgan_jax.training.step import step_inputs, step_settings

Terms = dict[str, jax.Array]


class Judgement(NamedTuple):
  """What the discriminator says of pictures beside the masked ones."""

  logits: jax.Array  # [B, h, w, 1]
  features: Sequence[jax.Array]  # [B, h, w, C], of each level.
  stats: Any  # Its batch statistics afterwards.


# From batch statistics and pictures [B, H, W, 3] in [-1, 1].
Judge = Callable[[Any, jax.Array], Judgement]


def discriminator_loss(
  judge: Judge,
  stats: Any,
  image: jax.Array,
  fake: jax.Array,
  settings: step_settings.StepSettings,
) -> tuple[jax.Array, tuple[Any, Terms]]:
  """Returns D's loss; its new statistics and the terms.

  Args:
    judge: the discriminator.
    stats: its batch statistics.
    image: the real images, [B, H, W, 3] in [-1, 1].
    fake: the generated ones, same shape.
    settings: of the step.
  """
  terms: Terms = {}
  total = jnp.zeros(())
  if settings.r1_gamma:

    def score(pictures):
      judged = judge(stats, pictures)
      patches = judged.logits[0].size
      return judged.logits.sum() / patches**0.5, judged

    gradient, real = jax.grad(score, has_aux=True)(image)
    terms["r1_penalty"] = losses.r1_penalty(gradient).mean()
    total += settings.r1_gamma * terms["r1_penalty"]
  else:
    real = judge(stats, image)
  judged_fake = judge(real.stats, fake)
  terms["real_logits"] = real.logits.mean()
  terms["fake_logits"] = judged_fake.logits.mean()
  d_loss, _ = losses.adversarial_losses(settings.adversarial_loss)
  total += d_loss(real.logits, judged_fake.logits).mean()
  return total, (judged_fake.stats, terms | {"d_loss": total})


def generator_loss(
  judge: Judge | None,
  stats: Any,
  predicted: jax.Array,
  judged: jax.Array,
  inputs: step_inputs.Inputs,
  key: jax.Array,
  settings: step_settings.StepSettings,
) -> tuple[jax.Array, tuple[Any, Terms]]:
  """Returns the sum of G's losses; D's new statistics and the terms.

  Args:
    judge: the discriminator, None while it rests.
    stats: its batch statistics.
    predicted: the predicted image, [B, H, W, 3] in [-1, 1].
    judged: what the discriminator and the perceptual loss see, same shape.
    inputs: of the step.
    key: see `distance_to_truth`.
    settings: of the step.
  """
  distance, terms = distance_to_truth(predicted, judged, inputs, key, settings)
  total = distance.mean()
  terms = {name: x.mean() for name, x in terms.items()}
  if judge is not None:
    fake = judge(stats, judged)
    _, g_adversarial = losses.adversarial_losses(settings.adversarial_loss)
    terms["g_adversarial_loss"] = g_adversarial(fake.logits).mean()
    total += settings.adversarial_weight * terms["g_adversarial_loss"]
    if settings.feature_matching_weight:
      real = judge(stats, inputs.image)
      terms["feature_matching_loss"] = losses.feature_matching_loss(
        fake.features, real.features
      ).mean()
      total += settings.feature_matching_weight * terms["feature_matching_loss"]
    stats = fake.stats
  return total, (stats, terms | {"g_loss": total})


def judged_image(
  predicted: jax.Array,
  inputs: step_inputs.Inputs,
  region: jax.Array,
  settings: step_settings.StepSettings,
) -> jax.Array:
  """Returns what the discriminator and the perceptual loss see.

  Args:
    predicted: the predicted image, [B, H, W, 3] in [-1, 1].
    inputs: of the step.
    region: where it is taken, [B, H, W, 1] in {0, 1}.
    settings: of the step.
  """
  if not settings.composite:
    return predicted
  return mask_postprocess.complete(predicted, inputs.masked_image, region)


def distance_to_truth(
  predicted: jax.Array,
  judged: jax.Array,
  inputs: step_inputs.Inputs,
  key: jax.Array,
  settings: step_settings.StepSettings,
) -> tuple[jax.Array, Terms]:
  """Returns the weighted sum [B] of the losses that know the truth, and each.

  Args:
    predicted: the predicted image, [B, H, W, 3] in [-1, 1].
    judged: what the perceptual loss sees, same shape.
    inputs: of the step.
    key: draws how far the perceptual loss moves the pictures, the same on all
      devices.
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
    seen = jnp.where(inputs.valid > 0, judged, inputs.image)
    terms["perceptual_loss"] = perceptual.lpips(
      seen,
      inputs.image,
      scale=settings.perceptual_scale,
      shift=jax.random.randint(key, (2,), 0, perceptual.STRIDE),
    )
    total += settings.perceptual_weight * terms["perceptual_loss"]
  return total, terms


def _reconstruction_loss(predicted, inputs, settings) -> jax.Array:
  # The blend reaches a little past the mask: so does the full weight.
  region = mask_postprocess.blend_mask(inputs.mask)
  weight = settings.visible_weight + (1.0 - settings.visible_weight) * region
  return losses.weighted_l1(predicted, inputs.image, weight * inputs.valid)
