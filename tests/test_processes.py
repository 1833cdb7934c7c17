"""Two processes on one machine train as one process does."""

import contextlib
import json
import os
import socket
import subprocess
import sys

import jax
import numpy as np
import pytest

from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import keys as keys_lib
from maskgan_jax.training import loop
from tests import command_line, one_device

CONFIG = """
import json
import ml_collections

def get_config():
  return ml_collections.ConfigDict(json.loads({!r}))
"""


def _free_port() -> int:
  with socket.socket() as s:
    s.bind(("localhost", 0))
    return s.getsockname()[1]


def _start(process_id: int, port: int, *arguments: str) -> subprocess.Popen:
  flags = os.environ["XLA_FLAGS"].replace("device_count=8", "device_count=2")
  return subprocess.Popen(
    [
      *(sys.executable, "scripts/train.py", *arguments),
      f"--coordinator=localhost:{port}",
      "--num_processes=2",
      f"--process_id={process_id}",
    ],
    cwd=command_line.ROOT,
    env=os.environ | {"XLA_FLAGS": flags},
    stdout=subprocess.PIPE,
    stderr=subprocess.STDOUT,
    text=True,
  )


def _rows(workdir):
  lines = (workdir / "metrics.jsonl").read_text().splitlines()
  return [json.loads(line) for line in lines]


def _restored(workdir, config):
  with contextlib.closing(checkpoints_lib.Checkpoints(workdir)) as checkpoints:
    return checkpoints.restore(one_device.fresh(config))


def _assert_same_training(one, two, start):
  """All that training changed, changed alike: optimizers show the gradients."""
  for name in start.networks:
    changed = []
    for a, b, old in zip(
      *(jax.tree.leaves(s.networks[name]) for s in (one, two, start)),
      strict=True,
    ):
      changed.append(np.linalg.norm(a - old))
      assert np.linalg.norm(a - b) <= 1e-3 * changed[-1], (name, a.shape)
    assert np.count_nonzero(changed) > len(changed) / 2


def test_two_processes_train_as_one(tiny_config, tmp_path):
  c = tiny_config
  c.networks = ("segmenter", "generator")
  c.num_train_steps = c.eval_every_steps = c.checkpoint_every_steps = 1
  one, two = tmp_path / "one", tmp_path / "two"
  path = tmp_path / "config.py"
  path.write_text(CONFIG.format(c.to_json()))
  arguments = (f"--config={path}", f"--workdir={two}")
  port = _free_port()
  started = [_start(i, port, *arguments) for i in range(2)]
  loop.train(c, str(one), jax.devices()[:1])
  shown = [process.communicate(timeout=300)[0] for process in started]
  assert [p.returncode for p in started] == [0, 0], "\n".join(shown)
  assert "1/1" in shown[0] and "1/1" not in shown[1]
  assert len(_rows(two)) == 2  # Training and validation, written once.
  for alone, together in zip(_rows(one), _rows(two), strict=True):
    for name in alone.keys() - {
      "train/steps_per_second",
      "train/seconds_per_1000_steps",
    }:
      np.testing.assert_allclose(
        together[name], alone[name], rtol=2e-3, err_msg=name
      )
  start = one_device.fresh(c, keys_lib.of_run(c.seed).initialisation)
  _assert_same_training(_restored(one, c), _restored(two, c), start)


@pytest.mark.parametrize(
  "flag", ["--coordinator=localhost:1", "--process_id=1"]
)
def test_half_of_the_processes_flags(flag, tmp_path):
  message = command_line.fail(
    "train", "--config=configs/quickstart.py", f"--workdir={tmp_path}", flag
  )
  assert "Several processes need all of --coordinator=HOST:PORT" in message
