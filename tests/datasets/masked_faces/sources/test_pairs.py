import os
import pathlib
import sys

import cv2
import numpy as np
import pytest

from maskgan_jax import photos
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.sources import pairs


def _write(path: pathlib.Path, value: int, size=(40, 60)) -> None:
  path.parent.mkdir(parents=True, exist_ok=True)
  cv2.imwrite(str(path), np.full((*size, 3), value, np.uint8))


@pytest.fixture
def two_folders(tmp_path) -> pairs.Pairs:
  for name in ("a", "b"):
    _write(tmp_path / "input" / f"{name}.png", 10)
    _write(tmp_path / "target" / f"{name}.bmp", 200)
  return pairs.Pairs(str(tmp_path / "input"), str(tmp_path / "target"))


def test_two_folders(two_folders):
  items, skipped = two_folders.items()
  assert [item.name for item in items] == ["a", "b"]
  assert not skipped
  masked, bare, mask = two_folders.load(items[0])
  assert masked.shape == bare.shape == (40, 60, 3)
  assert (masked[0, 0, 0], bare[0, 0, 0], mask) == (10, 200, None)


def test_a_picture_without_its_partner_is_skipped(two_folders, tmp_path):
  (tmp_path / "target" / "b.bmp").unlink()
  items, skipped = two_folders.items()
  assert [item.name for item in items] == ["a"]
  assert skipped[0].name == "b"
  assert "no picture of this name in" in skipped[0].reason
  assert "target" in skipped[0].reason


def test_manifest_beside_the_bare_pictures(two_folders, tmp_path):
  (tmp_path / "target" / "manifest.csv").write_text(
    "file,person_id\na.bmp,Ann\n"
  )
  items, skipped = two_folders.items()
  assert [item.person_id for item in items] == ["Ann"]
  assert skipped == [sources.Skipped("b", "not in manifest.csv")]


@pytest.mark.parametrize("direction, first", [("AtoB", 10), ("BtoA", 200)])
def test_side_by_side(tmp_path, direction, first):
  picture = np.full((40, 120, 3), 10, np.uint8)
  picture[:, 60:] = 200
  cv2.imwrite(str(tmp_path / "p.png"), picture)
  source = pairs.Pairs(pairs_dir=str(tmp_path), direction=direction)
  masked, bare, _ = source.load(source.items()[0][0])
  assert masked.shape == bare.shape == (40, 60, 3)
  assert masked.min() == masked.max() == first
  assert bare.min() == bare.max() == 210 - first


def test_given_masks(two_folders, tmp_path):
  for name in ("a", "b"):
    _write(tmp_path / "masks" / f"{name}.png", 255)
  source = pairs.Pairs(
    two_folders.input_dir,
    two_folders.target_dir,
    mask_dir=str(tmp_path / "masks"),
  )
  _, _, mask = source.load(source.items()[0][0])
  assert mask.shape == (40, 60)
  assert mask.min() == 255


def test_halves_that_differ(tmp_path):
  _write(tmp_path / "odd.png", 0, (40, 121))
  source = pairs.Pairs(pairs_dir=str(tmp_path))
  with pytest.raises(
    photos.PhotoError, match="odd.png: 121 pixels across, so its halves differ"
  ):
    source.load(source.items()[0][0])


def test_sizes_that_differ(two_folders, tmp_path):
  _write(tmp_path / "target" / "a.bmp", 0, (41, 60))
  with pytest.raises(
    photos.PhotoError, match="a.png and .*a.bmp: the sizes 60x40 and 60x41"
  ):
    two_folders.load(two_folders.items()[0][0])


def test_two_files_of_one_name(two_folders, tmp_path):
  _write(tmp_path / "input" / "a.jpg", 0)
  with pytest.raises(sources.SourceError, match="have the same name up to"):
    two_folders.items()


@pytest.mark.parametrize(
  "folders",
  [
    {},
    {"input_dir": "a"},
    {"target_dir": "a"},
    {"input_dir": "a", "target_dir": "b", "pairs_dir": "c"},
  ],
)
def test_folders_that_make_no_pairs(folders):
  with pytest.raises(sources.SourceError, match="need either --input_dir"):
    pairs.Pairs(**folders)


def test_unknown_direction():
  with pytest.raises(sources.SourceError, match="direction is CtoD; allowed"):
    pairs.Pairs(pairs_dir="a", direction="CtoD")


def test_fingerprint(two_folders, tmp_path):
  before = two_folders.fingerprint()
  _write(tmp_path / "target" / "c.bmp", 0)
  assert two_folders.fingerprint() != before


def test_fingerprint_follows_contents_and_manifest(two_folders, tmp_path):
  before = two_folders.fingerprint()
  _write(tmp_path / "target" / "a.bmp", 1)
  repainted = two_folders.fingerprint()
  assert repainted != before
  (tmp_path / "target" / "manifest.csv").write_text("file,person_id\n")
  assert two_folders.fingerprint() != repainted


def test_the_bare_picture_is_its_own_id(two_folders, tmp_path):
  first, second = two_folders.items()[0]
  assert first.person_id is None
  assert first.content == second.content  # Equal pictures.
  _write(tmp_path / "input" / "a.png", 9)
  assert two_folders.items()[0][0].content == first.content
  _write(tmp_path / "target" / "a.bmp", 9)
  assert two_folders.items()[0][0].content != first.content


@pytest.mark.skipif(
  sys.platform == "darwin", reason="its file systems take UTF-8 alone"
)
def test_a_name_that_is_not_utf8_is_skipped(two_folders, tmp_path):
  bad = os.fsencode(tmp_path) + b"/input/\xeb.png"
  os.rename(tmp_path / "input" / "a.png", bad)
  items, skipped = two_folders.items()
  assert [item.name for item in items] == ["b"]
  assert sources.Skipped("\\xeb", "its name is not UTF-8") in skipped
