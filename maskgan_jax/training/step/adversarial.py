"""The discriminator's update, and what it tells the generator."""

import functools
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

  logits: Sequence[jax.Array]  # [B, h, w, 1], of each of its judges.
  features: Sequence[jax.Array]  # [B, h, w, C], of each level.
  stats: Any  # Its batch statistics afterwards.


# From batch statistics and images.
Judge = Callable[[Any, step_losses.Seen], Judgement]
# A loss; the discriminator's batch statistics afterwards, and the loss's terms.
Loss = tuple[jax.Array, tuple[Any, step_losses.Terms]]


def make_judge(
  learner: learner_lib.Learner,
  params: state_lib.Params,
  inputs: step_inputs.Inputs,
  settings: step_settings.StepSettings,
) -> Judge:
  """Returns the discriminator with these parameters, on these inputs."""

  def judge(stats, seen):
    shown = [inputs.masked_image, seen.image, inputs.region]
    if settings.judge_features:
      shown.append(seen.features)
    logits, changed = learner.apply_with_features(params, stats, *shown)
    return Judgement(
      jax.tree.leaves(logits),
      changed.get("intermediates", {}).get("features", ()),
      changed.get("batch_stats", {}),
    )

  return judge


def discriminator_step(
  learner: learner_lib.Learner,
  network: state_lib.NetworkState,
  inputs: step_inputs.Inputs,
  *,
  truth: step_losses.Seen,
  fake: step_losses.Seen,
  step: jax.Array,
  settings: step_settings.StepSettings,
) -> tuple[state_lib.NetworkState, step_losses.Terms]:
  """Teaches the discriminator to tell the true images from the fake ones.

  Args:
    learner: the discriminator's.
    network: its state.
    inputs: of the step.
    truth: the real images.
    fake: what the generator made.
    step: steps taken before.
    settings: of the step.

  Returns:
    Its state afterwards, and the terms of its loss.
  """

  def loss_fn(params):
    return discriminator_loss(
      make_judge(learner, params, inputs, settings),
      network.stats,
      inputs=inputs,
      truth=truth,
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
  inputs: step_inputs.Inputs,
  truth: step_losses.Seen,
  fake: step_losses.Seen,
  settings: step_settings.StepSettings,
) -> Loss:
  """Returns what the discriminator minimises.

  Args:
    judge: the discriminator.
    stats: its batch statistics.
    inputs: of the step.
    truth: the real images.
    fake: the generated ones.
    settings: of the step.
  """
  terms: step_losses.Terms = {}
  total = jnp.zeros(())
  if settings.r1_gamma:

    def score(pixels):
      judged = judge(stats, truth._replace(image=pixels))
      scores = [x.sum() / x[0].size ** 0.5 for x in judged.logits]
      return sum(scores), judged

    gradient, real = jax.grad(score, has_aux=True)(truth.image)
    terms["r1_penalty"] = losses.r1_penalty(gradient).mean()
    total += settings.r1_gamma * terms["r1_penalty"]
  else:
    real = judge(stats, truth)
  judged_fake = judge(real.stats, fake)
  d_loss, _ = losses.adversarial_losses(settings.adversarial_loss)
  pairs = list(zip(real.logits, judged_fake.logits, strict=True))

  mean = functools.partial(_mean, counted=step_losses.counted(inputs, settings))
  terms["real_logits"] = mean(real.logits)
  terms["fake_logits"] = mean(judged_fake.logits)
  # 1/2 teaches nothing; of the patches that count, where one does.
  right = mean([0.5 * ((x > 0).astype(x.dtype) + (y < 0)) for x, y in pairs])
  share = mean([jnp.ones_like(x) for x, _ in pairs])
  terms["d_accuracy"] = jnp.where(
    share > 0, right / jnp.maximum(share, 1e-6), 0.5
  )
  total += mean([d_loss(*pair) for pair in pairs])
  return total, (judged_fake.stats, terms | {"d_loss": total})


def generator_loss(
  judge: Judge,
  stats: Any,
  *,
  inputs: step_inputs.Inputs,
  truth: step_losses.Seen,
  fake: step_losses.Seen,
  settings: step_settings.StepSettings,
) -> Loss:
  """Returns what the discriminator adds to the generator's loss.

  Args:
    judge: the discriminator.
    stats: its batch statistics.
    inputs: of the step.
    truth: the real images.
    fake: the generated ones.
    settings: of the step.
  """
  judged = judge(stats, fake)
  _, g_adversarial = losses.adversarial_losses(settings.adversarial_loss)
  values = [g_adversarial(x) for x in judged.logits]
  counted = step_losses.counted(inputs, settings)
  terms = {"g_adversarial_loss": _mean(values, counted)}
  total = settings.adversarial_weight * terms["g_adversarial_loss"]
  if settings.feature_matching_weight:
    # What it is shown of real images moves no statistics.
    real = judge(stats, truth)
    terms["feature_matching_loss"] = losses.feature_matching_loss(
      judged.features, real.features
    ).mean()
    total += settings.feature_matching_weight * terms["feature_matching_loss"]
  return total, (judged.stats, terms)


def _mean(values, counted) -> jax.Array:
  """The mean over all judges of what each says of its patches that count."""
  found = [losses.mean_of_patches(x, counted).mean() for x in values]
  return sum(found) / len(found)
