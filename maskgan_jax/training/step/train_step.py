"""One training step of segmenter, generator and discriminator, as a function.

All networks learn in one step: the segmenter's single forward pass serves its
own loss and gives the predicted masks that the generator learns to complete.
"""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn

from maskgan_jax.training import batch as batch_lib
from maskgan_jax.training import losses, parallel
from maskgan_jax.training import state as state_lib
from maskgan_jax.training.step import step_inputs, step_losses, step_settings

Metrics = dict[str, jax.Array]


@dataclasses.dataclass(frozen=True)
class _Learner:
  """Applies and updates the networks of one step."""

  modules: Mapping[str, nn.Module]
  txs: Mapping[str, optax.GradientTransformation]
  ema_decay: float
  axis_name: str | None

  def apply(self, name, network, params, *args, key=None):
    """Returns the output and the new batch statistics."""
    variables = {"params": params, "batch_stats": network.stats}
    output, changed = self.modules[name].apply(
      variables,
      *args,
      train=True,
      mutable=["batch_stats"],
      rngs=None if key is None else {"dropout": key},
    )
    return output, changed.get("batch_stats", {})

  def judge(self, params, stats, masked_image, image, mask):
    """Returns what the discriminator says of an image."""
    logits, changed = self.modules["discriminator"].apply(
      {"params": params, "batch_stats": stats},
      masked_image,
      image,
      mask,
      train=True,
      mutable=["batch_stats", "intermediates"],
    )
    found = changed["intermediates"]["features"]
    return step_losses.Judgement(logits, found, changed.get("batch_stats", {}))

  def update(self, name, network, grads, stats, step):
    """Returns the network after one optimizer step, and the gradient norm."""
    grads = parallel.mean(grads, self.axis_name)
    updates, opt_state = self.txs[name].update(
      grads, network.opt_state, network.params
    )
    params = optax.apply_updates(network.params, updates)
    ema_params = network.ema_params
    if ema_params:
      ema_params = state_lib.update_ema(
        ema_params, params, step, self.ema_decay
      )
    new = state_lib.NetworkState(params, stats, opt_state, ema_params)
    return new, optax.tree.norm(grads)


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
  learner = _Learner(modules, txs, settings.ema_decay, axis_name)

  def train_step(
    state: state_lib.TrainState, batch: batch_lib.Batch, key: jax.Array
  ) -> tuple[state_lib.TrainState, Metrics]:
    keys = jax.random.split(jax.random.fold_in(key, state.step), 3)
    inputs = step_inputs.prepare(
      batch, keys[0], settings.augmentation, axis_name
    )
    networks = dict(state.networks)
    networks["segmenter"], probability, metrics = _segmenter_step(
      learner,
      networks["segmenter"],
      inputs,
      state.step,
      frozen=settings.freeze_segmenter,
    )
    if "generator" in modules:
      mixed = (state.step >= settings.true_masks_until_step).astype(jnp.float32)
      shown_mask = step_inputs.shown_mask(
        inputs.mask,
        probability,
        keys[1],
        predicted_share=mixed * settings.predicted_mask_share,
        jittered_share=mixed * settings.jittered_mask_share,
        axis_name=axis_name,
      )
      inputs, shown_mask = step_inputs.borrow_masks(
        inputs,
        shown_mask,
        ~batch.mask.any(axis=(1, 2, 3)),
        jax.random.fold_in(keys[1], 1),
        share=settings.borrowed_mask_share,
        mixed_share=settings.mixed_share,
        axis_name=axis_name,
      )
      changed, found = _completion_step(
        learner,
        networks,
        inputs,
        shown_mask,
        state.step,
        keys[2],
        settings,
        adversarial and "discriminator" in modules,
      )
      networks |= changed
      metrics |= found
    new_state = state_lib.TrainState(state.step + 1, networks)
    return new_state, parallel.mean(metrics, axis_name)

  return train_step


def _device_key(key: jax.Array, axis_name: str | None) -> jax.Array:
  if axis_name is None:
    return key
  return jax.random.fold_in(key, jax.lax.axis_index(axis_name))


