import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.training.step import step_inputs, step_losses, step_settings

REAL = jnp.full((2, 2, 2, 3), 0.5)
FAKE = jnp.full((2, 2, 2, 3), -0.5)


def _judge(slope):
  """A discriminator whose logit is slope * mean, and that counts its calls."""

  def judge(calls, image):
    logits = slope * image.mean(axis=(1, 2, 3), keepdims=True)
    return step_losses.Judgement(logits, [image, 2 * image], calls + 1)

  return judge


@pytest.fixture
def settings(tiny_config):
  return dataclasses.replace(
    step_settings.read(tiny_config), adversarial_loss="hinge"
  )


def test_discriminator_loss_with_r1(settings):
  def loss(slope, gamma):
    return step_losses.discriminator_loss(
      _judge(slope),
      0,
      REAL,
      FAKE,
      dataclasses.replace(settings, r1_gamma=gamma),
    )

  plain, (calls, terms) = loss(1.0, 0.0)
  np.testing.assert_allclose(plain, 2 * (1 - 0.5))
  assert calls == 2 and "r1_penalty" not in terms
  total, (calls, terms) = loss(1.0, 24.0)
  # The gradient is slope / 12 at each of 12 values.
  np.testing.assert_allclose(terms["r1_penalty"], 0.5 / 12, rtol=1e-6)
  np.testing.assert_allclose(total, plain + 1.0, rtol=1e-6)
  np.testing.assert_allclose(terms["d_loss"], total)
  assert calls == 2
  # d/ds of 2 - s + 24 s^2 / 24.
  slope = jax.grad(lambda s: loss(s, 24.0)[0])(1.0)
  np.testing.assert_allclose(slope, -1.0 + 2.0, rtol=1e-6)


def test_generator_loss_with_feature_matching(settings):
  settings = dataclasses.replace(
    settings,
    adversarial_weight=1.0,
    feature_matching_weight=10.0,
    reconstruction_weight=0.0,
  )
  mask = jnp.ones((2, 2, 2, 1))
  inputs = step_inputs.Inputs(REAL, FAKE, mask, mask)
  total, (calls, terms) = step_losses.generator_loss(
    _judge(1.0), 0, FAKE, FAKE, inputs, jax.random.key(0), settings
  )
  np.testing.assert_allclose(terms["feature_matching_loss"], 1.5)
  np.testing.assert_allclose(terms["g_adversarial_loss"], 0.5)
  np.testing.assert_allclose(total, 0.5 + 15.0)
  assert calls == 1  # What it is shown of real images moves no statistics.


def test_a_resting_discriminator_judges_nothing(settings):
  mask = jnp.ones((2, 2, 2, 1))
  inputs = step_inputs.Inputs(REAL, FAKE, mask, mask)
  total, (_, terms) = step_losses.generator_loss(
    None, {}, FAKE, FAKE, inputs, jax.random.key(0), settings
  )
  assert set(terms) == {"reconstruction_loss", "g_loss"}
  np.testing.assert_allclose(terms["reconstruction_loss"], 1.0, rtol=1e-6)
  np.testing.assert_allclose(total, settings.reconstruction_weight, rtol=1e-6)


def test_the_perceptual_loss_moves_by_its_key(settings):
  """A grid of four pixels looks another way from each of four places."""
  settings = dataclasses.replace(settings, perceptual_weight=1.0)
  image = jnp.zeros((1, 64, 64, 3))
  grid = image.at[:, :, ::4].set(0.5)
  mask = jnp.ones((1, 64, 64, 1))
  inputs = step_inputs.Inputs(image, image, mask, mask)

  @jax.jit
  def loss(seed):
    _, terms = step_losses.distance_to_truth(
      grid, grid, inputs, jax.random.key(seed), settings
    )
    return terms["perceptual_loss"]

  found = {round(float(loss(seed)[0]), 4) for seed in range(12)}
  assert len(found) == 4
