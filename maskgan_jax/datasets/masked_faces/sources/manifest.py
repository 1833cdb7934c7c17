"""Who is on which photo, as a CSV file says."""

import csv
import pathlib
from typing import NamedTuple

from maskgan_jax.datasets.masked_faces.sources import interface

FILE = "manifest.csv"
_SYNTHETIC = {"true": True, "1": True, "false": False, "0": False, "": False}


class Row(NamedTuple):
  """What a manifest says of a file; see `interface.Item`."""

  person_id: str
  source: str
  synthetic: bool


def read(path: pathlib.Path) -> dict[str, Row] | None:
  """Reads a CSV file's rows by their file; None where there is none.

  The columns source and synthetic may be missing.

  Raises:
    interface.SourceError: a column is missing, or a row names a file twice,
      leaves a value out or has another value than true and false.
  """
  if not path.is_file():
    return None
  people = {}
  with path.open(newline="", encoding="utf-8-sig") as file:
    reader = csv.DictReader(file)
    missing = {"file", "person_id"} - set(reader.fieldnames or ())
    if missing:
      raise interface.SourceError(
        f"{path}: no column {' and '.join(sorted(missing))}; the columns are"
        f" {reader.fieldnames}. Its first line must hold at least"
        " file,person_id."
      )
    for row in reader:
      place = f"{path}, line {reader.line_num}"
      name = pathlib.PurePosixPath((row["file"] or "").strip()).as_posix()
      person = (row["person_id"] or "").strip()
      if name == "." or not person:
        raise interface.SourceError(
          f"{place}: file or person_id is empty. Fill both in or"
          " remove the line."
        )
      found = Row(
        person, (row.get("source") or "").strip(), _synthetic(row, place)
      )
      if (known := people.setdefault(name, found).person_id) != person:
        raise interface.SourceError(
          f"{place}: {name} belongs to {known} and to"
          f" {person}. Keep one of the two lines."
        )
  return people


def _synthetic(row: dict[str, str | None], place: str) -> bool:
  value = (row.get("synthetic") or "").strip()
  if value.lower() not in _SYNTHETIC:
    raise interface.SourceError(
      f"{place}: synthetic is {value!r}. Write true or false."
    )
  return _SYNTHETIC[value.lower()]
