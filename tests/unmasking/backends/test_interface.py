import re
import subprocess
import sys

import pytest

from maskgan_jax.common import errors
from maskgan_jax.unmasking.backends import interface, jax, onnx
from tests import command_line

# What an installation for photos without JAX lacks.
_ABSENT = (
  *("jax", "jaxlib", "flax", "optax", "orbax", "safetensors", "dm_pix"),
  *("tensorflow_datasets", "grain", "array_record", "ml_collections"),
  *("tensorboardX", "matplotlib", "jaxtyping"),
)


@pytest.fixture
def loaded(monkeypatch):
  """What is loaded, in the place of networks."""
  calls = []
  monkeypatch.setattr(jax, "JaxNetworks", lambda *a: calls.append(("jax", *a)))
  monkeypatch.setattr(
    onnx, "OnnxNetworks", lambda *a: calls.append(("onnx", *a))
  )
  return calls


@pytest.mark.parametrize(
  ("arguments", "expected"),
  [
    ((), ("jax", None, "latest")),
    (("run", "best"), ("jax", "run", "best")),
    (("a.safetensors",), ("jax", "a.safetensors", "latest")),
    (("a.onnx",), ("onnx", "a.onnx")),
    (("a.ONNX", "latest", "onnx"), ("onnx", "a.ONNX")),
    ((None, "latest", "jax"), ("jax", None, "latest")),
  ],
)
def test_the_weights_say_what_computes_them(arguments, expected, loaded):
  interface.load(*arguments)
  assert loaded == [expected]


@pytest.mark.parametrize(
  ("weights", "backend", "message"),
  [
    (
      None,
      "onnx",
      "back end onnx cannot use the released weights. Write them as ONNX with"
      " maskgan export, where JAX is installed, and give --weights=FILE",
    ),
    ("a.safetensors", "onnx", "onnx cannot use a.safetensors. Write them as"),
    ("a.onnx", "jax", "jax cannot use a.onnx. Give a .safetensors file or the"),
    ("a.onnx", "tpu", "backend is 'tpu'; it must be one of jax, onnx."),
  ],
)
def test_a_back_end_that_cannot(weights, backend, message, loaded):
  with pytest.raises(errors.UserError, match=message):
    interface.load(weights, backend=backend)
  assert not loaded


def test_jax_is_asked_for(loaded, monkeypatch):
  monkeypatch.setitem(sys.modules, "jax", None)
  with pytest.raises(
    errors.UserError,
    match=r'jax is not installed: pip install "maskgan_jax\[jax\]" \(in a'
    r' checkout: pip install "\.\[jax\]"\)\. Without JAX, give --weights=FILE',
  ):
    interface.load()
  interface.load("a.onnx")
  assert loaded == [("onnx", "a.onnx")]


def _without_jax(script, *arguments):
  """Runs a script as where only the extra [onnx] is installed."""
  start = (
    "import runpy, sys\n"
    f"sys.modules.update(dict.fromkeys({_ABSENT}))\n"
    "sys.argv = sys.argv[1:]\n"
    "runpy.run_path(sys.argv[0], run_name='__main__')\n"
  )
  return subprocess.run(
    [sys.executable, "-c", start, f"scripts/{script}.py", *arguments],
    cwd=command_line.ROOT,
    capture_output=True,
    text=True,
    timeout=300,
  )


@pytest.mark.parametrize(
  ("script", "arguments"),
  [
    ("unmask", ("--input=a.jpg", "--output=b.jpg", "--backend=onnx")),
    ("serve", ()),
  ],
)
def test_photos_need_no_jax(script, arguments):
  """It comes as far as the weights: all is imported by then."""
  found = _without_jax(script, *arguments, "--weights=none.onnx")
  assert found.returncode == 1
  assert found.stderr == (
    "error: none.onnx: no such file. Write it with maskgan export"
    " --format=onnx.\n"
  )


def test_scores_say_that_they_need_jax():
  found = _without_jax(
    *("unmask", "--input=a.jpg", "--output=b.jpg"),
    *("--weights=none.onnx", "--compare=c.jpg"),
  )
  assert "jax is not installed: --compare needs it. pip inst" in found.stderr


def test_the_install_without_jax_is_really_without():
  folder = command_line.ROOT / "requirements"
  lines = [
    line
    for name in ("base.txt", "onnx.txt")
    for line in (folder / name).read_text().splitlines()
  ]
  names = {re.split("[<>=#]", line)[0].strip() for line in lines}
  assert {"numpy", "onnxruntime"} <= names
  assert not {name.replace("-", "_") for name in names} & set(_ABSENT)
