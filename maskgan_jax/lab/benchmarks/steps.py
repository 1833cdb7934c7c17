"""How fast the parts of a config run on this machine."""

import functools
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import ml_collections
import numpy as np

from maskgan_jax import photos
from maskgan_jax.common import memory, timing
from maskgan_jax.faces import anatomy
from maskgan_jax.lab.benchmarks import cost
from maskgan_jax.networks import images
from maskgan_jax.training import batch as batch_lib
from maskgan_jax.training import batches as batches_lib
from maskgan_jax.training import parallel, settings
from maskgan_jax.unmasking import unmasker as unmasker_lib

# What is printed, as a table and as JSON.
Result = dict[str, Any]

# Side of the matrices whose product gives the device's own rate: a GPU is done
# with smaller ones before the host has asked for the next.
_MATMUL_SIDES = {"cpu": 2048, "gpu": 8192, "tpu": 8192}


def measure(call: Callable[[], Any], repeats: int) -> dict[str, float]:
  """Times a call of JAX to the end of its work, as `timing.measure` does."""
  return timing.measure(lambda: jax.block_until_ready(call()), repeats)


def matmul_gflops(dtype: str = "float32") -> float:
  """Returns the rate of one large matrix product, the device's own measure."""
  side = _MATMUL_SIDES[jax.default_backend()]
  x = jax.random.normal(jax.random.key(0), (side, side), dtype)
  product = jax.jit(jnp.dot)
  jax.block_until_ready(product(x, x))
  fastest = measure(lambda: product(x, x), 7)["p10"]
  return 2 * side**3 / fastest / 1e6


def peak_memory_gib() -> float:
  """Returns the most memory in use so far: the device's, or the process's."""
  stats = jax.local_devices()[0].memory_stats()
  if stats:
    return stats["peak_bytes_in_use"] / 2**30
  return memory.peak_gib()


