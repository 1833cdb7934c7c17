import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.training.step import (
  adversarial,
  step_inputs,
  step_losses,
  step_settings,
)

REAL = step_losses.Seen(jnp.full((2, 2, 2, 3), 0.5), [])
FAKE = step_losses.Seen(jnp.full((2, 2, 2, 3), -0.5), [])


def _judge(slope):
  """A discriminator whose logit is slope * mean, and that counts its calls."""

  def judge(calls, seen):
    image = seen.image
    logits = slope * image.mean(axis=(1, 2, 3), keepdims=True)
    return adversarial.Judgement([logits], [image, 2 * image], calls + 1)

  return judge


def _pixel_judge(calls, seen):
  """Two judges of each pixel, the second of which is half as sure."""
  red = seen.image[..., :1]
  return adversarial.Judgement([red, 0.5 * red], [], calls)


def _inputs(image, mask):
  landmarks = jnp.full((len(image), 468, 3), jnp.nan)
  valid = jnp.ones_like(mask)
  return step_inputs.Inputs(image, image, mask, valid, 0 * mask, landmarks)


INPUTS = _inputs(REAL.image, jnp.ones((2, 2, 2, 1)))


@pytest.fixture
def settings(tiny_config):
  return dataclasses.replace(
    step_settings.read(tiny_config), adversarial_loss="hinge"
  )


def test_discriminator_loss_with_r1(settings):
  def loss(slope, gamma):
    return adversarial.discriminator_loss(
      _judge(slope),
      0,
      inputs=INPUTS,
      truth=REAL,
      fake=FAKE,
      settings=dataclasses.replace(settings, r1_gamma=gamma),
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


def _generator_loss(settings, **changes):
  return adversarial.generator_loss(
    _judge(1.0),
    0,
    inputs=INPUTS,
    truth=REAL,
    fake=FAKE,
    settings=dataclasses.replace(settings, **changes),
  )


def test_generator_loss_with_feature_matching(settings):
  total, (calls, terms) = _generator_loss(
    settings, adversarial_weight=2.0, feature_matching_weight=10.0
  )
  np.testing.assert_allclose(terms["feature_matching_loss"], 1.5)
  np.testing.assert_allclose(terms["g_adversarial_loss"], 0.5)
  np.testing.assert_allclose(total, 2 * 0.5 + 15.0)
  assert calls == 1  # What it is shown of real images moves no statistics.


def test_generator_loss_without_feature_matching(settings):
  total, (calls, terms) = _generator_loss(
    settings, adversarial_weight=2.0, feature_matching_weight=0.0
  )
  assert set(terms) == {"g_adversarial_loss"}
  np.testing.assert_allclose(total, 1.0)
  assert calls == 1


@pytest.fixture
def hidden(settings):
  return dataclasses.replace(
    settings, judge_hidden=True, adversarial_weight=1.0, r1_gamma=0.0
  )


def _losses(settings, real, fake, mask):
  """Both losses, as a discriminator of pixels gives them, and its terms."""
  inputs = _inputs(real, mask)
  seen = {
    "inputs": inputs,
    "truth": step_losses.Seen(real, []),
    "fake": step_losses.Seen(fake, []),
    "settings": settings,
  }
  d_loss, (_, terms) = adversarial.discriminator_loss(_pixel_judge, 0, **seen)
  g_loss, _ = adversarial.generator_loss(_pixel_judge, 0, **seen)
  return float(d_loss), float(g_loss), terms


MASK = jnp.zeros((2, 4, 4, 1)).at[:, :, :2].set(1.0)
SURE = jnp.full((2, 4, 4, 3), 4.0)


@pytest.mark.parametrize("judge_hidden", [False, True])
def test_patches_count_that_were_hidden(hidden, judge_hidden):
  settings = dataclasses.replace(hidden, judge_hidden=judge_hidden)
  plain = _losses(settings, SURE, -SURE, MASK)
  assert plain[:2] == (0.0, 3.0)  # The mean of 4 and 2.
  visible = -SURE.at[:, :, 2:].multiply(-1.0)
  changed = _losses(settings, SURE, visible, MASK)
  assert (changed[:2] == plain[:2]) == judge_hidden
  under = -SURE.at[:, :, :2].multiply(-1.0)
  changed = _losses(settings, SURE, under, MASK)
  assert changed[0] > 1.0 and changed[1] < 1.0


def test_accuracy_is_of_the_patches_that_count(hidden):
  *_, terms = _losses(hidden, SURE, -SURE, MASK)
  np.testing.assert_allclose(terms["d_accuracy"], 1.0, rtol=1e-6)
  # Of a bare face it is wrong, and of visible pixels.
  bare = MASK.at[0].set(0.0)
  real, fake = (x * jnp.where(bare > 0, 1.0, -1.0) for x in (SURE, -SURE))
  *_, terms = _losses(hidden, real, fake, bare)
  np.testing.assert_allclose(terms["d_accuracy"], 1.0, rtol=1e-6)
  *_, terms = _losses(hidden, -SURE, -SURE, bare)
  np.testing.assert_allclose(terms["d_accuracy"], 0.5, rtol=1e-6)


def test_faces_without_a_mask_cost_nothing(hidden):
  one = _losses(hidden, SURE, SURE, MASK.at[0].set(0.0))
  both = _losses(hidden, SURE, SURE, MASK)
  np.testing.assert_allclose(one[:2], np.array(both[:2]) / 2)
  d_loss, g_loss, terms = _losses(hidden, SURE, SURE, 0 * MASK)
  assert d_loss == g_loss == 0.0
  assert terms["d_accuracy"] == 0.5  # Neither right nor wrong.
