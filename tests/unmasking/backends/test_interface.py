import re
import subprocess
import sys

import pytest

from maskgan_jax.common import errors
from maskgan_jax.unmasking.backends import interface, jax, onnx
from tests import command_line

# What requirements-onnx.txt leaves out of the others.
_ABSENT = (
  *("jax", "jaxlib", "flax", "optax", "orbax", "safetensors", "dm_pix"),
  *("tensorflow_datasets", "grain", "array_record", "ml_collections"),
  *("tensorboardX", "matplotlib", "jaxtyping", "scipy"),
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
      " scripts/export.py, where JAX is installed, and give --weights=FILE",
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
    errors.UserError, match="jax is not installed: give --weights=FILE.onnx"
  ):
    interface.load()
  interface.load("a.onnx")
  assert loaded == [("onnx", "a.onnx")]


def _without_jax(script, *arguments):
  """Runs a script where only requirements-onnx.txt could be imported."""
  start = (
    "import runpy, sys\n"
    f"sys.modules.update(dict.fromkeys({_ABSENT}))\n"
    "sys.path.insert(0, 'scripts')\n"
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
    "error: none.onnx: no such file. Write it with scripts/export.py"
    " --format=onnx.\n"
  )


def test_scores_say_that_they_need_jax():
  found = _without_jax(
    *("unmask", "--input=a.jpg", "--output=b.jpg"),
    *("--weights=none.onnx", "--compare=c.jpg"),
  )
  assert "jax is not installed: --compare needs it. pip inst" in found.stderr


def _requirements(name):
  lines = (command_line.ROOT / name).read_text().splitlines()
  specs = [line.split("#")[0].strip() for line in lines]
  return {re.split("[<>=]", spec)[0]: spec for spec in specs if spec}


def test_the_install_without_jax_asks_for_the_same_versions():
  full = _requirements("requirements.txt") | _requirements(
    "requirements-export.txt"
  )
  bare = _requirements("requirements-onnx.txt")
  assert bare == {name: full[name] for name in bare}
  assert not {name.replace("-", "_") for name in bare} & set(_ABSENT)
