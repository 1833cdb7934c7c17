"""What training changes: arrays only, so that every state has one structure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn

from maskgan_jax.networks import build

Params = Any


class NetworkState(NamedTuple):
  """One network while it trains."""

  params: Params
  stats: Params  # Batch statistics, {} for a network that keeps none.
  opt_state: optax.OptState
  # Running average of params; {} for the discriminator, and in a run that
  # keeps none.
  ema_params: Params


class TrainState(NamedTuple):
  """All networks of a run, by name, and the steps taken."""

  step: jax.Array  # [] int32
  networks: dict[str, NetworkState]


def create(
  modules: Mapping[str, nn.Module],
  txs: Mapping[str, optax.GradientTransformation],
  example_inputs: Mapping[str, tuple],
  key: jax.Array,
  *,
  ema: bool = True,
) -> TrainState:
  """Initialises every network.

  Args:
    modules: the networks by name. A network starts from the same parameters
      with or without those that follow.
    txs: their optimizers, same names.
    example_inputs: what each is called with, one example is enough.
    key: `RunKeys.initialisation`.
    ema: keep a running average of the parameters.
  """
  averaged = build.INFERENCE if ema else ()
  networks = {}
  for index, (name, module) in enumerate(modules.items()):
    params_key, dropout_key = jax.random.split(jax.random.fold_in(key, index))
    variables = module.init(
      {"params": params_key, "dropout": dropout_key},
      *example_inputs[name],
      train=False,
    )
    params = variables["params"]
    networks[name] = NetworkState(
      params=params,
      stats=variables.get("batch_stats", {}),
      opt_state=txs[name].init(params),
      ema_params=_copy(params) if name in averaged else {},
    )
  return TrainState(step=jnp.zeros((), jnp.int32), networks=networks)


def _copy(params: Params) -> Params:
  """Donated states may not hold one buffer twice."""
  return jax.tree.map(jnp.array, params)


def inference_variables(network: NetworkState) -> dict[str, Params]:
  """Returns what evaluation uses: averaged parameters where there are some."""
  params = network.ema_params or network.params
  return {"params": params, "batch_stats": network.stats}


def update_ema(
  ema: Params, params: Params, step: jax.Array, decay: float
) -> Params:
  """Moves the running average towards params, faster in the first steps.

  The warm-up min(decay, (1 + step) / (10 + step)) is that of TensorFlow's
  ExponentialMovingAverage.
  """
  step = step.astype(jnp.float32)
  decay = jnp.minimum(decay, (1.0 + step) / (10.0 + step))
  return optax.incremental_update(params, ema, 1.0 - decay)
