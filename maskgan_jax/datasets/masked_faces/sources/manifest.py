"""Who is on which photo, as a CSV file says."""

import csv
import pathlib

from maskgan_jax.datasets.masked_faces.sources import interface

FILE = "manifest.csv"


def read(path: pathlib.Path) -> dict[str, str] | None:
  """Reads file and person_id from a CSV file; None where there is none.

  Raises:
    interface.SourceError: a column is missing, or a row names a file twice or
      leaves a value out.
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
      if people.setdefault(name, person) != person:
        raise interface.SourceError(
          f"{place}: {name} belongs to {people[name]} and to"
          f" {person}. Keep one of the two lines."
        )
  return people
