"""Times the parts of a config on this machine.

  python scripts/benchmark.py --what=train_step --config=configs/paper.py \\
    --batch_size=1 --peer_python=python
  python scripts/benchmark.py --what=train_step --config=configs/paper.py \\
    --trace_dir=trace
  python scripts/benchmark.py --what=input --config=configs/portraits.py \\
    --config.data_dir=data
  python scripts/benchmark.py --what=unmask --input=photo.jpg
  python scripts/benchmark.py --what=masks

It prints a table, and the same as one line of JSON.

On Linux the process starts itself anew once, to have its memory in large pages;
the environment variable MASKGAN_LARGE_PAGES=0 switches that off.
"""

import contextlib
import json
import pathlib
import sys

import jax
from absl import flags

from maskgan_jax import unmasking
from maskgan_jax.commands import config_flag, shared_flags
from maskgan_jax.common import errors
from maskgan_jax.evaluation.baselines import ridge
from maskgan_jax.lab.benchmarks import masks, processes, steps

_SCRIPTS = pathlib.Path(__file__).parents[3] / "scripts"

_WHAT = flags.DEFINE_enum(
  "what",
  None,
  ["train_step", "generator", "input", "unmask", "scaling", "ridge", "masks"],
  "train_step: the update of all networks. generator: its forward pass. input:"
  " reading batches. unmask: one photo. scaling: the step on 1 to 8 virtual"
  " devices. masks: drawing them. ridge times nothing: it scores a linear"
  " regression from the visible pixels at 48 px.",
)
_REPEATS = flags.DEFINE_integer("repeats", 10, "How many calls to time.")
_TRACE_DIR = flags.DEFINE_string(
  "trace_dir",
  None,
  "A folder to write what ran when to, for TensorBoard or Perfetto.",
)
_CONFIG = config_flag.define()
_BATCH_SIZE = flags.DEFINE_integer(
  "batch_size", None, "The batch size, instead of the config's."
)
_DTYPE = flags.DEFINE_string(
  "dtype", None, "What to compute in, instead of the config's dtype."
)
_PEER_PYTHON = flags.DEFINE_string(
  "peer_python",
  None,
  "A Python with PyTorch, whose pix2pix is timed in turn with ours.",
)
_HERE = flags.DEFINE_bool(
  "here", False, "For scaling: use only the devices of this process."
)
_INPUT = flags.DEFINE_string("input", None, "For unmask: the photo.")
_NETWORKS = shared_flags.Networks()

GROUPS = {
  "Measurement": (_WHAT, _REPEATS, _TRACE_DIR),
  "Config": (_CONFIG, _BATCH_SIZE, _DTYPE, _PEER_PYTHON, _HERE),
  "For --what=unmask": (_INPUT, *_NETWORKS.flags),
}
REQUIRED = (_WHAT,)


def main() -> None:
  """Prints the measurements."""
  with _trace():
    if _WHAT.value == "masks":
      result = masks.masks_speed(_REPEATS.value)
    else:
      result = _unmask() if _WHAT.value == "unmask" else _of_config()
  for row in result.get("rows", [result]):
    for name, value in _flat(row).items():
      shown = f"{value:,.3f}" if isinstance(value, float) else value
      print(f"{name:24} {shown}")
    print()
  print(json.dumps(result))


def _trace():
  if not _TRACE_DIR.value:
    return contextlib.nullcontext()
  return jax.profiler.trace(_TRACE_DIR.value)


def _unmask():
  if not _INPUT.value:
    raise errors.UserError("--what=unmask needs --input.")
  unmasker = unmasking.Unmasker(*_NETWORKS())
  return steps.unmask_photo(unmasker, _INPUT.value, _REPEATS.value)


def _of_config():
  config = _CONFIG.value
  if config is None:
    raise errors.UserError(f"--what={_WHAT.value} needs --config.")
  if _BATCH_SIZE.value is not None:
    config.batch_size = _BATCH_SIZE.value
  if _DTYPE.value is not None:
    config.dtype = _DTYPE.value
  if _WHAT.value == "ridge":
    return ridge.score(config.data_dir, config.image_size)
  if _WHAT.value == "input":
    return steps.read_input(config, _REPEATS.value)
  if _WHAT.value == "scaling":
    if _HERE.value:
      return steps.scaling_step(config, _REPEATS.value)
    return processes.scaling([sys.executable, *sys.argv, "--here"])
  one = {
    "train_step": steps.train_step,
    "generator": steps.generator,
  }[_WHAT.value]
  if _PEER_PYTHON.value is None:
    return one(config, _REPEATS.value)
  peer = [
    _PEER_PYTHON.value,
    str(_SCRIPTS / "benchmark_pytorch.py"),
    f"--what={_WHAT.value}",
    f"--batch_size={config.batch_size}",
    f"--repeats={_REPEATS.value}",
    f"--dtype={config.dtype}",
  ]
  if jax.default_backend() == "gpu":  # A CPU gains nothing by it.
    peer.append("--compile")
  return processes.beside_peer(lambda: one(config, _REPEATS.value), peer)


def _flat(row, prefix=""):
  found = {}
  for name, value in row.items():
    if isinstance(value, dict):
      found |= _flat(value, f"{prefix}{name}.")
    else:
      found[prefix + name] = value
  return found
