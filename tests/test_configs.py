"""Every config loads and builds; wrong keys are named."""

import importlib
import operator
import pathlib

import jax
import numpy as np
import pytest

from configs import (
  compact,
  default,
  faces,
  landmarker,
  paper,
  portraits,
  sharpen,
)
from configs.ablation import _base
from maskgan_jax.common import errors
from maskgan_jax.lab.benchmarks import cost
from maskgan_jax.networks import build
from maskgan_jax.networks import config as config_lib
from maskgan_jax.networks import landmarker as landmarker_lib
from maskgan_jax.training import settings
from maskgan_jax.training import state as state_lib
from maskgan_jax.training.step import step_settings

# But for the landmarker's, which is another task.
CONFIGS = sorted(
  p.stem
  for p in pathlib.Path(default.__file__).parent.glob("*.py")
  if p.stem not in ("__init__", "landmarker")
)


@pytest.mark.parametrize("name", CONFIGS)
def test_config_builds(name):
  config = importlib.import_module(f"configs.{name}").get_config()
  state = jax.eval_shape(
    lambda key: settings.initial_state(config, key), jax.random.key(0)
  )
  assert set(state.networks) == set(config.networks)
  settings.run_settings(config)
  jax.eval_shape(
    lambda: settings.predict_step(config)(
      {
        n: state_lib.inference_variables(v)
        for n, v in settings.initial_state(
          config, jax.random.key(0)
        ).networks.items()
      },
      jax.numpy.zeros((1, config.image_size, config.image_size, 3)),
      jax.random.key(0),
    )
  )


def test_the_landmarker_is_small():
  c = landmarker.get_config()
  settings.run_settings(c)
  size = c.landmarker.image_size
  model = config_lib.landmarker_of_training(c)
  module = landmarker_lib.Landmarker(
    **{key: x for key, x in model.items() if key != "image_size"}
  )
  variables = jax.eval_shape(
    module.init, jax.random.key(0), jax.numpy.zeros((1, size, size, 3))
  )
  assert sum(x.size for x in jax.tree.leaves(variables)) < 1_500_000


def test_paper_is_the_paper():
  c = paper.get_config()
  state = jax.eval_shape(
    lambda key: settings.initial_state(c, key), jax.random.key(0)
  )
  counts = {
    name: sum(x.size for x in jax.tree.leaves(network.params))
    for name, network in state.networks.items()
  }
  assert counts["generator"] == 54_414_979
  assert counts["discriminator"] == 2_768_641
  assert (c.batch_size, c.num_train_steps, c.image_size) == (1, 200_000, 256)
  assert c.augment.scale == (286 / 256, 286 / 256)
  assert (256 * c.augment.shift, c.augment.flip) == (15, True)
  assert (c.loss.adversarial, c.loss.reconstruction_weight) == ("bce", 100)
  assert (c.optimizer.learning_rate.generator, c.optimizer.b1.generator) == (
    2e-4,
    0.5,
  )
  assert c.train_mode_at_test and not c.generator.mask_channel


@pytest.mark.parametrize("size", [128, 256])
def test_portraits_sizes(size):
  assert portraits.get_config(str(size)).image_size == size


def test_a_network_starts_alike_without_those_after_it(tiny_config):
  whole = settings.initial_state(tiny_config, jax.random.key(0))
  tiny_config.networks = ("segmenter", "generator")
  alone = settings.initial_state(tiny_config, jax.random.key(0))
  for name in tiny_config.networks:
    for a, b in zip(
      *(jax.tree.leaves(s.networks[name].params) for s in (whole, alone)),
      strict=True,
    ):
      np.testing.assert_array_equal(a, b)


def test_portraits_refuses_another_size():
  with pytest.raises(ValueError, match=r"portraits.py:512 is unknown. Choose"):
    portraits.get_config("512")


