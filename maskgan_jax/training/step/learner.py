"""One network in a training step: how it is applied and how it learns."""

import dataclasses
from typing import Any

import jax
import optax
from flax import linen as nn

from maskgan_jax.training import parallel
from maskgan_jax.training import state as state_lib


@dataclasses.dataclass(frozen=True)
class Learner:
  """What stays the same of a network from step to step.

  Attributes:
    module: the network.
    tx: its optimizer.
    ema_decay: of the running average of its parameters.
    axis_name: the device axis to average over, None on one device.
  """

  module: nn.Module
  tx: optax.GradientTransformation
  ema_decay: float
  axis_name: str | None

  def apply(
    self,
    params: state_lib.Params,
    stats: state_lib.Params,
    *inputs: jax.Array,
    noise: jax.Array | None = None,
  ) -> tuple[jax.Array, state_lib.Params]:
    """Returns the network's output and its new batch statistics.

    Args:
      params: its parameters.
      stats: its batch statistics.
      *inputs: of the module.
      noise: the key of its dropout.
    """
    output, changed = self.apply_with_features(
      params, stats, *inputs, noise=noise
    )
    return output, changed.get("batch_stats", {})

  def apply_with_features(
    self,
    params: state_lib.Params,
    stats: state_lib.Params,
    *inputs: jax.Array,
    noise: jax.Array | None = None,
  ) -> tuple[jax.Array, dict[str, Any]]:
    """Does as `apply`; returns the output and all collections that changed."""
    return self.module.apply(
      {"params": params, "batch_stats": stats},
      *inputs,
      train=True,
      mutable=["batch_stats", "intermediates"],
      rngs=None if noise is None else {"dropout": noise},
    )

  def update(
    self,
    network: state_lib.NetworkState,
    *,
    grads: state_lib.Params,
    stats: state_lib.Params,
    step: jax.Array,
  ) -> tuple[state_lib.NetworkState, jax.Array]:
    """Takes one step of the optimizer.

    Args:
      network: before.
      grads: with respect to its parameters, on this device.
      stats: its batch statistics afterwards.
      step: steps taken before.

    Returns:
      The network afterwards, and the norm of the gradient over all devices.
    """
    grads = parallel.mean(grads, self.axis_name)
    updates, opt_state = self.tx.update(
      grads, network.opt_state, network.params
    )
    params = optax.apply_updates(network.params, updates)
    ema_params = network.ema_params
    if ema_params:
      ema_params = state_lib.update_ema(
        ema_params, params, step, self.ema_decay
      )
    new = state_lib.NetworkState(params, stats, opt_state, ema_params)
    return new, optax.tree.norm(grads)
