import pytest

from maskgan_jax.datasets.masked_faces import sources


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
    sources.read_manifest(path)


def test_manifest_from_a_spreadsheet(tmp_path):
  path = tmp_path / "manifest.csv"
  path.write_bytes("\ufefffile,person_id,note\r\n./a/ö.jpg, p ,x\r\n".encode())
  assert sources.read_manifest(path) == {"a/ö.jpg": ("p", "", False)}


def test_source_and_synthetic(tmp_path):
  (tmp_path / "manifest.csv").write_text(
    "file,person_id,source,synthetic\na,p, here ,TRUE\nb,q,there,\nc,r,,0\n"
  )
  assert sources.read_manifest(tmp_path / "manifest.csv") == {
    "a": ("p", "here", True),
    "b": ("q", "there", False),
    "c": ("r", "", False),
  }


def test_no_manifest(tmp_path):
  assert sources.read_manifest(tmp_path / "manifest.csv") is None
