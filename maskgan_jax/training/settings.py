"""Turns a training config into modules, optimizers and settings of the loop."""

import dataclasses
import operator
from collections.abc import Callable, Sequence
from typing import Any

import jax
import ml_collections
import optax
from flax import linen as nn

from maskgan_jax.common import errors
from maskgan_jax.networks import build, discriminator, predict
from maskgan_jax.networks import config as config_lib
from maskgan_jax.training import optimizers, parallel, state
from maskgan_jax.training.step import step_settings, train_step

NETWORKS = ("segmenter", "generator", "discriminator")


@dataclasses.dataclass(frozen=True)
class RunSettings:
  """What the loops need to know of a config."""

  seed: int
  init_from: str
  data_dir: str
  batch_size: int
  num_train_steps: int
  log_every_steps: int
  eval_every_steps: int
  checkpoint_every_steps: int
  keep_checkpoints: int
  steps_per_dispatch: int


def run_settings(config: ml_collections.ConfigDict) -> RunSettings:
  """Returns the loop's settings.

  Raises:
    errors.UserError: a setting that cannot work, by name.
  """
  if config.checkpoint_every_steps % config.eval_every_steps:
    raise errors.UserError(
      f"config.checkpoint_every_steps {config.checkpoint_every_steps} must be"
      f" a multiple of config.eval_every_steps {config.eval_every_steps}, so"
      " that every checkpoint has its score."
    )
  names = [field.name for field in dataclasses.fields(RunSettings)]
  stepped = ["num_train_steps", "log_every_steps", "eval_every_steps"]
  if "discriminator" in config.networks:
    stepped.append("loss.adversarial_from_step")
  for name in stepped:
    steps = operator.attrgetter(name)(config)
    if steps % config.steps_per_dispatch:
      raise errors.UserError(
        f"config.{name} {steps} must be a multiple of"
        f" config.steps_per_dispatch {config.steps_per_dispatch}."
      )
  return RunSettings(**{name: config[name] for name in names})


def variant(
  config: ml_collections.ConfigDict,
  *,
  seed: int,
  data_dir: str,
  num_images: int | None = None,
) -> ml_collections.ConfigDict:
  """Returns a copy with another seed, dataset and, if given, training images.

  The warm-up keeps its share of the steps.

  Raises:
    errors.UserError: num_images is no multiple of the batch size.
  """
  changed = config.copy_and_resolve_references()
  changed.seed, changed.data_dir = seed, data_dir
  if num_images is not None:
    steps, rest = divmod(num_images, config.batch_size)
    if rest or not steps:
      raise errors.UserError(
        f"{num_images} images are no multiple of config.batch_size"
        f" {config.batch_size}. Choose one."
      )
    changed.optimizer.warmup_steps = (
      config.optimizer.warmup_steps * steps // config.num_train_steps
    )
    changed.num_train_steps = steps
  return changed.lock()


def networks(config: ml_collections.ConfigDict) -> tuple[str, ...]:
  """Returns the names of the networks that the config trains.

  Raises:
    errors.UserError: an unknown network, or one without those that it needs.
  """
  names = tuple(config.networks)
  if names not in [NETWORKS[:count] for count in (1, 2, 3)]:
    raise errors.UserError(
      f"config.networks is {names}. Each network needs those before it: give"
      f" the first one, two or three of {NETWORKS}."
    )
  return names


def modules(
  config: ml_collections.ConfigDict, axis_name: str | None = None
) -> dict[str, nn.Module]:
  """Returns the config's networks by name.

  Raises:
    errors.UserError: settings of a network that cannot be, by name.
  """
  names = networks(config)
  built = build.modules(
    config_lib.of_training(config), dtype=config.dtype, axis_name=axis_name
  )
  if "discriminator" in names:
    built["discriminator"] = _discriminator(config, axis_name)
  return built


def _discriminator(config, axis_name) -> nn.Module:
  own = dict(config.discriminator)
  dtype = build.compute_dtype(config.dtype)
  match own.pop("name"):
    case "patches":
      return discriminator.PatchDiscriminator(
        axis_name=axis_name, dtype=dtype, **own
      )
    case "features":
      return discriminator.FeatureDiscriminator(
        base_features=own["base_features"], dtype=dtype
      )
    case name:
      raise errors.UserError(
        f'config.discriminator.name is "{name}". Choose "patches" or'
        ' "features".'
      )


def transformations(
  config: ml_collections.ConfigDict,
) -> dict[str, optax.GradientTransformation]:
  """Returns the optimizers by network."""
  c = config.optimizer
  return {
    name: optimizers.adam(
      learning_rate=c.learning_rate[name],
      b1=c.b1[name],
      schedule=c.schedule[name],
      warmup_steps=c.warmup_steps,
      num_train_steps=config.num_train_steps,
      clip_norm=c.clip_norm,
    )
    for name in networks(config)
  }


def initial_state(
  config: ml_collections.ConfigDict, key: jax.Array
) -> state.TrainState:
  """Returns the state at step 0."""
  return state.create(
    modules(config),
    transformations(config),
    build.example_inputs(config.image_size),
    key,
    ema=config.ema_decay > 0,
  )


def compiled_train_step(
  config: ml_collections.ConfigDict,
  *,
  adversarial: bool,
  devices: Sequence[jax.Device] | None = None,
  dataset: Any = None,
) -> parallel.Step:
  """Returns the compiled train step for the devices.

  Args:
    config: of the run.
    adversarial: whether the discriminator learns and teaches.
    devices: this process's devices; all of them by default.
    dataset: `parallel.replicate` of all examples, to take batches from.
  """
  txs = transformations(config)
  settings = step_settings.read(config)
  return parallel.compile_step(
    lambda axis_name: train_step.make_train_step(
      modules=modules(config, axis_name),
      txs=txs,
      settings=settings,
      adversarial=adversarial,
      axis_name=axis_name,
    ),
    devices,
    steps_per_dispatch=config.steps_per_dispatch,
    dataset=dataset,
  )


def predict_step(
  config: ml_collections.ConfigDict,
) -> Callable[..., predict.Prediction]:
  """Returns the compiled forward pass, in the dtype of training."""
  return build.predict_step(config_lib.of_training(config), dtype=config.dtype)
