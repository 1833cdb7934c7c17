"""The layers of the code: imports lead downward only."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parent.parent
PACKAGE = ROOT / "maskgan_jax"

# From top to bottom; a module may import from its own layer and those below.
LAYERS = (
  (
    "demo",
    "ablation",
    "averaging",
    "train",
    "benchmark",
    "benchmark_masks",
    "benchmark_processes",
    "mask_files",
    "real_masks",
    "unmask_folder",
    "unmask_video",
    "export",
    "export_onnx",
    "server",
  ),
  ("unmask_files", "comparison", "web"),
  ("unmask",),
  ("backends", "backend_jax", "backend_onnx"),
  ("evaluate",),
  (
    "factory",
    "cost",
    "checkpoint",
    "input_pipeline",
    "logging_utils",
    "figures",
    "scoring",
    "report",
    "ablation_report",
    "groups",
    "robustness",
    "variety",
    "released",
    "video",
  ),
  (
    "train_step",
    "eval_step",
    "step_inputs",
    "step_losses",
    "train_state",
    "parallel",
    "step_settings",
  ),
  ("features", "face_tracks"),
  ("models", "optimizers"),
  ("losses", "metrics", "images", "batch", "colour", "frechet", "latent"),
  ("baselines", "blending", "mask_region"),
  ("mask_photos",),
  ("datasets",),
  ("masks",),
  ("faces", "face_models", "identity", "portraits"),
  ("photos", "model_files"),
  ("encoding",),
  ("provenance",),
  ("packages", "progress", "memory"),
  ("errors",),
)
LEVEL = {name: i for i, layer in enumerate(LAYERS) for name in layer}


def _modules():
  return sorted(PACKAGE.rglob("*.py"))


def _part(path: pathlib.Path) -> str:
  return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: pathlib.Path) -> set[str]:
  """The parts of this package that a module imports."""
  found = set()
  for node in ast.walk(ast.parse(path.read_text())):
    if isinstance(node, ast.ImportFrom) and node.module:
      names = node.module.split(".")
      if names == ["maskgan_jax"]:
        found |= {alias.name for alias in node.names}
      elif names[0] == "maskgan_jax":
        found.add(names[1])
    elif isinstance(node, ast.Import):
      for alias in node.names:
        names = alias.name.split(".")
        if names[0] == "maskgan_jax":
          found.add(names[1])
  return found


def test_every_module_has_a_layer():
  assert {_part(p) for p in _modules()} - {"__init__"} == set(LEVEL)


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.name))
def test_imports_lead_downward(path):
  if _part(path) == "__init__":
    return
  level = LEVEL[_part(path)]
  upward = {name for name in _imports(path) if LEVEL[name] < level}
  assert not upward


def test_networks_and_data_know_nothing_of_each_other():
  for path in _modules():
    if _part(path) in ("datasets", "masks", "portraits", "faces"):
      assert not _imports(path) & {"models", "losses", "train_step"}


@pytest.mark.parametrize(
  ("word", "homes"),
  [
    ("pmap(", {"parallel"}),
    ("from absl import", set()),
    (
      "ConfigDict",
      {
        "factory",
        "cost",
        "checkpoint",
        "released",
        "train",
        "benchmark",
        "ablation",
        "step_settings",
      },
    ),
    ("import tensorflow\n", set()),
    ("onnxruntime.Inf", {"backend_onnx"}),
  ],
)
def test_words_that_have_one_home(word, homes):
  assert {_part(p) for p in _modules() if word in p.read_text()} <= homes


def _public_functions(node):
  for child in ast.iter_child_nodes(node):
    name = getattr(child, "name", "_")
    if isinstance(child, ast.FunctionDef):
      if not name.startswith("_") or name in ("__init__", "__call__"):
        yield child
    elif isinstance(child, ast.ClassDef) and not name.startswith("_"):
      yield from _public_functions(child)


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.name))
def test_public_functions_are_typed(path):
  for function in _public_functions(ast.parse(path.read_text())):
    arguments = function.args.args + function.args.kwonlyargs
    untyped = {a.arg for a in arguments if a.annotation is None}
    assert untyped <= {"self", "cls"}, f"{function.name}: {untyped}"
    assert function.returns or function.name == "__init__", function.name


def test_modules_stay_short():
  long = {p.name: len(p.read_text().splitlines()) for p in _modules()}
  assert {name: lines for name, lines in long.items() if lines > 300} == {}
