"""Packages that not every installation has."""

import importlib
import types

from maskgan_jax.common import errors


def load(name: str, remedy: str) -> types.ModuleType:
  """Imports a package.

  Args:
    name: of the package.
    remedy: what to do where it is not installed.

  Raises:
    errors.UserError: it is not.
  """
  try:
    return importlib.import_module(name)
  except ImportError as error:
    raise errors.UserError(f"{name} is not installed: {remedy}") from error
