import sys

import pytest

from maskgan_jax.common import errors, optional


def test_an_installed_package():
  assert optional.load("json", "").dumps([1]) == "[1]"


def test_a_missing_package_is_named_with_its_remedy():
  message = "no_such_package is not installed: ask for it."
  for name in ("no_such_package", "no_such_package.inside"):
    with pytest.raises(errors.UserError, match=message):
      optional.load(name, "ask for it.")


@pytest.fixture
def package(tmp_path, monkeypatch):
  """An installed package that imports what it is given."""
  monkeypatch.syspath_prepend(tmp_path)
  monkeypatch.delitem(sys.modules, "installed_package", raising=False)

  def write(content):
    (tmp_path / "installed_package.py").write_text(content)

  return write


@pytest.mark.parametrize(
  ("content", "message"),
  [
    ("from json import no_such_name", "cannot import name 'no_such_name'"),
    ("import json.no_such_module", "No module named 'json.no_such_module'"),
    ("raise ImportError('libGL.so.1: cannot open')", "libGL.so.1"),
  ],
)
def test_a_package_that_fails_is_not_called_missing(content, message, package):
  package(content)
  with pytest.raises(ImportError, match=message):
    optional.load("installed_package", "ask for it.")


def test_what_a_package_lacks_is_named(package):
  package("import no_such_dependency")
  with pytest.raises(
    errors.UserError, match="no_such_dependency is not installed: ask for it."
  ):
    optional.load("installed_package", "ask for it.")


def test_an_error_that_names_nothing():
  assert optional.missing_package(ModuleNotFoundError("no name")) is None


def test_how_an_extra_is_installed():
  assert optional.install("jax,train") == (
    'pip install "maskgan_jax[jax,train]" (in a checkout: pip install'
    ' ".[jax,train]")'
  )
