"""One step function on one device or on all of them; only here is pmap."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from maskgan_jax.common import errors

AXIS = "devices"

# (state, batch, key) -> (state, metrics)
Step = Callable[[Any, Any, jax.Array], tuple[Any, Any]]


def compile_step(
  make_step: Callable[[str | None], Step],
  devices: Sequence[jax.Device] | None = None,
  *,
  steps_per_dispatch: int = 1,
  dataset: Any = None,
) -> Step:
  """Compiles a train step for the devices; the state is donated.

  Args:
    make_step: given the name of the device axis (None on one device), returns
      the pure step. The step must average gradients and metrics over the axis.
    devices: this process's devices; all of them by default.
    steps_per_dispatch: a number N over 1 takes N steps a call, so that a fast
      device never waits for the host. Batches and metrics then have a leading
      axis of N.
    dataset: what `replicate` returned. The step is then given the indices of a
      batch, integers [B], instead of its arrays.

  Returns:
    A step that takes this process's batch [B, ...], and a state without a
    device axis on any number of devices.
  """
  devices = list(devices or jax.local_devices())
  single = len(devices) == 1 and jax.process_count() == 1

  def dispatch(state, dataset, batch, key):
    step = make_step(None if single else AXIS)

    def one(state, batch):
      if dataset is not None:
        batch = jax.tree.map(lambda x: x[batch], dataset)
      return step(state, batch, key)

    if steps_per_dispatch == 1:
      return one(state, batch)
    return jax.lax.scan(one, state, batch)

  if single:
    compiled = jax.jit(dispatch, donate_argnums=0)
    return lambda state, batch, key: compiled(state, dataset, batch, key)
  compiled = jax.pmap(
    dispatch,
    axis_name=AXIS,
    in_axes=(None, 0, 0, None),
    # Unchecked by jax: tests/training/test_parallel.py shows that replicas
    # are equal.
    out_axes=None,
    donate_argnums=0,
    devices=_of_pmap(devices),
  )
  axis = int(steps_per_dispatch > 1)

  def call(state, batch, key):
    state = _spread(state, devices)
    return compiled(state, dataset, shard(batch, len(devices), axis), key)

  return call


def _spread(state: Any, devices: Sequence[jax.Device]) -> Any:
  """Places a state as the step returns it: else XLA compiles the step twice."""
  leaf = jax.tree.leaves(state)[0]
  held = leaf.devices() if isinstance(leaf, jax.Array) else ()
  if len(held) == len(devices):
    return state
  mesh = jax.sharding.Mesh(np.array(devices), (AXIS,))
  return jax.device_put(
    state, jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec())
  )


def replicate(dataset: Any, devices: Sequence[jax.Device] | None = None) -> Any:
  """Copies arrays onto each device, for `compile_step`.

  Raises:
    errors.UserError: a device's free memory does not hold them.
  """
  devices = list(devices or jax.local_devices())
  size = sum(x.nbytes for x in jax.tree.leaves(dataset))
  for device in devices:
    free = _free_memory(device)
    if free is not None and size > free:
      raise errors.UserError(
        f"The dataset takes {size / 2**30:.1f} GiB and {device} has"
        f" {free / 2**30:.1f} GiB of memory left. Set"
        " config.dataset_on_device=False to read it batch by batch."
      )
  if len(devices) == 1 and jax.process_count() == 1:
    return jax.device_put(dataset, devices[0])
  copies = jax.tree.map(
    lambda x: np.broadcast_to(x, (len(devices), *x.shape)), dataset
  )
  return jax.pmap(lambda x: x, devices=_of_pmap(devices))(copies)


def _of_pmap(devices: Sequence[jax.Device]) -> Sequence[jax.Device] | None:
  """pmap wants those of all processes, None for all there are."""
  return devices if jax.process_count() == 1 else None


def _free_memory(device: jax.Device) -> int | None:
  """Returns the bytes that are free, None where that is not told."""
  found = device.memory_stats()
  return found and found["bytes_limit"] - found["bytes_in_use"]


def shard(batch: Any, num_devices: int, axis: int = 0) -> Any:
  """Splits the axis of examples: [B, ...] to [N, B / N, ...].

  Args:
    batch: arrays of one size along the axis.
    num_devices: N; the new axis comes first.
    axis: the axis of examples.

  Raises:
    errors.UserError: the batch does not divide evenly among the devices.
  """
  size = jax.tree.leaves(batch)[0].shape[axis]
  if size % num_devices:
    raise errors.UserError(
      f"A batch of {size} does not divide among {num_devices} devices. Choose"
      " a config.batch_size that is a multiple."
    )

  def split(x):
    shape = (*x.shape[:axis], num_devices, -1, *x.shape[axis + 1 :])
    return np.moveaxis(x.reshape(shape), axis, 0)

  return jax.tree.map(split, batch)


def mean(tree: Any, axis_name: str | None) -> Any:
  """Averages over the devices of the axis; nothing to do on one device."""
  if axis_name is None or not jax.tree.leaves(tree):
    return tree
  return jax.lax.pmean(tree, axis_name)


def from_previous_example(x: jax.Array, axis_name: str | None) -> jax.Array:
  """Gives each example of [B, ...] the one before it in the global batch."""
  last = x[-1:]
  if axis_name is not None:
    count = jax.lax.axis_size(axis_name)
    ring = [(i, (i + 1) % count) for i in range(count)]
    last = jax.lax.ppermute(last, axis_name, ring)
  return jax.numpy.concatenate([last, x[:-1]])


def example_keys(key: jax.Array, size: int, axis_name: str | None) -> jax.Array:
  """Returns one key an example, by its place in the global batch.

  So an example is augmented alike on any number of devices.

  Args:
    key: a PRNG key, the same on all devices.
    size: examples on this device.
    axis_name: the device axis, None on one device.
  """
  count, index = 1, 0
  if axis_name is not None:
    count = jax.lax.axis_size(axis_name)
    index = jax.lax.axis_index(axis_name)
  # Unlike fold_in, split marks the key as used, for jax_debug_key_reuse.
  keys = jax.random.split(key, count * size)
  return jax.lax.dynamic_slice_in_dim(keys, size * index, size)


def device_key(key: jax.Array, axis_name: str | None) -> jax.Array:
  """Returns this device's own key, for what cannot be drawn per example."""
  return example_keys(key, 1, axis_name)[0]
