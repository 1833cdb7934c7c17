"""One training step of segmenter, generator and discriminator, as a function.

All networks learn in one step: the segmenter's single forward pass serves its
own loss and gives the predicted masks that the generator learns to complete;
the generator's serves the discriminator's loss and its own.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn

from maskgan_jax.training import batch as batch_lib
from maskgan_jax.training import keys as keys_lib
from maskgan_jax.training import losses, parallel
from maskgan_jax.training import state as state_lib
from maskgan_jax.training.step import adversarial as adversarial_lib
from maskgan_jax.training.step import learner as learner_lib
from maskgan_jax.training.step import step_inputs, step_losses, step_settings

Metrics = dict[str, jax.Array]
Networks = dict[str, state_lib.NetworkState]


def make_train_step(
  *,
  modules: Mapping[str, nn.Module],
  txs: Mapping[str, optax.GradientTransformation],
  settings: step_settings.StepSettings,
  adversarial: bool = True,
  axis_name: str | None = None,
) -> parallel.Step:
  """Returns the pure step (state, batch, key) -> (state, metrics).

  Args:
    modules: "segmenter", or it and "generator", or "discriminator" too.
    txs: their optimizers.
    settings: losses and inputs.
    adversarial: whether the discriminator learns and teaches in this step.
    axis_name: the device axis to average over, None on one device.
  """
  setup = _Setup(
    learners={
      name: learner_lib.Learner(
        module, txs[name], settings.ema_decay, axis_name
      )
      for name, module in modules.items()
    },
    settings=settings,
    adversarial=adversarial and "discriminator" in modules,
    axis_name=axis_name,
  )
  return functools.partial(_train_step, setup)


@dataclasses.dataclass(frozen=True)
class _Setup:
  """What stays the same from step to step."""

  learners: Mapping[str, learner_lib.Learner]
  settings: step_settings.StepSettings
  adversarial: bool
  axis_name: str | None


def _train_step(
  setup: _Setup,
  state: state_lib.TrainState,
  batch: batch_lib.Batch,
  key: jax.Array,
) -> tuple[state_lib.TrainState, Metrics]:
  settings, axis_name = setup.settings, setup.axis_name
  keys = keys_lib.of_step(key, state.step)
  inputs = step_inputs.prepare(
    batch, keys.augmentation, settings.augmentation, axis_name
  )
  networks = dict(state.networks)
  networks["segmenter"], probability, metrics = _segmenter_step(
    setup, networks["segmenter"], inputs, state.step
  )
  if "generator" in setup.learners:
    mixed = (state.step >= settings.true_masks_until_step).astype(jnp.float32)
    inputs = step_inputs.show_wrong_masks(
      inputs,
      probability,
      keys.shown_mask,
      predicted_share=mixed * settings.predicted_mask_share,
      jittered_share=mixed * settings.jittered_mask_share,
      axis_name=axis_name,
    )
    inputs = step_inputs.borrow_masks(
      inputs,
      batch.distractor,
      keys.borrowing,
      share=settings.borrowed_mask_share,
      mixed_share=settings.mixed_share,
      axis_name=axis_name,
    )
    inputs = step_inputs.uncover(inputs, batch.distractor)
    inputs = step_inputs.hide_more(
      inputs, keys.hiding, reach=settings.hidden_reach, axis_name=axis_name
    )
    networks, terms = _completion_step(
      setup, networks, inputs, keys, state.step
    )
    metrics |= terms
  new_state = state_lib.TrainState(state.step + 1, networks)
  return new_state, parallel.mean(metrics, axis_name)


def _segmenter_step(
  setup: _Setup,
  network: state_lib.NetworkState,
  inputs: step_inputs.Inputs,
  step: jax.Array,
) -> tuple[state_lib.NetworkState, jax.Array, Metrics]:
  """Updates the segmenter; returns its probability from before, too."""
  learner = setup.learners["segmenter"]

  def loss_fn(params):
    logits, stats = learner.apply(params, network.stats, inputs.masked_image)
    loss = losses.segmentation_loss(logits, inputs.mask, inputs.valid).mean()
    return loss, (jax.nn.sigmoid(logits), stats)

  if setup.settings.freeze_segmenter:
    _, (probability, _) = loss_fn(network.params)
    return network, probability, {}
  (loss, (probability, stats)), grads = jax.value_and_grad(
    loss_fn, has_aux=True
  )(network.params)
  network, norm = learner.update(network, grads=grads, stats=stats, step=step)
  metrics = {"segmenter_loss": loss, "segmenter_grad_norm": norm}
  return network, jax.lax.stop_gradient(probability), metrics


def _completion_step(
  setup: _Setup,
  networks: Networks,
  inputs: step_inputs.Inputs,
  keys: keys_lib.StepKeys,
  step: jax.Array,
) -> tuple[Networks, Metrics]:
  """Updates D, then G against the new D, from one forward pass of G."""
  settings = setup.settings
  generator = networks["generator"]
  shift = step_losses.draw_shift(keys.perceptual_shift)
  truth = step_losses.see(inputs.image, shift, settings)
  predicted_image, pull_back, stats = _predict(setup, generator, inputs, keys)

  def see(predicted):
    judged = step_losses.judged_image(predicted, inputs, settings)
    return step_losses.see(judged, shift, settings)

  # What AlexNet finds is found once, for the loss and the discriminator.
  seen, pull_seen = jax.vjp(see, predicted_image)
  metrics: Metrics = {}
  if setup.adversarial:
    discriminator, metrics = adversarial_lib.discriminator_step(
      setup.learners["discriminator"],
      networks["discriminator"],
      inputs,
      truth=truth,
      fake=seen,
      step=step,
      settings=settings,
    )
    networks = networks | {"discriminator": discriminator}

  def g_loss_fn(predicted, seen):
    distance, terms = step_losses.distance_to_truth(
      predicted, inputs, seen=seen, truth=truth, settings=settings
    )
    total = distance.mean()
    terms = {name: x.mean() for name, x in terms.items()}
    judge_stats = None
    if setup.adversarial:
      adversarial_loss, (judge_stats, more) = adversarial_lib.generator_loss(
        adversarial_lib.make_judge(
          setup.learners["discriminator"],
          discriminator.params,
          inputs,
          settings,
        ),
        discriminator.stats,
        inputs=inputs,
        truth=truth,
        fake=seen,
        settings=settings,
      )
      total += adversarial_loss
      terms |= more
    return total, (judge_stats, terms | {"g_loss": total})

  (grad, seen_grad), (judge_stats, terms) = jax.grad(
    g_loss_fn, argnums=(0, 1), has_aux=True
  )(predicted_image, seen)
  grad += pull_seen(seen_grad)[0]
  generator, norm = setup.learners["generator"].update(
    generator, grads=pull_back(grad)[0], stats=stats, step=step
  )
  networks = networks | {"generator": generator}
  if setup.adversarial:
    networks["discriminator"] = discriminator._replace(stats=judge_stats)
  return networks, metrics | terms | {"g_grad_norm": norm}


def _predict(
  setup: _Setup,
  generator: state_lib.NetworkState,
  inputs: step_inputs.Inputs,
  keys: keys_lib.StepKeys,
) -> tuple[jax.Array, Callable, state_lib.Params]:
  """Runs G once.

  Returns:
    The predicted image; what pulls a gradient at it back to the parameters; and
    the new batch statistics.
  """
  shown = [inputs.masked_image, inputs.shown_mask]
  if setup.settings.structure:
    shown.append(
      step_inputs.jittered_landmarks(inputs, keys.landmarks, setup.axis_name)
    )
  noise = parallel.device_key(keys.dropout, setup.axis_name)
  return jax.vjp(
    lambda params: setup.learners["generator"].apply(
      params, generator.stats, *shown, noise=noise
    ),
    generator.params,
    has_aux=True,
  )
