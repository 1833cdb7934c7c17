import copy
import json

import pytest

from maskgan_jax.common import errors
from maskgan_jax.lab import model_card
from maskgan_jax.lab.commands import model_card as command

SCORES = json.loads(command.CARD.read_text())["scores"]


def _filled(name, scores=SCORES):
  return model_card.fill(f"<!-- table: {name} -->\n<!-- end -->", scores)


@pytest.mark.parametrize("path", command.DOCUMENTS, ids=lambda p: p.name)
def test_committed_documents_are_what_the_command_makes(path):
  text = path.read_text()
  assert "<!-- table: " in text
  assert model_card.fill(text, SCORES) == text


def test_every_table_stands_in_a_document():
  text = "".join(path.read_text() for path in command.DOCUMENTS)
  for name in model_card.TABLES:
    assert f"<!-- table: {name} -->" in text


def test_figures_are_those_of_the_scores():
  scores = copy.deepcopy(SCORES)
  inside = {"mean": 12.345, "low": 11.0, "high": 13.0}
  scores["telea"]["psnr_in_mask"] = inside
  scores["groups"]["wear"] = {
    "nose_out": {
      "n": 7,
      "psnr_in_mask": {"mean": 20.0, "low": None, "high": None},
      "lpips_in_mask": {"mean": 0.25},
      "iou": {"mean": 0.5},
      "identity": {"mean": 0.75},
    }
  }
  conditions = scores["robustness"]["conditions"]
  conditions["clean"]["psnr_in_mask"] = inside
  conditions["noise"]["psnr_in_mask"] = inside | {"mean": 10.345}
  assert "| 12.35 (11.00-13.00) |" in _filled("scores", scores)
  line = "| nose out | 7 | 20.00 | 0.250 | 0.500 | 0.750 |"
  assert line in _filled("wear", scores)
  assert "| 10.35 (11.00-13.00) | -2.00 |" in _filled("robustness", scores)


def test_only_what_is_between_markers_changes():
  text = (
    "before\n<!-- table: frechet -->\nold\n<!-- end -->\nbetween\n"
    "<!-- table: seam -->\n<!-- end -->\nafter\n"
  )
  filled = model_card.fill(text, SCORES)
  assert filled.startswith("before\n<!-- table: frechet -->\n\n| ")
  assert "old" not in filled
  assert "\n<!-- end -->\nbetween\n<!-- table: seam -->\n" in filled
  assert filled.endswith("\n<!-- end -->\nafter\n")
  assert model_card.fill(filled, SCORES) == filled


def test_a_marker_without_end_is_told():
  text = "<!-- table: seam -->\n<!-- table: frechet -->\n<!-- end -->\n"
  with pytest.raises(errors.UserError, match="2 tables begin .* 1 of them end"):
    model_card.fill(text, SCORES)


def test_an_unknown_table_is_told():
  with pytest.raises(errors.UserError, match="speed --> is unknown; .*scores"):
    _filled("speed")


def test_missing_scores_are_told():
  scores = {k: v for k, v in SCORES.items() if k != "fd_vgg16"}
  with pytest.raises(
    errors.UserError, match="no fd_vgg16, which the table frechet .* --fd"
  ):
    _filled("frechet", scores)


def test_pairs_that_the_split_lacks_are_left_out():
  scores = copy.deepcopy(SCORES)
  scores["identity"]["same_person"] = {"pairs": 0}
  assert "two photos of one person" not in _filled("identity", scores)
  assert "photos of two people" in _filled("identity", scores)


def test_the_file_is_written(tmp_path):
  path = tmp_path / "card.md"
  path.write_text("<!-- table: seam -->\n<!-- end -->\n")
  model_card.write(path, SCORES)
  assert path.read_text() == model_card.fill(path.read_text(), SCORES)
  assert "true face" in path.read_text()


def test_what_whole_photos_alone_tell_is_told_when_it_is_known():
  for name in ("landmarks", "identification", "references"):
    assert "were not scored on whole photos" in _filled(name, {})
  way = {
    "shift": {"median": 12.34, "p90": 26.0},
    "correlation": {"opening": 0.5, "width": 0.25, "raised_corners": 0.1},
    "not_found": 3,
  }
  ways = ("product", "mesh", "mesh_again", "product_bare")
  found = _filled(
    "landmarks", {"landmarks": {"n": 7} | dict.fromkeys(ways, way)}
  )
  assert "| mesh | 12.3 | 26.0 | 0.50 | 0.25 | 0.10 | 3 |" in found
  searched = {"probes": 0}
  assert "unknown here" in _filled(
    "identification", {"identification": searched}
  )


def test_the_sentence_has_figures_when_they_are_known():
  sentence = "A completed face makes nobody easier to identify"
  assert f"\n{sentence}.\n" in _filled("not_for_identification", {})
  searched = {
    name: {"rank_1": {"mean": share}}
    for name, share in (("true", 0.9), ("masked", 0.5), ("completed", 0.25))
  }
  counts = {"probes": 3, "persons": 2, "gallery": 9}
  found = _filled(
    "not_for_identification", {"identification": searched | counts}
  )
  assert f"\n{sentence}: in a search among 9 bare photos 50 % of" in found