def test_what_continues_a_run_has_its_networks():
  for name, start in (
    ("compact", compact.get_config()),
    ("portraits", portraits.get_config()),
    ("portraits128", portraits.get_config("128")),
  ):
    c = sharpen.get_config(name)
    for key in ("image_size", "completion", "segmenter.features"):
      get = operator.attrgetter(key)
      assert get(c) == get(start)
  with pytest.raises(ValueError, match=r"small is unknown. Choose one of comp"):
    sharpen.get_config("small")


@pytest.mark.parametrize("module", [compact, portraits, sharpen, faces])
def test_ours_are_compact(module):
  """Small enough for phones and ordinary computers, and free of surprises."""
  c = module.get_config()
  assert c.generator.mask_channel and c.loss.composite
  found = cost.inference(c)
  assert found.parameters < 9_500_000
  assert found.multiply_adds < 1_800_000_000
  # One picture or many, in training or in use: the same result.
  state = jax.eval_shape(
    lambda key: settings.initial_state(c, key), jax.random.key(0)
  )
  assert not c.train_mode_at_test
  for name in set(build.INFERENCE) & set(state.networks):
    assert state.networks[name].stats == {}


ROWS = {
  "01_paper": {"generator.mask_channel", "loss.composite"},
  "02_mask_composite": set(),
  "03_no_adversary": {"networks"},
  "04_hinge": {"loss.adversarial"},
  "05_spectral_norm": {"discriminator.norm"},
  "06_r1": {"loss.r1_gamma"},
  "07_feature_matching": {"loss.feature_matching_weight"},
  "08_mask_patchgan": {"discriminator.mask_channel"},
  "09_masked_l1": {"loss.visible_weight"},
  "10_ssim": {"loss.ssim_weight"},
  "11_perceptual": {"loss.perceptual_weight"},
  "12_mixed_masks": {
    "shown_mask.predicted_share",
    "shown_mask.jittered_share",
  },
  "13_ema": {"ema_decay"},
  "14_completion": {
    "generator.name",
    "completion.features",
    "completion.num_blocks",
  },
  "15_full": None,
}


def _flat(tree, prefix=""):
  found = {}
  for key, value in tree.items():
    if isinstance(value, dict):
      found |= _flat(value, f"{prefix}{key}.")
    else:
      found[prefix + key] = value
  return found


def test_the_ablation_changes_one_thing_at_a_time():
  folder = pathlib.Path(_base.__file__).parent
  assert [p.stem for p in sorted(folder.glob("[0-9]*.py"))] == list(ROWS)
  start = _flat(_base.mask_composite().to_dict())
  for name, expected in ROWS.items():
    c = importlib.import_module(f"configs.ablation.{name}").get_config()
    settings.modules(c)
    settings.transformations(c)
    step_settings.read(c)
    run = settings.run_settings(c)
    assert run.batch_size * run.num_train_steps == 16_000
    found = _flat(c.to_dict())
    if expected is not None:
      assert {key for key in start if found[key] != start[key]} == expected


def test_variant_changes_the_copy_alone():
  c = default.get_config()
  changed = settings.variant(c, seed=5, data_dir="here", num_images=80)
  assert (changed.seed, changed.data_dir, changed.num_train_steps) == (
    5,
    "here",
    10,
  )
  assert changed.optimizer.warmup_steps == 0  # 100 of 10,000, shortened alike.
  half = settings.variant(c, seed=0, data_dir="data", num_images=40_000)
  assert half.optimizer.warmup_steps == 50
  assert c == default.get_config()
  assert changed.loss is not c.loss
  assert settings.variant(c, seed=0, data_dir="data") == c
  with pytest.raises(errors.UserError, match="no multiple of .*batch_size 8"):
    settings.variant(c, seed=0, data_dir="data", num_images=81)


def test_unknown_key_is_named():
  with pytest.raises(AttributeError, match='Did you mean "batch_size"'):
    default.get_config().batchsize = 3


def test_unknown_generator_is_named():
  c = default.get_config()
  c.generator.name = "unet"
  with pytest.raises(errors.UserError, match='"unet". Choose "completion"'):
    settings.modules(c)


