"""Packages that not every installation has."""

import importlib
import importlib.util
import types

from maskgan_jax.common import errors


def load(name: str, remedy: str) -> types.ModuleType:
  """Imports a module of a package that may be missing.

  Args:
    name: of the module.
    remedy: what to do where its package, or one that it needs, is missing.

  Raises:
    errors.UserError: a package is not installed.
    ImportError: the package is installed and fails: a defect.
  """
  try:
    return importlib.import_module(name)
  except ModuleNotFoundError as error:
    if package := missing_package(error):
      raise errors.UserError(f"{package} is not installed: {remedy}") from error
    raise


def missing_package(error: ModuleNotFoundError) -> str | None:
  """Returns the package that a failed import asked for.

  None where that package is installed, this one included: then a module is
  missing that should be there.
  """
  package = (error.name or "").partition(".")[0]
  if not package:
    return None
  try:
    found = importlib.util.find_spec(package)
  except ValueError:  # An entry of sys.modules that is None or incomplete.
    found = None
  return None if found else package


def install(extra: str) -> str:
  """Returns the command that installs an extra of pyproject.toml.

  Args:
    extra: its name, or several with commas.
  """
  return (
    f'pip install "maskgan_jax[{extra}]" (in a checkout: pip install'
    f' ".[{extra}]")'
  )
