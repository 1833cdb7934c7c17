import jax
import numpy as np
import pytest

from maskgan_jax.networks import blocks
from maskgan_jax.networks.cpu_kernels import chunks, lowering
from maskgan_jax.training import settings as settings_lib
from maskgan_jax.training import state as state_lib
from maskgan_jax.training.step import step_inputs, step_settings, train_step
from tests.one_device import fresh, make_batch, run, sgd_state, sgd_step


def moved(before, after) -> bool:
  return any(
    not np.array_equal(a, b)
    for a, b in zip(
      jax.tree.leaves(before), jax.tree.leaves(after), strict=True
    )
  )


def test_all_networks_learn(tiny_config):
  before = fresh(tiny_config)
  after, metrics = run(tiny_config, state=before)
  assert int(after.step) == 1
  assert jax.tree.structure(before) == jax.tree.structure(after)
  for name in before.networks:
    assert moved(before.networks[name].params, after.networks[name].params)
  assert moved(
    before.networks["generator"].ema_params,
    after.networks["generator"].ema_params,
  )
  assert after.networks["discriminator"].ema_params == {}
  assert {
    "d_loss",
    "g_loss",
    "g_adversarial_loss",
    "reconstruction_loss",
    "segmenter_loss",
    "real_logits",
    "fake_logits",
  } <= set(metrics)
  assert all(np.isfinite(value) for value in metrics.values())


def test_g_loss_is_the_weighted_sum(tiny_config):
  tiny_config.loss.ssim_weight = 2.0
  tiny_config.loss.perceptual_weight = 3.0
  tiny_config.loss.feature_matching_weight = 5.0
  _, m = run(tiny_config)
  c = tiny_config.loss
  expected = (
    c.reconstruction_weight * m["reconstruction_loss"]
    + c.ssim_weight * m["ssim_loss"]
    + c.perceptual_weight * m["perceptual_loss"]
    + c.feature_matching_weight * m["feature_matching_loss"]
    + c.adversarial_weight * m["g_adversarial_loss"]
  )
  np.testing.assert_allclose(m["g_loss"], expected, rtol=1e-5)


def test_the_discriminators_options_train(tiny_config):
  tiny_config.discriminator.mask_channel = True
  tiny_config.discriminator.norm = "spectral"
  tiny_config.loss.r1_gamma = 10.0
  before = fresh(tiny_config)
  after, metrics = run(tiny_config, state=before)
  assert metrics["r1_penalty"] > 0
  assert moved(
    before.networks["discriminator"].params,
    after.networks["discriminator"].params,
  )
  stats = after.networks["discriminator"].stats
  assert any("kernel/sigma" in str(p) for p in jax.tree.leaves_with_path(stats))


def test_without_adversary_the_discriminator_rests(tiny_config):
  before = fresh(tiny_config)
  after, metrics = run(tiny_config, adversarial=False, state=before)
  assert not moved(
    before.networks["discriminator"], after.networks["discriminator"]
  )
  assert "d_loss" not in metrics
  assert moved(
    before.networks["generator"].params, after.networks["generator"].params
  )


def test_segmenter_trains_alone(tiny_config):
  tiny_config.networks = ("segmenter",)
  state, metrics = run(tiny_config)
  assert set(state.networks) == {"segmenter"}
  assert set(metrics) == {"segmenter_loss", "segmenter_grad_norm"}


def test_without_an_average_none_is_kept(tiny_config):
  tiny_config.ema_decay = 0.0
  state, _ = run(tiny_config)
  for network in state.networks.values():
    assert network.ema_params == {}
  generator = state.networks["generator"]
  assert state_lib.inference_variables(generator)["params"] is generator.params


def test_a_frozen_segmenter_stays(tiny_config):
  tiny_config.segmenter.frozen = True
  tiny_config.init_from = "somewhere"
  tiny_config.shown_mask.true_until_step = 0
  tiny_config.shown_mask.predicted_share = 1.0
  before = fresh(tiny_config)
  after, metrics = run(tiny_config, state=before)
  assert not moved(before.networks["segmenter"], after.networks["segmenter"])
  assert moved(
    before.networks["generator"].params, after.networks["generator"].params
  )
  assert "segmenter_loss" not in metrics


def _latent(config):
  config.latent.size = 3
  config.latent.num_candidates = 4
  return config


def test_a_frozen_generator_learns_what_its_latent_code_does(tiny_config):
  config = _latent(tiny_config)
  config.generator.frozen = True
  config.init_from = "somewhere"
  before = fresh(config)
  after, _ = run(config, adversarial=False, state=before)
  changed = {
    jax.tree_util.keystr(path)
    for (path, x), y in zip(
      jax.tree.leaves_with_path(before.networks["generator"].params),
      jax.tree.leaves(after.networks["generator"].params),
      strict=True,
    )
    if not np.array_equal(x, y)
  }
  assert changed and all(blocks.LATENT in name for name in changed)


