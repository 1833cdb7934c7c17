import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.training.step import adversarial, step_settings

REAL = jnp.full((2, 2, 2, 3), 0.5)
FAKE = jnp.full((2, 2, 2, 3), -0.5)


def _judge(slope):
  """A discriminator whose logit is slope * mean, and that counts its calls."""

  def judge(calls, image):
    logits = slope * image.mean(axis=(1, 2, 3), keepdims=True)
    return adversarial.Judgement(logits, [image, 2 * image], calls + 1)

  return judge


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
      image=REAL,
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
    image=REAL,
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
