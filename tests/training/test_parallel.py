import jax
import numpy as np
import pytest

from configs import default
from maskgan_jax.common import errors
from maskgan_jax.training import parallel
from tests import one_device


@pytest.mark.parametrize("generator", ["completion", "pix2pix"])
def test_eight_devices_equal_one(tiny_config, generator):
  tiny_config.generator.name = generator
  tiny_config.pix2pix.base_features = 8
  tiny_config.pix2pix.num_levels = 2
  # Dropout draws per device; everything else per example.
  tiny_config.pix2pix.dropout_rate = 0.0
  if generator == "pix2pix":
    tiny_config.networks = ("segmenter", "generator")
  shown = tiny_config.shown_mask
  shown.mixed_share = 0.5
  shown.true_until_step = 0
  shown.predicted_share = shown.jittered_share = 0.3
  if generator == "completion":
    tiny_config.augment = default.get_config().augment
    # Through averaged statistics, twice over.
    tiny_config.loss.r1_gamma = 10.0
    tiny_config.loss.feature_matching_weight = 10.0
    tiny_config.discriminator.mask_channel = True
    tiny_config.completion.structure = True
    shown.hidden_reach = (0.02, 0.05)
  batch, key = one_device.make_batch(8), jax.random.key(1)
  results = [
    parallel.compile_step(
      lambda axis_name: one_device.sgd_step(tiny_config, axis_name),
      jax.devices()[:count],
    )(one_device.sgd_state(tiny_config), batch, key)
    for count in (1, 8)
  ]
  for a, b in zip(*map(jax.tree.leaves, results), strict=True):
    np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize("count", [1, 4])
def test_several_steps_a_dispatch_equal_single_ones(tiny_config, count):
  """And a dataset on the devices equals batches sent to them."""
  tiny_config.networks = ("segmenter",)
  examples, key = one_device.make_batch(12), jax.random.key(1)
  indices = np.array([[3, 1, 7, 0], [9, 2, 11, 4]])
  devices = jax.devices()[:count]

  def compiled(**options):
    return parallel.compile_step(
      lambda axis_name: one_device.sgd_step(tiny_config, axis_name),
      devices,
      **options,
    )

  step, state = compiled(), one_device.sgd_state(tiny_config)
  losses = []
  for chosen in indices:
    batch = jax.tree.map(lambda x, i=chosen: np.asarray(x)[i], examples)
    state, metrics = step(state, batch, key)
    losses.append(metrics["segmenter_loss"])
  together = compiled(
    steps_per_dispatch=2, dataset=parallel.replicate(examples, devices)
  )
  got, metrics = together(one_device.sgd_state(tiny_config), indices, key)
  assert int(got.step) == 2
  np.testing.assert_allclose(metrics["segmenter_loss"], losses, rtol=1e-5)
  for a, b in zip(*map(jax.tree.leaves, (got, state)), strict=True):
    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_several_devices_compile_once():
  compiled = []

  def listener(event, duration, **kwargs):
    if event == "/jax/core/compile/backend_compile_duration":
      compiled.append(duration)

  step = parallel.compile_step(
    lambda axis_name: (
      lambda state, batch, key: (
        state + parallel.mean(batch.mean(), axis_name),
        {},
      )
    ),
    jax.devices()[:4],
  )
  key, batch = jax.random.key(0), np.arange(4.0)
  jax.monitoring.register_event_duration_secs_listener(listener)
  try:
    state, _ = step(jax.numpy.zeros(()), batch, key)
    assert compiled
    before = len(compiled)
    state, _ = step(state, batch, key)
    assert len(compiled) == before
  finally:
    jax.monitoring.unregister_event_duration_listener(listener)
  assert state == 3.0


def test_a_dataset_larger_than_the_memory_is_refused(monkeypatch):
  monkeypatch.setattr(parallel, "_free_memory", lambda device: 100)
  with pytest.raises(errors.UserError, match="dataset_on_device=False"):
    parallel.replicate(one_device.make_batch())


def test_replicas_are_equal(tiny_config):
  # Each device draws for its own examples, and averages with the others.
  tiny_config.networks = ("segmenter", "generator")
  step = jax.pmap(
    one_device.sgd_step(tiny_config, parallel.AXIS),
    axis_name=parallel.AXIS,
    in_axes=(None, 0, None),
    out_axes=0,
  )
  batch = parallel.shard(one_device.make_batch(8), 8)
  state, metrics = step(
    one_device.sgd_state(tiny_config), batch, jax.random.key(1)
  )
  for leaf in jax.tree.leaves((state, metrics)):
    for replica in leaf[1:]:
      np.testing.assert_array_equal(replica, leaf[0])


def test_uneven_batch_is_refused():
  with pytest.raises(errors.UserError, match="batch of 6 does not divide"):
    parallel.shard(one_device.make_batch(6), 4)


def test_shard_keeps_the_order():
  shards = parallel.shard(np.arange(8), 4)
  np.testing.assert_array_equal(shards, [[0, 1], [2, 3], [4, 5], [6, 7]])


def test_mean_of_nothing_is_nothing():
  assert parallel.mean({}, parallel.AXIS) == {}
  assert parallel.mean(3.0, None) == 3.0


@pytest.mark.parametrize("count", [2, 8])
def test_example_keys_do_not_depend_on_the_devices(count):
  key = jax.random.key(0)
  one = jax.random.key_data(parallel.example_keys(key, 8, None))
  several = jax.vmap(
    lambda _: parallel.example_keys(key, 8 // count, "d"), axis_name="d"
  )(np.arange(count))
  several = jax.random.key_data(several).reshape(one.shape)
  np.testing.assert_array_equal(several, one)
  assert len(np.unique(one, axis=0)) == 8


def test_every_device_has_its_own_key():
  key = jax.random.key(0)
  found = jax.vmap(lambda _: parallel.device_key(key, "d"), axis_name="d")(
    np.arange(4)
  )
  assert len(np.unique(jax.random.key_data(found), axis=0)) == 4
