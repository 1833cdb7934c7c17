"""Folders that one process at a time writes into."""

import contextlib
import fcntl
import os
import pathlib
import socket
from collections.abc import Iterator

from maskgan_jax.common import errors, files

_FILE = ".being_written"


class LockedError(errors.UserError):
  """A folder that another process is writing into."""


@contextlib.contextmanager
def locked(folder: str | os.PathLike) -> Iterator[None]:
  """Keeps other processes out of a folder while the block runs.

  The system itself holds the lock and ends it with the process, however that
  ends: what a killed one leaves locks nobody out.

  Args:
    folder: made if it is missing.

  Raises:
    LockedError: another process, or another block of this one, has it.
    files.WriteError: the folder cannot be written.
  """
  path = pathlib.Path(folder) / _FILE
  try:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _open(path)
  except OSError as error:
    raise files.WriteError(
      f"{folder}: cannot be locked ({error.strerror}). Give another folder."
    ) from error
  with file:
    with contextlib.suppress(OSError):  # A full disk can be locked, too.
      file.truncate(0)
      file.write(f"process {os.getpid()} on {socket.gethostname()}")
      file.flush()
    try:
      yield
    finally:
      path.unlink(missing_ok=True)


def _open(path):
  """Opens and locks the file that lies at a path."""
  while True:
    file = path.open("a+")
    try:
      fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
      # Whoever had it may have removed it in between.
      if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
        return file
      file.close()
    except BlockingIOError as error:
      with file:
        file.seek(0)
        holder = file.read() or "another process"
      raise LockedError(
        f"{path.parent}: {holder} is writing into it. Wait until it ends, or"
        " give another folder."
      ) from error
    except BaseException:
      file.close()
      raise
