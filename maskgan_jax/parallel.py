"""One step function on one device or on all of them; only here is pmap."""

from collections.abc import Callable, Sequence
from typing import Any

import jax

from maskgan_jax import errors

AXIS = "devices"

# (state, batch, key) -> (state, metrics)
Step = Callable[[Any, Any, jax.Array], tuple[Any, Any]]


def compile_step(
  make_step: Callable[[str | None], Step],
  devices: Sequence[jax.Device] | None = None,
) -> Step:
  """Compiles a train step for the devices; the state is donated.

  Args:
    make_step: given the name of the device axis (None on one device), returns
      the pure step. The step must average gradients and metrics over the axis.
    devices: this process's devices; all of them by default.

  Returns:
    A step that takes this process's batch [B, ...], and a state without a
    device axis on any number of devices.
  """
  devices = list(devices or jax.local_devices())
  if len(devices) == 1 and jax.process_count() == 1:
    return jax.jit(make_step(None), donate_argnums=0)
  step = jax.pmap(
    make_step(AXIS),
    axis_name=AXIS,
    in_axes=(None, 0, None),
    # Unchecked by jax: tests/test_parallel.py shows that replicas are equal.
    out_axes=None,
    donate_argnums=0,
    devices=devices if jax.process_count() == 1 else None,
  )
  return lambda state, batch, key: step(state, shard(batch, len(devices)), key)


def shard(batch: Any, num_devices: int) -> Any:
  """Splits the leading axis: [B, ...] to [N, B / N, ...].

  Raises:
    errors.UserError: the batch does not divide evenly among the devices.
  """
  size = len(jax.tree.leaves(batch)[0])
  if size % num_devices:
    raise errors.UserError(
      f"A batch of {size} does not divide among {num_devices} devices. Choose"
      " a config.batch_size that is a multiple."
    )
  return jax.tree.map(
    lambda x: x.reshape(num_devices, size // num_devices, *x.shape[1:]), batch
  )


def mean(tree: Any, axis_name: str | None) -> Any:
  """Averages over the devices of the axis; nothing to do on one device."""
  if axis_name is None or not jax.tree.leaves(tree):
    return tree
  return jax.lax.pmean(tree, axis_name)


def example_keys(key: jax.Array, size: int, axis_name: str | None) -> jax.Array:
  """Returns one key an example, by its place in the global batch.

  So an example is augmented alike on any number of devices.
  """
  first = 0 if axis_name is None else size * jax.lax.axis_index(axis_name)
  return jax.vmap(lambda i: jax.random.fold_in(key, i))(
    first + jax.numpy.arange(size)
  )
