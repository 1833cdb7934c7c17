"""Files that are written whole or not at all."""

import contextlib
import csv
import io
import json
import os
import pathlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from maskgan_jax.common import errors


class WriteError(errors.UserError):
  """A file that cannot be written, whatever is in it."""


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[pathlib.Path]:
  """Lets the caller write a file that appears under its name when it is whole.

  Makes the folders that it needs. If the block raises, what was there stays.

  Args:
    path: of the file.

  Yields:
    The name to write to, beside the target and unlike any other.

  Raises:
    WriteError: it cannot be written; what was there stays.
  """
  path = pathlib.Path(path)
  # As short as can be: the target's own name may be as long as is allowed.
  partial = path.with_name(f".{secrets.token_hex(4)}.partial")
  try:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
      yield partial
      with partial.open("rb+") as file:
        os.fsync(file.fileno())
      partial.replace(path)
    finally:
      partial.unlink(missing_ok=True)
  except OSError as error:
    raise WriteError(
      f"{path}: cannot be written ({error.strerror or error}). Make room, or"
      " give another folder."
    ) from error


def write(path: str | os.PathLike, data: bytes) -> None:
  """Writes a file whole or not at all, with the folders that it needs.

  Raises:
    WriteError: it cannot be written; what was there stays.
  """
  with replacing(path) as partial:
    partial.write_bytes(data)


def write_text(path: str | os.PathLike, text: str) -> None:
  """Writes text as UTF-8, as `write` does."""
  write(path, text.encode())


def write_json(path: str | os.PathLike, content: Any) -> None:
  """Writes what strict JSON can hold, indented, as `write` does.

  Raises:
    ValueError: a number is NaN or infinite; say None where there is none.
    WriteError: it cannot be written; what was there stays.
  """
  write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")


def write_csv(
  path: str | os.PathLike,
  header: Sequence[str],
  rows: Iterable[Sequence[Any]],
) -> None:
  """Writes a table with a header line, as `write` does."""
  text = io.StringIO(newline="")
  writer = csv.writer(text)
  writer.writerow(header)
  writer.writerows(rows)
  write_text(path, text.getvalue())
