import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.networks import structure
from maskgan_jax.training.step import step_inputs, step_losses, step_settings

NOWHERE = jnp.full((1, 468, 3), jnp.nan)


@pytest.fixture
def settings(tiny_config):
  return step_settings.read(tiny_config)


def test_the_distance_is_the_weighted_sum(settings):
  image = jnp.full((2, 16, 16, 3), 0.5)
  mask = jnp.ones((2, 16, 16, 1))
  inputs = step_inputs.Inputs(image, -image, mask, mask, mask, NOWHERE)

  def distance(**changes):
    total, terms = step_losses.distance_to_truth(
      -image,
      inputs,
      seen=step_losses.Seen(-image, []),
      truth=step_losses.Seen(image, []),
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
  valid = jnp.ones_like(mask)
  inputs = step_inputs.Inputs(image, image, mask, valid, shown, NOWHERE)
  judged = step_losses.judged_image(image + 1, inputs, settings)
  np.testing.assert_allclose(judged[:, :16], 1.0, rtol=1e-6)
  np.testing.assert_allclose(judged[:, 24:], 0.0 if composite else 1.0)
  # Where there is no photo it is the truth.
  inputs = inputs._replace(valid=valid.at[:, :, :32].set(0.0))
  judged = step_losses.judged_image(image + 1, inputs, settings)
  np.testing.assert_array_equal(judged[:, :, :32], 0.0)
  np.testing.assert_allclose(judged[:, :16, 32:], 1.0, rtol=1e-6)


def test_the_perceptual_loss_moves_by_its_key(settings):
  """A grid of four pixels looks another way from each of four places."""
  settings = dataclasses.replace(settings, perceptual_weight=1.0)
  image = jnp.zeros((1, 64, 64, 3))
  grid = image.at[:, :, ::4].set(0.5)
  mask = jnp.ones((1, 64, 64, 1))
  inputs = step_inputs.Inputs(image, image, mask, mask, mask, NOWHERE)

  @jax.jit
  def loss(seed):
    shift = step_losses.draw_shift(jax.random.key(seed))
    _, terms = step_losses.distance_to_truth(
      grid,
      inputs,
      seen=step_losses.see(grid, shift, settings),
      truth=step_losses.see(image, shift, settings),
      settings=settings,
    )
    return terms["perceptual_loss"]

  found = {round(float(loss(seed)[0]), 4) for seed in range(12)}
  assert len(found) == 4


def test_features_are_found_where_they_are_read(settings):
  image, shift = jnp.zeros((1, 64, 64, 3)), jnp.zeros(2, jnp.int32)

  def count(**changes):
    changed = dataclasses.replace(settings, **changes)
    return len(step_losses.see(image, shift, changed).features)

  assert count(perceptual_weight=0.0, judge_features=False) == 0
  assert count(perceptual_weight=1.0, judge_features=False) == 5
  assert count(perceptual_weight=0.0, judge_features=True) == 5


@pytest.fixture
def placed():
  """A hidden lower half; the face is a square in its middle, the mouth too."""
  landmarks = np.full((1, 468, 3), 31.5, np.float32)
  for line, reach in ((structure.JAW, 16), (structure.LOWER_OUTER_LIP, 4)):
    x = np.linspace(31.5 - reach, 31.5 + reach, len(line))
    y = 31.5 + reach * np.sin(np.linspace(0, np.pi, len(line)))
    landmarks[0, list(line), :2] = np.stack([x, y], axis=-1)
  hidden = jnp.zeros((1, 64, 64, 1)).at[:, 32:].set(1.0)
  image = jnp.zeros((1, 64, 64, 3))
  return step_inputs.Inputs(
    image, image, hidden, jnp.ones_like(hidden), hidden, jnp.array(landmarks)
  )


def test_what_was_hidden_of_the_face_counts(settings, placed):
  settings = dataclasses.replace(settings, judge_hidden=True)
  counted = step_losses.counted(placed, settings)[0, ..., 0]
  assert not counted[:32].any() and not counted[51:].any()
  assert (counted[34:40, 24:40] == 1).all()
  # 4 % of the side beside the face, and no more.
  assert (counted[34, 13:51] == 1).all() and not counted[:, :13].any()
  nowhere = placed._replace(landmarks=NOWHERE)
  np.testing.assert_array_equal(
    step_losses.counted(nowhere, settings), placed.region
  )
  settings = dataclasses.replace(settings, judge_hidden=False)
  assert step_losses.counted(placed, settings) is None


def test_the_mouth_counts_more(settings, placed):
  settings = dataclasses.replace(settings, judge_hidden=True, mouth_weight=3.0)
  counted = step_losses.counted(placed, settings)[0, ..., 0]
  assert (counted[33:35, 30:34] == 3).all() and counted[40, 32] == 1

  def loss(row, weight):
    changed = dataclasses.replace(settings, mouth_weight=weight)
    predicted = placed.image.at[:, row, 31:33].set(1.0)
    seen = step_losses.Seen(predicted, [])
    _, terms = step_losses.distance_to_truth(
      predicted, placed, seen=seen, truth=seen, settings=changed
    )
    return float(terms["reconstruction_loss"][0])

  assert loss(34, 3.0) > 2.5 * loss(40, 3.0)
  assert loss(34, 1.0) == pytest.approx(loss(40, 1.0))
