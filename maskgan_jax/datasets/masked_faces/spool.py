"""A list of picklable objects that lives on the disk."""

import pathlib
import pickle
import tempfile
from typing import Any


class Spool:
  """Holds aligned faces between the two passes of a build.

  The file has no name, so that nothing of it survives the process, whichever
  way it ends. Use it as a context, which closes the file.
  """

  def __init__(self, folder: pathlib.Path):
    folder.mkdir(parents=True, exist_ok=True)
    self._file = tempfile.TemporaryFile(dir=folder)
    self._offsets: list[int] = []

  def __enter__(self) -> "Spool":
    return self

  def __exit__(self, *_) -> None:
    self._file.close()

  def append(self, value: Any) -> None:
    """Adds a value at the end."""
    self._file.seek(0, 2)
    self._offsets.append(self._file.tell())
    pickle.dump(value, self._file, protocol=pickle.HIGHEST_PROTOCOL)

  def __getitem__(self, index: int) -> Any:
    self._file.seek(self._offsets[index])
    return pickle.load(self._file)

  def __len__(self) -> int:
    return len(self._offsets)
