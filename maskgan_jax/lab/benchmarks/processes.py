"""Measurements that take processes of their own."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from maskgan_jax.common import errors
from maskgan_jax.lab.benchmarks import steps


def beside_peer(
  ours: Callable[[], dict[str, Any]], command: Sequence[str]
) -> steps.Result:
  """Times PyTorch and this project in turn, so that both meet one machine.

  Args:
    ours: measures this project once.
    command: runs scripts/benchmark_pytorch.py with a Python that has PyTorch.

  Returns:
    The better of two measurements of ours, with "peer" (the better of
    PyTorch's two memory layouts) and "times_peer", the ratio of speeds; without
    both where PyTorch is missing; a line says so.

  Raises:
    errors.UserError: there is no such Python.
  """
  peers, own = [], []
  for layout in ("--channels_first", "--channels_last"):
    try:
      found = subprocess.run(
        [*command, layout], capture_output=True, text=True, check=False
      )
    except OSError as error:
      raise errors.UserError(
        f"--peer_python={command[0]}: {error.strerror}. Name a Python that has"
        " PyTorch, or leave it out."
      ) from error
    if found.returncode:
      reason = (found.stderr.splitlines() or ["it failed"])[-1]
      print(f"PyTorch's figures are left out: {reason}")
      return ours()
    peers.append(json.loads(found.stdout.splitlines()[-1]))
    own.append(ours())

  def median(result):
    return result["step_ms"]["median"]

  best, peer = min(own, key=median), min(peers, key=median)
  return best | {"peer": peer, "times_peer": median(peer) / median(best)}


def scaling(
  command: Sequence[str], counts: Sequence[int] = (1, 2, 4, 8)
) -> steps.Result:
  """Times one global batch on several virtual CPU devices.

  All of them share the same cores, so that this shows the overhead of many
  devices and no speed-up.

  Args:
    command: runs this benchmark's `scaling_step` and prints its JSON last.
    counts: of devices, each in a process of its own.
  """
  rows = []
  for count in counts:
    flags = f"--xla_force_host_platform_device_count={count}"
    found = subprocess.run(
      command,
      env=os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
      stdout=subprocess.PIPE,
      text=True,
      check=True,
    )
    rows.append(json.loads(found.stdout.splitlines()[-1]))
  one = rows[0]["step_ms"]["median"]
  for row in rows:
    row["times_one_device"] = row["step_ms"]["median"] / one
  return {"rows": rows}
