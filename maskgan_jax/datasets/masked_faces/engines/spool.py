"""Picklable values on the disk, for all processes that see the folder."""

import hashlib
import pathlib
import pickle
import shutil
from typing import Any

from maskgan_jax.common import files


class Spool:
  """Holds what one step of a build leaves to the next, a file a value.

  Use it as a context: at its end the folder is removed. What a killed build
  left is removed by the next one in the same folder.
  """

  def __init__(self, folder: pathlib.Path):
    # Workers of a Beam runner may stand elsewhere.
    self._folder = folder.absolute()

  def __enter__(self) -> "Spool":
    shutil.rmtree(self._folder, ignore_errors=True)
    self._folder.mkdir(parents=True)
    return self

  def __exit__(self, *_) -> None:
    shutil.rmtree(self._folder)

  def put(self, key: str, value: Any) -> None:
    """Keeps a value; one of the same key is replaced.

    Raises:
      files.WriteError: it cannot be written.
    """
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    files.write(self._path(key), data)

  def get(self, key: str) -> Any:
    """Returns the value of a key."""
    return pickle.loads(self._path(key).read_bytes())

  def _path(self, key):
    digest = hashlib.sha256(key.encode()).hexdigest()
    # Folders of millions of files are slow.
    return self._folder / digest[:3] / digest[3:]
