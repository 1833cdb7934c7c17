"""Picklable values on the disk, for all processes that see the folder."""

import hashlib
import pathlib
import pickle
import shutil
from typing import Any

from maskgan_jax.common import errors, files

_STATE = "state"


class Spool:
  """Holds what one step of a build leaves to the next, a file a value.

  Use it as a context. At its end the folder is removed, unless the build was
  interrupted: killed, stopped, or out of room on the disk. Then `resume` finds
  the values again. Every value is whole: files appear when they are.
  """

  def __init__(self, folder: pathlib.Path):
    # Workers of a Beam runner may stand elsewhere.
    self._folder = folder.absolute()

  def __enter__(self) -> "Spool":
    return self

  def __exit__(self, kind, *_) -> None:
    refused = kind and issubclass(kind, errors.UserError)
    if not kind or (refused and not issubclass(kind, files.WriteError)):
      shutil.rmtree(self._folder, ignore_errors=True)

  def resume(self, state: str) -> bool:
    """Removes what other builds left; says whether something of this is there.

    Args:
      state: all that the values follow from.

    Raises:
      files.WriteError: the folder cannot be written.
    """
    path = self._folder / _STATE
    if path.is_file() and path.read_text() == state:
      return True
    shutil.rmtree(self._folder, ignore_errors=True)
    files.write_text(path, state)
    return False

  def put(self, key: str, value: Any) -> None:
    """Keeps a value; one of the same key is replaced.

    Raises:
      files.WriteError: it cannot be written.
    """
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    files.write(self._path(key), data)

  def holds(self, key: str) -> bool:
    """Says whether there is a value of a key."""
    return self._path(key).is_file()

  def get(self, key: str) -> Any:
    """Returns the value of a key."""
    return pickle.loads(self._path(key).read_bytes())

  def _path(self, key):
    digest = hashlib.sha256(key.encode()).hexdigest()
    # Folders of millions of files are slow.
    return self._folder / digest[:3] / digest[3:]
