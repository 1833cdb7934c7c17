"""The discriminator's update, and what it tells the generator."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from maskgan_jax.training import losses
from maskgan_jax.training import state as state_lib
from maskgan_jax.training.step import learner as learner_lib
from maskgan_jax.training.step import step_inputs, step_losses, step_settings


class Judgement(NamedTuple):
  """What the discriminator says of images beside the masked ones."""

  logits: jax.Array  # [B, h, w, 1]
  features: Sequence[jax.Array]  # [B, h, w, C], of each level.
  stats: Any  # Its batch statistics afterwards.


# From batch statistics and images [B, H, W, 3] in [-1, 1].
Judge = Callable[[Any, jax.Array], Judgement]
# A loss; the discriminator's batch statistics afterwards, and the loss's terms.
Loss = tuple[jax.Array, tuple[Any, step_losses.Terms]]


def make_judge(
  learner: learner_lib.Learner,
  params: state_lib.Params,
  inputs: step_inputs.Inputs,
) -> Judge:
  """Returns the discriminator with these parameters, on these inputs."""

  def judge(stats, image):
    logits, changed = learner.apply_with_features(
      params, stats, inputs.masked_image, image, inputs.region
    )
    return Judgement(
      logits,
      changed["intermediates"]["features"],
      changed.get("batch_stats", {}),
    )

  return judge


def discriminator_step(
  learner: learner_lib.Learner,
  network: state_lib.NetworkState,
  inputs: step_inputs.Inputs,
  *,
  fake: jax.Array,
  step: jax.Array,
  settings: step_settings.StepSettings,
) -> tuple[state_lib.NetworkState, step_losses.Terms]:
  """Teaches the discriminator to tell the true images from the fake ones.

  Args:
    learner: the discriminator's.
    network: its state.
    inputs: of the step.
    fake: what the generator made, [B, H, W, 3] in [-1, 1].
    step: steps taken before.
    settings: of the step.

  Returns:
    Its state afterwards, and the terms of its loss.
  """

  def loss_fn(params):
    return discriminator_loss(
      make_judge(learner, params, inputs),
      network.stats,
      image=inputs.image,
      fake=fake,
      settings=settings,
    )

  grads, (stats, terms) = jax.grad(loss_fn, has_aux=True)(network.params)
  network, norm = learner.update(network, grads=grads, stats=stats, step=step)
  return network, terms | {"d_grad_norm": norm}


def discriminator_loss(
  judge: Judge,
  stats: Any,
  *,
  image: jax.Array,
  fake: jax.Array,
  settings: step_settings.StepSettings,
) -> Loss:
  """Returns what the discriminator minimises.

  Args:
    judge: the discriminator.
    stats: its batch statistics.
    image: the real images, [B, H, W, 3] in [-1, 1].
    fake: the generated ones, same shape.
    settings: of the step.
  """
  terms: step_losses.Terms = {}
  total = jnp.zeros(())
  if settings.r1_gamma:

    def score(pixels):
      judged = judge(stats, pixels)
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
  judge: Judge,
  stats: Any,
  *,
  image: jax.Array,
  fake: jax.Array,
  settings: step_settings.StepSettings,
) -> Loss:
  """Returns what the discriminator adds to the generator's loss.

  Args:
    judge: the discriminator.
    stats: its batch statistics.
    image: the real images, [B, H, W, 3] in [-1, 1].
    fake: the generated ones, same shape.
    settings: of the step.
  """
  judged = judge(stats, fake)
  _, g_adversarial = losses.adversarial_losses(settings.adversarial_loss)
  terms = {"g_adversarial_loss": g_adversarial(judged.logits).mean()}
  total = settings.adversarial_weight * terms["g_adversarial_loss"]
  if settings.feature_matching_weight:
    # What it is shown of real images moves no statistics.
    real = judge(stats, image)
    terms["feature_matching_loss"] = losses.feature_matching_loss(
      judged.features, real.features
    ).mean()
    total += settings.feature_matching_weight * terms["feature_matching_loss"]
  return total, (judged.stats, terms)
