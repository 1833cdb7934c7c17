import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.training.step import step_inputs, step_losses, step_settings


@pytest.fixture
def settings(tiny_config):
  return step_settings.read(tiny_config)


def test_the_distance_is_the_weighted_sum(settings):
  image = jnp.full((2, 16, 16, 3), 0.5)
  mask = jnp.ones((2, 16, 16, 1))
  inputs = step_inputs.Inputs(image, -image, mask, mask, mask)

  def distance(**changes):
    total, terms = step_losses.distance_to_truth(
      -image,
      inputs,
      shift=jnp.zeros(2, jnp.int32),
      settings=dataclasses.replace(settings, perceptual_weight=0.0, **changes),
    )
    return total, terms

  total, terms = distance(reconstruction_weight=3.0, ssim_weight=0.0)
  assert set(terms) == {"reconstruction_loss"}
  np.testing.assert_allclose(terms["reconstruction_loss"], 1.0, rtol=1e-6)
  np.testing.assert_allclose(total, 3.0, rtol=1e-6)
  total, terms = distance(reconstruction_weight=3.0, ssim_weight=2.0)
  assert (terms["ssim_loss"] > 0.1).all()
  np.testing.assert_allclose(total, 3.0 + 2.0 * terms["ssim_loss"], rtol=1e-6)


@pytest.mark.parametrize("composite", [False, True])
def test_the_prediction_is_judged_where_it_is_taken(settings, composite):
  settings = dataclasses.replace(settings, composite=composite)
  image = jnp.zeros((1, 64, 64, 3))
  mask = jnp.zeros((1, 64, 64, 1)).at[:, :16].set(1.0)
  shown = jnp.zeros_like(mask).at[:, :8].set(1.0)
  inputs = step_inputs.Inputs(image, image, mask, mask, shown)
  judged = step_losses.judged_image(image + 1, inputs, settings)
  np.testing.assert_allclose(judged[:, :16], 1.0, rtol=1e-6)
  np.testing.assert_allclose(judged[:, 24:], 0.0 if composite else 1.0)


def test_the_perceptual_loss_moves_by_its_key(settings):
  """A grid of four pixels looks another way from each of four places."""
  settings = dataclasses.replace(settings, perceptual_weight=1.0)
  image = jnp.zeros((1, 64, 64, 3))
  grid = image.at[:, :, ::4].set(0.5)
  mask = jnp.ones((1, 64, 64, 1))
  inputs = step_inputs.Inputs(image, image, mask, mask, mask)

  @jax.jit
  def loss(seed):
    _, terms = step_losses.distance_to_truth(
      grid,
      inputs,
      shift=step_losses.draw_shift(jax.random.key(seed)),
      settings=settings,
    )
    return terms["perceptual_loss"]

  found = {round(float(loss(seed)[0]), 4) for seed in range(12)}
  assert len(found) == 4