def random_batch(config: ml_collections.ConfigDict) -> batch_lib.Batch:
  """Returns noise of the config's shapes, a fifth of it masked."""
  rng = np.random.default_rng(0)
  size, count = config.image_size, config.batch_size
  image, masked = (
    rng.integers(0, 256, (count, size, size, 3), dtype=np.uint8)
    for _ in range(2)
  )
  mask = np.zeros((count, size, size, 1), np.uint8)
  mask[:, size // 2 : 9 * size // 10, size // 4 : 3 * size // 4] = 1
  points = rng.uniform(0, size, (count, anatomy.NUM_LANDMARKS, 3))
  return batch_lib.Batch(
    image,
    masked,
    mask,
    np.ones_like(mask),
    points.astype(np.float32),
    np.zeros(count, bool),
  )


def _dataset_and_batches(config, devices) -> tuple[Any, Any]:
  """What the config's step is made with and what one call of it takes."""
  dataset, batch = None, random_batch(config)
  if config.dataset_on_device:
    dataset = parallel.replicate(batch, devices)
    batch = np.arange(config.batch_size)
  together = config.steps_per_dispatch
  if together > 1:
    batch = jax.tree.map(
      lambda x: np.broadcast_to(x, (together, *x.shape)), batch
    )
  return dataset, batch


def _a_step(config, call_ms) -> dict[str, float]:
  return {k: ms / config.steps_per_dispatch for k, ms in call_ms.items()}


def _repeatable(step, state, batch, key) -> Callable[[], Any]:
  """Returns a call of a step that was warmed up, from state to state."""
  holder = [state]

  def call():
    holder[0], found = step(holder[0], batch, key)
    return found

  jax.block_until_ready(call())
  return call


def _report(config, gflop, compile_s, step_ms) -> Result:
  """What a step or forward pass of so many GFLOP on one batch reached."""
  seconds = step_ms["median"] / 1000
  peak = peak_memory_gib()  # Before the large matrices are made.
  rate = matmul_gflops(config.dtype)
  return {
    "device": jax.local_devices()[0].device_kind,
    "batch_size": config.batch_size,
    "dtype": config.dtype,
    "images_per_second": config.batch_size / seconds,
    "step_ms": step_ms,
    "compile_s": compile_s,
    "peak_memory_gib": peak,
    "gflop_per_image": gflop / config.batch_size,
    "matmul_gflops": rate,
    "fraction_of_matmul": gflop / seconds / rate,
  }


def _compile(
  make: Callable[[], Callable], *arguments, **options
) -> tuple[Any, float, float]:
  """Compiles for arguments, which may be shapes.

  Before there are parameters, so that the memory of both does not add up.

  Args:
    make: returns the function, a new one at each call.
    *arguments: of the function.
    **options: of jax.jit.

  Returns:
    The compiled function, how many GFLOP it takes (of several steps a call,
    one), and the seconds that compiling took.
  """
  counted = cost.flops(make(), *arguments)
  start = time.perf_counter()
  compiled = jax.jit(make(), **options).lower(*arguments).compile()
  seconds = time.perf_counter() - start
  memory.give_back()
  return compiled, counted / 1e9, seconds


def train_step(config: ml_collections.ConfigDict, repeats: int) -> Result:
  """Times the whole step, discriminator included, on one device."""
  key, devices = jax.random.key(0), jax.local_devices()[:1]
  dataset, batch = _dataset_and_batches(config, devices)
  make_step = functools.partial(
    settings.compiled_train_step,
    config,
    adversarial=True,
    devices=devices,
    dataset=dataset,
  )
  initial = functools.partial(settings.initial_state, config)
  compiled, gflop, compile_s = _compile(
    make_step, jax.eval_shape(initial, key), batch, key, donate_argnums=0
  )
  state = jax.jit(initial)(key)
  memory.give_back()
  call = _repeatable(compiled, state, batch, key)
  step_ms = _a_step(config, measure(call, repeats))
  return _report(config, gflop, compile_s, step_ms)


def generator(config: ml_collections.ConfigDict, repeats: int) -> Result:
  """Times the generator's forward pass alone."""
  network = settings.modules(config)["generator"]

  def variables(key):
    state = settings.initial_state(config, key).networks["generator"]
    return {"params": state.params, "batch_stats": state.stats}

  key, batch = jax.random.key(0), random_batch(config)
  inputs = (
    images.to_float(jnp.asarray(batch.masked_image)),
    jnp.asarray(batch.mask, jnp.float32),
  )

  def make_forward():
    return lambda v, x, m: network.apply(v, x, m, train=False)

  shapes = jax.eval_shape(variables, key)
  compiled, gflop, compile_s = _compile(make_forward, shapes, *inputs)
  # Any will do: to draw some takes more memory than to use them.
  filled = jax.tree.map(lambda x: jnp.full(x.shape, 0.02, x.dtype), shapes)
  arguments = (filled, *inputs)
  jax.block_until_ready(compiled(*arguments))
  step_ms = measure(lambda: compiled(*arguments), repeats)
  return _report(config, gflop, compile_s, step_ms)


def read_input(config: ml_collections.ConfigDict, repeats: int) -> Result:
  """Times the batches of the train split, by the path that the config uses."""
  run = settings.run_settings(config)
  source = batches_lib.open_split(run.data_dir, "train", config.image_size)
  schedule = batches_lib.Schedule(
    batch_size=run.batch_size,
    seed=run.seed,
    start_step=0,
    # The first half fills what is read ahead, and is not timed.
    num_steps=2 * repeats * run.steps_per_dispatch,
    steps_per_dispatch=run.steps_per_dispatch,
  )
  if config.dataset_on_device:
    batches = batches_lib.train_indices(source, schedule)
  else:
    batches = batches_lib.train_batches(source, schedule)
  for _ in range(repeats):
    next(batches)
  start = time.perf_counter()
  count = sum(1 for _ in batches)
  seconds = time.perf_counter() - start
  read = count * run.batch_size * run.steps_per_dispatch
  return {"batch_size": run.batch_size, "images_per_second": read / seconds}


def unmask_photo(
  unmasker: unmasker_lib.Unmasker, photo: str, repeats: int
) -> Result:
  """Times one photo from its pixels to its completed pixels."""
  image = photos.read(photo)
  start = time.perf_counter()
  unmasker.unmask(image)
  first = time.perf_counter() - start
  return {
    "pixels": f"{image.shape[1]} x {image.shape[0]}",
    "first_s": first,
    "step_ms": timing.measure(lambda: unmasker.unmask(image), repeats),
    "peak_memory_gib": peak_memory_gib(),
  }


def scaling_step(config: ml_collections.ConfigDict, repeats: int) -> Result:
  """Times the step on all of this process's devices."""
  key = jax.random.key(0)
  dataset, batch = _dataset_and_batches(config, jax.local_devices())
  step = settings.compiled_train_step(config, adversarial=True, dataset=dataset)
  state = jax.jit(lambda k: settings.initial_state(config, k))(key)
  call = _repeatable(step, state, batch, key)
  sent = sum(
    x.nbytes
    for network in state.networks.values()
    for x in jax.tree.leaves((network.params, network.stats))
  )
  return {
    "devices": jax.local_device_count(),
    "step_ms": _a_step(config, measure(call, repeats)),
    # Gradients and batch statistics are averaged over the devices once a step.
    "averaged_mib": sent / 2**20,
  }
