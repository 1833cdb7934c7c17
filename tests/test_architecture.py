"""How the code is written; where imports may lead, import-linter checks."""

import ast
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parent.parent
PACKAGE = ROOT / "maskgan_jax"


def _modules():
  return sorted(PACKAGE.rglob("*.py"))


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


def test_only_commands_have_flags():
  for path in _modules():
    if path.parent.name != "commands":
      assert "absl import flags" not in path.read_text(), path


def test_scripts_only_start_a_command():
  for path in (ROOT / "scripts").glob("*.py"):
    if path.name == "benchmark_pytorch.py":  # Another Python runs it.
      continue
    _, imported, guard = ast.parse(path.read_text()).body
    assert ast.unparse(imported) == (
      "from maskgan_jax.commands import command"
    ), path
    assert ast.unparse(guard).count("\n") == 1, path