def test_an_unknown_discriminator():
  c = default.get_config()
  c.discriminator.name = "unet"
  with pytest.raises(errors.UserError, match='"unet". Choose "patches"'):
    settings.modules(c)


def test_faces_on_a_gpu_draw_as_on_a_cpu():
  cpu, gpu = faces.get_config(), faces.get_config("gpu")
  assert config_lib.of_training(cpu) == config_lib.of_training(gpu)
  assert cpu.loss == gpu.loss and cpu.shown_mask == gpu.shown_mask
  assert gpu.dtype == "bfloat16" and settings.run_settings(gpu)
  with pytest.raises(ValueError, match="tpu is unknown. Choose cpu or gpu"):
    faces.get_config("tpu")


@pytest.mark.parametrize(
  "networks", [(), ("generator",), ("segmenter", "discriminator"), ("typo",)]
)
def test_networks_that_need_others(networks):
  c = default.get_config()
  c.networks = networks
  with pytest.raises(errors.UserError, match="Each network needs those before"):
    settings.networks(c)


def test_borrowed_masks_need_a_mask_channel():
  c = default.get_config()
  c.shown_mask.borrowed_share = 0.5
  step_settings.read(c)
  c.generator.mask_channel = False
  with pytest.raises(errors.UserError, match="borrowed_share is 0.5, but"):
    step_settings.read(c)


def test_a_frozen_segmenter_needs_a_start():
  c = default.get_config()
  c.segmenter.frozen = True
  with pytest.raises(
    errors.UserError, match="keeps the segmenter.*set config.init_from"
  ):
    step_settings.read(c)


def test_checkpoints_have_scores():
  c = default.get_config()
  c.checkpoint_every_steps = c.eval_every_steps + 1
  with pytest.raises(errors.UserError, match="must be a multiple of"):
    settings.run_settings(c)


@pytest.mark.parametrize(
  "key", ["num_train_steps", "log_every_steps", "loss.adversarial_from_step"]
)
def test_phases_hold_whole_dispatches(key):
  c = default.get_config()
  c.steps_per_dispatch = 10
  settings.run_settings(c)
  c.update_from_flattened_dict({key: 15})
  with pytest.raises(errors.UserError, match=f"config.{key} 15 must be"):
    settings.run_settings(c)


def test_unknown_dtype_is_refused():
  c = default.get_config()
  c.dtype = "float16"
  with pytest.raises(errors.UserError, match='"float16". Choose one of'):
    settings.modules(c)


@pytest.mark.parametrize("generator", ["completion", "pix2pix"])
def test_bfloat16_computes_but_parameters_stay_float32(generator):
  c = default.get_config()
  c.dtype = "bfloat16"
  c.generator.name = generator
  state = jax.eval_shape(
    lambda key: settings.initial_state(c, key), jax.random.key(0)
  )
  params = jax.tree.leaves({n: v.params for n, v in state.networks.items()})
  assert {x.dtype.name for x in params} == {"float32"}
  network = settings.modules(c)["generator"]
  variables = {
    "params": state.networks["generator"].params,
    "batch_stats": state.networks["generator"].stats,
  }
  image = jax.ShapeDtypeStruct((1, 256, 256, 3), "float32")
  mask = jax.ShapeDtypeStruct((1, 256, 256, 1), "float32")
  traced = jax.make_jaxpr(lambda v, x, m: network.apply(v, x, m, train=False))(
    variables, image, mask
  )
  assert traced.out_avals[0].dtype.name == "float32"
  assert "bf16[1,16,16" in str(traced)


@pytest.mark.parametrize("name", ["r1_gamma", "feature_matching_weight"])
def test_features_take_no_loss_of_pixels(name):
  c = default.get_config()
  c.discriminator.name = "features"
  step_settings.read(c)
  c.loss[name] = 1.0
  with pytest.raises(errors.UserError, match=f"config.loss.{name} is 1.0, but"):
    step_settings.read(c)
