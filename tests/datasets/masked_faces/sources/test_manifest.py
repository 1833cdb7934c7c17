import logging
import unicodedata

import pytest

from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.sources import manifest


@pytest.mark.parametrize(
  "text, message",
  [
    ("path,person_id\na,b\n", "no column file; the columns are"),
    ("", "no column file and person_id"),
    ("file,person_id\na.jpg,\n", "line 2: file or person_id is empty"),
    ("file,person_id\n\n,p\n", "line 3: file or person_id is empty"),
    ("file,person_id\na,p\na,q\n", "line 3: a belongs to p and to q"),
    ("file,person_id\na\n", "line 2: file or person_id is empty"),
    (
      "file,person_id,synthetic\na,p,maybe\n",
      "line 2: synthetic is 'maybe'. Write true or false",
    ),
  ],
)
def test_bad_manifest(tmp_path, text, message):
  path = tmp_path / "manifest.csv"
  path.write_text(text)
  with pytest.raises(sources.SourceError, match=message):
    manifest.read(path)


def test_manifest_from_a_spreadsheet(tmp_path):
  path = tmp_path / "manifest.csv"
  path.write_bytes("\ufefffile,person_id,note\r\n./a/ö.jpg, p ,x\r\n".encode())
  assert manifest.read(path) == {"a/ö.jpg": ("p", "", False)}


def test_source_and_synthetic(tmp_path):
  (tmp_path / "manifest.csv").write_text(
    "file,person_id,source,synthetic\na,p, here ,TRUE\nb,q,there,\nc,r,,0\n"
  )
  assert manifest.read(tmp_path / "manifest.csv") == {
    "a": ("p", "here", True),
    "b": ("q", "there", False),
    "c": ("r", "", False),
  }


def test_without_the_column_the_source_says_who_is_synthetic(tmp_path):
  path = tmp_path / "manifest.csv"
  path.write_text("file,person_id,source\na,p,sfhq2\nb,q,t2i\nc,r,pif\n")
  found = {name: row.synthetic for name, row in manifest.read(path).items()}
  assert found == {"a": True, "b": True, "c": False}


def test_no_manifest(tmp_path):
  assert manifest.read(tmp_path / "manifest.csv") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_spreadsheets_write(tmp_path, encoding, separator):
  path = tmp_path / "manifest.csv"
  rows = (("file", "person_id"), ("a/Zoë.jpg", "Zoë"), ("b.jpg", "Jürgen"))
  text = "".join(f"{separator.join(row)}\r\n" for row in rows)
  path.write_bytes(text.encode(encoding))
  found = _ids(manifest.read(path))
  assert found == {"a/Zoë.jpg": "Zoë", "b.jpg": "Jürgen"}


@pytest.mark.parametrize(
  "data",
  [
    "file,person_id\na,p\n".encode("utf-16-le"),  # Without its mark.
    b"\xff\xfe\x00",
    b"file,person_id\n\x81,p\n",
  ],
)
def test_what_is_no_text(tmp_path, data):
  path = tmp_path / "manifest.csv"
  path.write_bytes(data)
  with pytest.raises(
    sources.SourceError, match="not a text in UTF-8, UTF-16 .* Save it as CSV"
  ):
    manifest.read(path)


def _people(tmp_path, rows, names):
  text = "".join(f"{name},{person}\n" for name, person in rows.items())
  path = tmp_path / "manifest.csv"
  path.write_text(f"file,person_id\n{text}")
  return _ids(manifest.rows_of(path, names))


def _ids(rows):
  return {name: row.person_id for name, row in rows.items()}


NFC, NFD = (unicodedata.normalize(form, "Zoë.jpg") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
  "written, name",
  [
    ("a\\b\\c.jpg", "a/b/c.jpg"),
    (".\\c.jpg", "c.jpg"),
    (NFC, NFD),
    (NFD, NFC),
    (f"a\\{NFC}", f"a/{NFD}"),
    ("a\\b.jpg", "a\\b.jpg"),  # That is its name, not its path.
  ],
)
def test_other_spellings_of_a_path(tmp_path, written, name):
  assert _people(tmp_path, {written: "p"}, [name]) == {name: "p"}


def test_the_exact_spelling_goes_first(tmp_path):
  rows = {NFC: "p", NFD: "q"}
  assert _people(tmp_path, rows, [NFD, NFC]) == rows


def test_two_spellings_of_one_photo(tmp_path):
  assert _people(tmp_path, {"a/b": "p", "a\\b": "p"}, ["a/b"]) == {"a/b": "p"}
  with pytest.raises(sources.SourceError, match="a/b belongs to p and to q"):
    _people(tmp_path, {"a\\b": "p", ".\\a\\b": "q"}, ["a/b"])


def test_a_few_rows_without_a_photo_are_told(tmp_path, caplog):
  rows = {str(i): "p" for i in range(6)}
  with caplog.at_level(logging.WARNING):
    assert len(_people(tmp_path, rows, list("01234"))) == 5
  assert "1 of 6 rows name no photo in its folder (5)." in caplog.text


def test_a_fifth_of_the_rows_without_a_photo_is_refused(tmp_path):
  rows = {f"{i}.jpg": "p" for i in range(5)}
  with pytest.raises(
    sources.SourceError,
    match=r"1 of 5 rows name no photo in its folder \(4.jpg\); a photo there is"
    " 0.jpg. Write paths as they are under the folder",
  ):
    _people(tmp_path, rows, [f"{i}.jpg" for i in range(4)])
  with pytest.raises(
    sources.SourceError, match="a photo there is none whose name can be read"
  ):
    _people(tmp_path, rows, [])
  rows = {f"{i}": "p" for i in range(9)}
  with pytest.raises(
    sources.SourceError, match=r"9 rows .*\(0, 1, .*4, ...\);"
  ):
    _people(tmp_path, rows, ["new"])


def test_photos_that_no_row_names(tmp_path):
  assert _people(tmp_path, {"a": "p"}, ["a", "b"]) == {"a": "p"}
  assert manifest.rows_of(tmp_path / "nowhere.csv", ["a"]) is None
