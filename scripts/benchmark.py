"""Times the parts of a config on this machine.

  python scripts/benchmark.py --what=train_step --config=configs/paper.py \
    --batch_size=1 [--peer_python=python]
  python scripts/benchmark.py --what=train_step --config=configs/paper.py \
    --trace_dir=trace
  python scripts/benchmark.py --what=input --config=configs/portraits.py \
    --config.data_dir=data
  python scripts/benchmark.py --what=unmask --input=photo.jpg
  python scripts/benchmark.py --what=masks

Prints a table, and the same as one line of JSON.
"""

import contextlib
import json
import pathlib
import sys

import command
import jax
from absl import flags
from ml_collections import config_flags

from maskgan_jax.common import errors
from maskgan_jax.evaluation.baselines import ridge
from maskgan_jax.lab.benchmarks import masks, processes, steps
from maskgan_jax.unmasking import unmasker as unmasker_lib

_WHAT = flags.DEFINE_enum(
  "what",
  None,
  ["train_step", "generator", "input", "unmask", "scaling", "ridge", "masks"],
  "train_step: all networks' update. generator: its forward pass. input:"
  " reading batches. unmask: one photo. scaling: the step on 1 to 8 virtual"
  " devices. ridge: no time, but the score of a linear regression from the"
  " visible pixels at 48 px, which the README quotes. masks: drawing them.",
)
_CONFIG = config_flags.DEFINE_config_file("config", None, "A file of configs/.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", None, "Instead of config's.")
_DTYPE = flags.DEFINE_string("dtype", None, "Instead of config.dtype.")
_REPEATS = flags.DEFINE_integer("repeats", 10, "Calls that are timed.")
_PEER_PYTHON = flags.DEFINE_string(
  "peer_python",
  None,
  "A Python with PyTorch: its pix2pix is timed in turn with ours.",
)
_NETWORKS = command.define_networks()
_INPUT = flags.DEFINE_string("input", None, "For unmask: a photo.")
_TRACE_DIR = flags.DEFINE_string(
  "trace_dir",
  None,
  "Writes what ran when to this folder, for TensorBoard or Perfetto.",
)
_HERE = flags.DEFINE_bool(
  "here", False, "For scaling: only on the devices of this process."
)


def main() -> None:
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
  unmasker = unmasker_lib.Unmasker(*_NETWORKS())
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
    str(pathlib.Path(__file__).with_name("benchmark_pytorch.py")),
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


if __name__ == "__main__":
  flags.mark_flags_as_required(["what"])
  command.run(main)
