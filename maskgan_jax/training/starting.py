"""Starts a run from the networks of another one, which may be smaller."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import traverse_util

from maskgan_jax.common import errors
from maskgan_jax.training import state as state_lib


def start_from(
  state: state_lib.TrainState, found: dict[str, dict[str, Any]], origin: str
) -> state_lib.TrainState:
  """Returns a state that has the networks of another run.

  A network that has more features a level than the other run's, or more blocks
  at its highest one, computes the same as that one at first; those that
  evaluation does not need, the discriminator, and all optimizers start afresh.

  Args:
    state: at step 0.
    found: the other run's variables by network.
    origin: where they come from.

  Raises:
    errors.UserError: they have shapes that this run's do not hold.
  """
  networks = dict(state.networks)
  for name in found.keys() & networks.keys():
    variables, own = found[name], networks[name]
    try:
      params = _grown(variables["params"], own.params)
      stats = _grown(variables["batch_stats"], own.stats)
    except _Misfit as error:
      raise errors.UserError(
        f"config.init_from {origin}: its {name} has {error}. Start from a run"
        " with the same networks, or smaller ones, and image_size."
      ) from error
    ema_params = jax.tree.map(jnp.array, params) if own.ema_params else {}
    networks[name] = own._replace(
      params=params, stats=stats, ema_params=ema_params
    )
  return state._replace(networks=networks)


class _Misfit(Exception):
  """What does not fit, in words."""


def _grown(found: Any, own: Any) -> Any:
  """Puts the found arrays into the own, fresh ones."""
  found, own = (traverse_util.flatten_dict(x, sep="/") for x in (found, own))
  if unknown := sorted(found.keys() - own.keys()):
    raise _Misfit(f"{unknown[0]}, which this config's has not")
  grown = {
    name: _array(name, found[name], x) if name in found else x
    for name, x in own.items()
  }
  return traverse_util.unflatten_dict(grown, sep="/")


def _array(name: str, found: jax.Array, own: jax.Array) -> jax.Array:
  """One array: what is new changes nothing of what was there."""
  if found.shape == own.shape:
    return jnp.asarray(found)
  if found.ndim != own.ndim or any(
    before > now for before, now in zip(found.shape, own.shape, strict=True)
  ):
    raise _Misfit(f"{name} of {found.shape}, this config's is {own.shape}")
  if not _may_grow(name, found.shape, own.shape):
    raise _Misfit(f"{name} of {found.shape}, which cannot grow to {own.shape}")
  place = tuple(slice(size) for size in found.shape)
  if name.endswith("kernel") and found.ndim == 4:
    # New features read old ones, but no old one reads a new one.
    own = own.at[:, :, found.shape[2] :, : found.shape[3]].set(0.0)
  return own.at[place].set(found)


def _may_grow(name: str, before: tuple[int, ...], now: tuple[int, ...]) -> bool:
  """Whether an array holds what was learned if its features come to be more.

  Positions of a smaller picture do not, nor those of a smaller kernel. Nor do
  features that are several arrays side by side: the heads of attention, the
  pixels that a first convolution reads, skips beside a transposed one's input.
  """
  if not name.endswith("kernel"):
    return before[:-1] == now[:-1] and "SelfAttention" not in name
  if len(now) != 4 or before[:2] != now[:2] or "ConvTranspose" in name:
    return False
  return name != "Conv_0/kernel" or before[2] == now[2]
