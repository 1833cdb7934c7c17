"""Hashes of what is in picture files, whatever they are called."""

import concurrent.futures
import functools
import hashlib
import os
import pathlib
from collections.abc import Sequence

_DIGITS = 16


def of_bytes(data: bytes) -> str:
  """Returns a short hash of an encoded picture."""
  return hashlib.sha256(data).hexdigest()[:_DIGITS]


def of_files(paths: Sequence[pathlib.Path]) -> list[str]:
  """Returns a short hash of each file's content, or "unreadable"."""
  with concurrent.futures.ThreadPoolExecutor() as pool:
    return list(pool.map(_of_file, paths))


def of_folder(root: pathlib.Path, paths: Sequence[pathlib.Path]) -> str:
  """Returns one short hash of files' contents and of their names under root.

  Names count because examples are called by them, and masks drawn by them.
  """
  digest = hashlib.sha256()
  for path, content in zip(paths, of_files(paths), strict=True):
    name = os.fsencode(path.relative_to(root).as_posix())
    digest.update(name + f"\0{content}\n".encode())
  return digest.hexdigest()[:_DIGITS]


def _of_file(path: pathlib.Path) -> str:
  try:
    status = path.stat()
    return _hash(path, status.st_size, status.st_mtime_ns)
  except OSError:  # Reading it as a picture says what is wrong.
    return "unreadable"


@functools.cache
def _hash(path: pathlib.Path, size: int, changed: int) -> str:
  """Hashes a file, once for each state of it that a build meets."""
  del size, changed
  with path.open("rb") as file:
    return hashlib.file_digest(file, "sha256").hexdigest()[:_DIGITS]