def test_the_code_nearest_to_the_truth_is_trained(tiny_config):
  """Of codes that draw brighter or darker, the one that is as bright wins."""
  config = _latent(tiny_config)
  settings = step_settings.read(config)
  level = np.array([[-0.9, 0.1, 0.6], [-0.2, 0.5, 0.9]], np.float32)
  truth = np.array([0.5, -0.3], np.float32)[:, None, None, None]
  image = np.broadcast_to(truth, (2, 32, 32, 3))
  ones = np.ones((2, 32, 32, 1), np.float32)
  inputs = step_inputs.Inputs(image, image * 0, ones, ones)

  class Learner:
    axis_name = None

    def apply(self, name, network, params, masked_image, mask, latent, key):
      assert mask.shape == (6, 32, 32, 1)
      return masked_image + latent[:, :1, None, None], {}

  chosen = train_step._best_latent(
    Learner(),
    fresh(config).networks["generator"],
    inputs,
    ones,
    np.repeat(level[..., None], 3, axis=-1),
    jax.random.key(0),
    settings,
  )
  np.testing.assert_allclose(chosen[:, 0], [0.6, -0.2])


def test_same_key_same_result_and_steps_differ(tiny_config):
  first, _ = run(tiny_config, steps=2)
  second, _ = run(tiny_config, steps=2)
  assert not moved(first, second)


@pytest.mark.parametrize("generator", ["completion", "pix2pix"])
def test_loss_falls(tiny_config, generator):
  tiny_config.generator.name = generator
  tiny_config.pix2pix.base_features = 8
  tiny_config.pix2pix.num_levels = 4
  tiny_config.loss.adversarial_weight = 0.0
  tiny_config.num_train_steps = 100
  tiny_config.optimizer.learning_rate.generator = 2e-3
  _, first = run(tiny_config, adversarial=False)
  _, last = run(tiny_config, adversarial=False, steps=25)
  assert last["reconstruction_loss"] < 0.95 * first["reconstruction_loss"]
  assert last["segmenter_loss"] < 0.9 * first["segmenter_loss"]


def test_invalid_pixels_teach_nothing(tiny_config):
  """Changing the truth where it is invalid changes no network."""
  batch = make_batch()
  valid = batch.valid.copy()
  valid[:, :, :16] = 0
  image = batch.image.copy()
  image[:, :, :8] = 0  # Further than a resize mixes.
  tiny_config.augment.flip = False
  tiny_config.augment.saturation = 0.0
  # Both show the truth.
  tiny_config.augment.bare_share = 0.0
  tiny_config.shown_mask.borrowed_share = 0.0
  step = settings_lib.compiled_train_step(
    tiny_config, adversarial=False, devices=jax.devices()[:1]
  )
  states = [
    step(
      fresh(tiny_config),
      batch._replace(image=picture, valid=valid),
      jax.random.key(0),
    )[0]
    for picture in (batch.image, image)
  ]
  assert not moved(*states)


def test_the_fast_form_trains_as_the_textbook_form(tiny_config, monkeypatch):
  """Losses to 1e-5, gradients to 1e-4; 20 steps under SGD to 1e-3."""
  tiny_config.generator.name = "pix2pix"
  tiny_config.pix2pix.base_features = 16
  tiny_config.pix2pix.num_levels = 3
  key, batch, rate = jax.random.key(1), make_batch(), 1e-3

  def train(steps):
    step = jax.jit(sgd_step(tiny_config, None, rate))
    state, losses = sgd_state(tiny_config), []
    first = None
    for _ in range(steps):
      state, metrics = step(state, batch, key)
      losses.append([metrics["g_loss"], metrics["d_loss"]])
      first = first or state
    return first, np.array(losses)

  used = []
  prefers = lowering._prefers_windows

  def counted(*arguments):
    used.append(prefers(*arguments))
    return used[-1]

  monkeypatch.setattr(lowering, "_prefers_windows", counted)
  monkeypatch.setattr(chunks, "_CACHE_BYTES", 1)
  fast, fast_losses = train(20)
  assert any(used) and not all(used)
  jax.clear_caches()
  with lowering.plain():
    textbook, losses = train(20)
  np.testing.assert_allclose(fast_losses[0], losses[0], rtol=1e-5)
  np.testing.assert_allclose(fast_losses, losses, rtol=1e-3)
  start = sgd_state(tiny_config)
  for name in start.networks:
    before, a, b = (
      jax.tree.leaves(state.networks[name].params)
      for state in (start, fast, textbook)
    )
    for old, x, y in zip(before, a, b, strict=True):
      difference = np.linalg.norm(x - y)
      # Rounding of the parameters themselves, seen through the step.
      rounding = 1e-7 * np.linalg.norm(old)
      assert difference <= 1e-4 * np.linalg.norm(y - old) + rounding
