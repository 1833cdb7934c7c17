import json
import math
import os
import threading

import pytest

from maskgan_jax.common import files


def test_a_file_appears_whole_with_its_folders(tmp_path):
  path = tmp_path / "a" / "b.bin"
  files.write(path, b"one")
  files.write(path, b"two")
  assert path.read_bytes() == b"two"
  assert os.listdir(path.parent) == ["b.bin"]


def test_what_was_there_stays_where_writing_fails(tmp_path):
  path = tmp_path / "a.txt"
  files.write_text(path, "before")
  with pytest.raises(RuntimeError), files.replacing(path) as partial:
    partial.write_text("half")
    raise RuntimeError
  assert path.read_text() == "before"
  assert os.listdir(tmp_path) == ["a.txt"]


def test_the_longest_legal_name_can_be_written(tmp_path):
  path = tmp_path / ("x" * 255)
  files.write(path, b"content")
  assert path.read_bytes() == b"content"


def test_two_writers_do_not_meet(tmp_path):
  path = tmp_path / "a.bin"
  contents = [bytes([i]) * 100_000 for i in range(8)]
  threads = [
    threading.Thread(target=files.write, args=(path, x)) for x in contents
  ]
  for thread in threads:
    thread.start()
  for thread in threads:
    thread.join()
  assert path.read_bytes() in contents
  assert os.listdir(tmp_path) == ["a.bin"]


def test_new_files_have_the_usual_permissions(tmp_path):
  plain = tmp_path / "plain"
  plain.write_bytes(b"")
  files.write(tmp_path / "ours", b"")
  assert (tmp_path / "ours").stat().st_mode == plain.stat().st_mode


def test_a_folder_that_is_a_file_is_named(tmp_path):
  (tmp_path / "file").write_text("")
  with pytest.raises(files.WriteError, match="file/a.txt: cannot be written"):
    files.write_text(tmp_path / "file" / "a.txt", "")


def test_json_is_strict(tmp_path):
  files.write_json(tmp_path / "a.json", {"x": None})
  for value in (math.nan, math.inf):
    with pytest.raises(ValueError, match="not JSON compliant"):
      files.write_json(tmp_path / "a.json", {"x": value})
  assert json.loads((tmp_path / "a.json").read_text()) == {"x": None}


def test_json_and_csv(tmp_path):
  files.write_json(tmp_path / "a.json", {"x": [1, 2]})
  assert json.loads((tmp_path / "a.json").read_text()) == {"x": [1, 2]}
  files.write_csv(tmp_path / "a.csv", ("file", "reason"), [("a,b", "x")])
  assert (tmp_path / "a.csv").read_bytes() == b'file,reason\r\n"a,b",x\r\n'
