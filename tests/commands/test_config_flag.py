import os
import subprocess
import sys

import pytest

from maskgan_jax.commands import config_flag
from tests import command_line

CONFIG = """
import ml_collections
from {package} import base

def get_config():
  return ml_collections.ConfigDict(base.VALUES)
"""


@pytest.fixture
def config(tmp_path, monkeypatch):
  """A config of a package that lies nowhere on the path."""
  monkeypatch.setattr(sys, "path", [*sys.path])
  folder = tmp_path / "my_configs" / "inner"
  folder.mkdir(parents=True)
  for package in (folder, folder.parent):
    (package / "__init__.py").write_text("")
  (folder / "base.py").write_text("VALUES = {'steps': 3}\n")
  path = folder / "mine.py"
  path.write_text(CONFIG.format(package="my_configs.inner"))
  return path


def test_a_package_of_configs_is_put_on_the_path(config, tmp_path):
  config_flag.let_import_neighbours(str(config))
  config_flag.let_import_neighbours(str(config))
  assert sys.path.count(str(tmp_path)) == 1


def test_a_config_on_its_own_changes_no_path(tmp_path):
  before = list(sys.path)
  config_flag.let_import_neighbours(str(tmp_path / "alone.py"))
  assert sys.path == before


def test_configs_import_their_neighbours_from_anywhere(config, tmp_path):
  start = (
    "from absl import app\n"
    "from maskgan_jax.commands import config_flag\n"
    "flag = config_flag.define()\n"
    "app.run(lambda _: print(flag.value.steps))\n"
  )
  found = subprocess.run(
    [
      *(sys.executable, "-c", start),
      *(f"--config={config}", "--config.steps=5"),
    ],
    cwd=tmp_path,
    env=os.environ | {"PYTHONPATH": str(command_line.ROOT)},
    capture_output=True,
    text=True,
    check=False,
  )
  assert found.stdout == "5\n", found.stderr