def _segmenter_step(learner, network, inputs, step, frozen):
  if frozen:
    logits, _ = learner.apply(
      "segmenter", network, network.params, inputs.masked_image
    )
    return network, jax.nn.sigmoid(logits), {}

  def loss_fn(params):
    logits, stats = learner.apply(
      "segmenter", network, params, inputs.masked_image
    )
    loss = losses.segmentation_loss(logits, inputs.mask, inputs.valid).mean()
    return loss, (jax.nn.sigmoid(logits), stats)

  (loss, (probability, stats)), grads = jax.value_and_grad(
    loss_fn, has_aux=True
  )(network.params)
  network, norm = learner.update("segmenter", network, grads, stats, step)
  found = {"segmenter_loss": loss, "segmenter_grad_norm": norm}
  return network, jax.lax.stop_gradient(probability), found


def _completion_step(
  learner, networks, inputs, shown_mask, step, key, settings, adversarial
) -> tuple[dict[str, Any], Metrics]:
  """Updates D, then G against the new D, from one forward pass of G."""
  generator = networks["generator"]
  noise = _device_key(key, learner.axis_name)
  moving = jax.random.fold_in(key, 2)
  latent = None
  if settings.latent_size:
    candidates = step_inputs.latents(
      jax.random.fold_in(key, 1),
      (len(shown_mask), settings.num_latent_candidates, settings.latent_size),
      learner.axis_name,
    )
    latent = _best_latent(
      learner, generator, inputs, shown_mask, candidates, key, settings
    )
  predicted_image, pull_back, stats = jax.vjp(
    lambda params: learner.apply(
      "generator",
      generator,
      state_lib.only_latent(params) if settings.freeze_generator else params,
      inputs.masked_image,
      shown_mask,
      *([] if latent is None else [latent]),
      key=noise,
    ),
    generator.params,
    has_aux=True,
  )
  region = jnp.maximum(shown_mask, inputs.mask)

  def judged(predicted):
    return step_losses.judged_image(predicted, inputs, region, settings)

  def judge_with(params, stats, image):
    return learner.judge(params, stats, inputs.masked_image, image, region)

  changed: dict[str, Any] = {}
  metrics: Metrics = {}
  judge, judge_stats = None, {}
  if adversarial:
    discriminator, metrics = _discriminator_step(
      learner,
      networks["discriminator"],
      judge_with,
      inputs.image,
      jax.lax.stop_gradient(judged(predicted_image)),
      step,
      settings,
    )
    judge = functools.partial(judge_with, discriminator.params)
    judge_stats = discriminator.stats

  def g_loss_fn(predicted):
    seen = judged(predicted)
    return step_losses.generator_loss(
      judge, judge_stats, predicted, seen, inputs, moving, settings
    )

  grad, (judge_stats, terms) = jax.grad(g_loss_fn, has_aux=True)(
    predicted_image
  )
  changed["generator"], norm = learner.update(
    "generator", generator, pull_back(grad)[0], stats, step
  )
  if adversarial:
    changed["discriminator"] = discriminator._replace(stats=judge_stats)
  return changed, metrics | terms | {"g_grad_norm": norm}


def _best_latent(
  learner, network, inputs, shown_mask, candidates, key, settings
):
  """Chooses of each example's codes the one with which it is nearest the truth.

  To train that one alone keeps the others free to become something else: an
  average of all that is plausible would be right for none (variety loss: Gupta
  et al., Social GAN, 2018, section 3.3).

  Args:
    candidates: [B, num_latent_candidates, latent_size].
    key: of the step, the same on all devices.

  Returns:
    [B, latent_size].
  """
  count, number, size = candidates.shape
  repeated, shown = jax.tree.map(
    lambda x: jnp.repeat(x, number, axis=0), (inputs, shown_mask)
  )
  predicted, _ = learner.apply(
    "generator",
    network,
    network.params,
    repeated.masked_image,
    shown,
    candidates.reshape(count * number, size),
    key=_device_key(key, learner.axis_name),
  )
  region = jnp.maximum(shown, repeated.mask)
  judged = step_losses.judged_image(predicted, repeated, region, settings)
  distance, _ = step_losses.distance_to_truth(
    predicted, judged, repeated, jax.random.fold_in(key, 2), settings
  )
  best = distance.reshape(count, number).argmin(axis=1)
  return candidates[jnp.arange(count), best]


def _discriminator_step(learner, network, judge, image, fake, step, settings):
  def loss_fn(params):
    return step_losses.discriminator_loss(
      functools.partial(judge, params), network.stats, image, fake, settings
    )

  (_, (stats, terms)), grads = jax.value_and_grad(loss_fn, has_aux=True)(
    network.params
  )
  network, norm = learner.update("discriminator", network, grads, stats, step)
  return network, terms | {"d_grad_norm": norm}
