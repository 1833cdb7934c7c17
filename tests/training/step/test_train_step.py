import jax
import numpy as np
import pytest

from maskgan_jax.networks.cpu_kernels import chunks, lowering
from maskgan_jax.training import state as state_lib
from tests.one_device import (
  compiled,
  copy,
  fresh,
  make_batch,
  run,
  sgd_state,
  sgd_step,
)


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


def test_the_faces_options_train(tiny_config):
  """By what the adversary teaches through features: no other loss is left.

  The lines learn too, though the last example has no landmarks.
  """
  tiny_config.loss.reconstruction_weight = 0.0
  assert not tiny_config.loss.perceptual_weight
  tiny_config.completion.structure = True
  tiny_config.shown_mask.hidden_reach = (0.02, 0.05)
  tiny_config.discriminator.name = "features"
  tiny_config.loss.adversarial = "hinge"
  tiny_config.loss.judge_hidden = True
  before = fresh(tiny_config)
  after, metrics = run(tiny_config, state=before)
  assert all(np.isfinite(value) for value in metrics.values())
  assert 0 <= metrics["d_accuracy"] <= 1
  lines = after.networks["generator"].params["lines"]["kernel"]
  assert np.isfinite(lines).all() and np.any(lines)
  assert moved(
    before.networks["generator"].params, after.networks["generator"].params
  )
  assert moved(
    before.networks["discriminator"].params,
    after.networks["discriminator"].params,
  )


def test_without_adversary_the_discriminator_rests(tiny_config):
  before = fresh(tiny_config)
  after, metrics = run(tiny_config, adversarial=False, state=before)
  assert not moved(
    before.networks["discriminator"], after.networks["discriminator"]
  )
  assert {name for name in metrics if not name.startswith("segmenter")} == {
    "reconstruction_loss",
    "g_loss",
    "g_grad_norm",
  }
  np.testing.assert_allclose(
    metrics["g_loss"],
    tiny_config.loss.reconstruction_weight * metrics["reconstruction_loss"],
    rtol=1e-6,
  )
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
  # Shapes tell: nothing is compiled.
  state, _ = jax.eval_shape(
    sgd_step(tiny_config, None),
    jax.eval_shape(lambda: sgd_state(tiny_config)),
    make_batch(),
    jax.random.key(0),
  )
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


def test_same_key_same_result_and_steps_differ(tiny_config):
  """What is drawn depends on the key and on the step, and on nothing else."""
  step, start = compiled(tiny_config), fresh(tiny_config)

  def take(number=0, seed=1):
    state = copy(start)._replace(step=jax.numpy.asarray(number, "int32"))
    state, _ = step(state, make_batch(), jax.random.key(seed))
    return jax.device_get(state.networks["generator"].params)

  first = take()
  assert not moved(first, take())
  assert moved(first, take(seed=2))
  # From step 1 on, other masks are shown, too.
  second = take(number=2)
  assert not moved(second, take(number=2))
  assert moved(second, take(number=3))


@pytest.mark.parametrize("generator", ["completion", "pix2pix"])
def test_loss_falls(tiny_config, generator):
  tiny_config.generator.name = generator
  tiny_config.pix2pix.base_features = 8
  tiny_config.pix2pix.num_levels = 2
  tiny_config.loss.adversarial_weight = 0.0
  tiny_config.num_train_steps = 100
  tiny_config.optimizer.learning_rate.generator = 1e-2
  # Each step shows the same faces under the same masks.
  tiny_config.shown_mask.borrowed_share = 0.0
  tiny_config.shown_mask.true_until_step = 100
  tiny_config.augment.bare_share = 0.0
  tiny_config.augment.flip = False
  step, state = compiled(tiny_config, adversarial=False), fresh(tiny_config)
  metrics = []
  for _ in range(25):
    state, found = step(state, make_batch(), jax.random.key(1))
    metrics.append(found)
  first, last = metrics[0], metrics[-1]
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
  # These show the truth.
  tiny_config.augment.bare_share = 0.0
  tiny_config.shown_mask.borrowed_share = 0.0
  batch = batch._replace(distractor=np.zeros(len(image), bool))
  step = compiled(tiny_config, adversarial=False)
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
