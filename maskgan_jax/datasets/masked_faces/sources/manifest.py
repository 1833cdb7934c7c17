"""Who is on which photo, as a CSV file says."""

import csv
import io
import logging
import pathlib
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

from maskgan_jax.datasets.masked_faces.sources import interface

FILE = "manifest.csv"
_TRUTH = {"true": True, "1": True, "false": False, "0": False, "": False}
# Sources of people who do not exist, by the first letters of their names.
_SYNTHETIC = ("sfhq", "t2i")
# From this share of rows without a photo on, it is another folder's manifest.
_MAX_UNMATCHED = 0.2
_SHOWN = 5


class Row(NamedTuple):
  """What a manifest says of a file; see `interface.Item`."""

  person_id: str
  source: str
  synthetic: bool


def rows_of(
  path: pathlib.Path, names: Collection[str]
) -> dict[str, Row] | None:
  """Says who is on which of the photos that are there.

  A row names a photo by its path under the manifest's folder. Backslashes
  count as slashes, and composed letters as decomposed ones (Unicode's NFC and
  NFD), where no photo is called exactly so.

  Args:
    path: of the manifest.
    names: of the photos, with slashes.

  Returns:
    Rows by name, for those that it names; None if there is no manifest.

  Raises:
    interface.SourceError: it cannot be read, see `read`, or a fifth of its
      rows or more name no photo.
  """
  rows = read(path)
  if rows is None:
    return None
  by_name = {name: rows[name] for name in names if name in rows}
  alike = {_folded(name): name for name in names}
  unmatched = []
  for written, row in rows.items():
    if written in by_name:
      continue
    name = alike.get(_folded(written))
    if name is None:
      unmatched.append(written)
    else:
      _check_person(str(path), name, by_name.setdefault(name, row), row)
  _check(path, rows, unmatched, names)
  return by_name


def read(path: pathlib.Path) -> dict[str, Row] | None:
  """Reads a CSV file's rows by their file; None where there is none.

  The columns source and synthetic may be missing; without the latter the source
  says who is synthetic, see `is_synthetic`. The file may be in UTF-8, UTF-16
  with a byte order mark, or Windows-1252, and separated by commas, semicolons
  or tabs: what spreadsheets write.

  Raises:
    interface.SourceError: it is no such text, a column is missing, or a row
      names a file twice, leaves a value out or has another value of synthetic
      than true and false.
  """
  if not path.is_file():
    return None
  rows: dict[str, Row] = {}
  lines = io.StringIO(_text(path), newline="")
  first = lines.readline()
  lines.seek(0)
  reader = csv.DictReader(lines, delimiter=max(",;\t", key=first.count))
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
        f"{place}: file or person_id is empty. Fill both in or remove the line."
      )
    source = (row.get("source") or "").strip()
    found = Row(person, source, _synthetic(row, source, place))
    _check_person(place, name, rows.setdefault(name, found), found)
  return rows


def _check_person(place: str, name: str, first: Row, second: Row) -> None:
  """Raises where two rows of one photo name two people."""
  if first.person_id != second.person_id:
    raise interface.SourceError(
      f"{place}: {name} belongs to {first.person_id} and to"
      f" {second.person_id}. Keep one of the two lines."
    )


def is_synthetic(source: str) -> bool:
  """Whether a source of photos shows people who do not exist."""
  return source.startswith(_SYNTHETIC)


def _synthetic(row: dict[str, str | None], source: str, place: str) -> bool:
  if "synthetic" not in row:
    return is_synthetic(source)
  value = (row.get("synthetic") or "").strip()
  if value.lower() not in _TRUTH:
    raise interface.SourceError(
      f"{place}: synthetic is {value!r}. Write true or false."
    )
  return _TRUTH[value.lower()]


def _text(path: pathlib.Path) -> str:
  data = path.read_bytes()
  wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
  for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
    try:
      text = data.decode(encoding)
    except UnicodeDecodeError:
      continue
    if "\0" not in text:
      return text
  raise interface.SourceError(
    f"{path}: not a text in UTF-8, UTF-16 with a byte order mark or"
    " Windows-1252. Save it as CSV in UTF-8."
  )


def _folded(name: str) -> str:
  """What two spellings of one path have in common."""
  name = unicodedata.normalize("NFC", name.replace("\\", "/"))
  return pathlib.PurePosixPath(name).as_posix()


def _check(path, rows, unmatched, names):
  """Tells rows without a photo, or raises where they are too many."""
  if not unmatched:
    return
  listed = ", ".join(unmatched[:_SHOWN])
  if len(unmatched) > _SHOWN:
    listed += ", ..."
  message = (
    f"{path}: {len(unmatched)} of {len(rows)} rows name no photo in its folder"
    f" ({listed})"
  )
  if len(unmatched) < _MAX_UNMATCHED * len(rows):
    logging.warning("%s.", message)
    return
  there = min(names, default="none whose name can be read")
  raise interface.SourceError(
    f"{message}; a photo there is {there}. Write paths as they are under"
    " the folder, add the missing photos, or remove the rows."
  )
