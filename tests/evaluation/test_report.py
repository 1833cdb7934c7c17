import csv
import json
import math

import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import product_report, report

CANDIDATES = [
  "masked_input",
  "skin_colour",
  "mean_face",
  "telea",
  "predicted",
  "completed_true_mask",
  "completed_predicted_mask",
]

MEASURES = [
  "psnr",
  "ssim",
  "lpips",
  "psnr_in_mask",
  "ssim_in_mask",
  "lpips_in_mask",
]


def _row(person="a", score=20.0, **values):
  """A masked face on which every candidate has one score."""
  row = {"id": f"{person}{score}", "person_id": person, "mask_type": "kn95"}
  row |= {"mask_area": 0.3, "iou": 0.9, "f1": 0.95, "false_positive": 0.0}
  row |= {"wear": "", "source": "", "skin_tone": "tan", "true/seam": 5.0}
  for name in ("masked_input", "completed_predicted_mask"):
    row |= {f"{name}/identity": score / 100, f"{name}/seam": 6.0}
  for name in CANDIDATES:
    for measure in MEASURES:
      row[f"{name}/{measure}"] = score
  return row | values


def _bare(person="b", **values):
  """As a bare face is scored: no pixel lies in its mask."""
  row = _row(person, 99.0, mask_type="none", mask_area=0.0)
  row |= {"iou": math.nan, "f1": math.nan}
  hidden = ("_in_mask", "/identity", "/seam")
  row |= {key: math.nan for key in row if key.endswith(hidden)}
  return row | values


def _summarise(rows, vectors=None):
  if vectors is None:
    vectors = np.full((len(rows), 128), np.nan, np.float32)
  return report.summarise(rows, vectors)


def _unit(*cosines):
  """Vectors with these cosines with the first axis."""
  vectors = np.zeros((len(cosines), 128), np.float32)
  vectors[:, 0] = cosines
  vectors[:, 1] = np.sqrt(1 - np.square(cosines))
  return vectors


def test_layout_of_the_metrics():
  result = _summarise([_row(), _bare()])
  assert list(result) == [
    "n",
    "mean_mask_area",
    "mask",
    *CANDIDATES,
    "identity",
    "seam",
    "groups",
  ]
  assert list(result["mask"]) == ["iou", "iou_p5", "f1", "false_positive_rate"]
  for name in CANDIDATES:
    assert list(result[name]) == MEASURES
    for scores in result[name].values():
      assert list(scores) == ["mean", "low", "high"]
      assert all(type(value) is float for value in scores.values())
  for scores in (*result["identity"].values(), *result["seam"].values()):
    assert {"mean"} < set(scores)
  # Of nobody but one person there is no pair.
  assert result["identity"]["same_person"]["mean"] is None
  assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_identity_beside_its_ranges():
  rows = [_row("a", 40.0), _row("a", 60.0), _row("b", 20.0), _bare("c")]
  vectors = _unit(1.0, 0.8, 0.0, np.nan)
  found = _summarise(rows, vectors)["identity"]
  assert list(found) == [
    "masked_input",
    "completed_predicted_mask",
    "same_person",
    "different_people",
  ]
  assert found["completed_predicted_mask"]["mean"] == pytest.approx(0.4)
  assert found["same_person"]["pairs"] == 1
  assert found["same_person"]["mean"] == pytest.approx(0.8)
  assert found["different_people"]["mean"] == pytest.approx((0 + 0.6) / 2)


def test_variants_of_one_photo_are_no_two_photos():
  rows = [_row("a", id=f"folder/a#1.jpg#{i}") for i in range(3)]
  found = _summarise([*rows, _row("b")], _unit(1.0, 1.0, 1.0, 0.5))["identity"]
  assert found["same_person"]["pairs"] == 0
  assert found["different_people"]["pairs"] == 1


def test_seam_is_told_as_excess_over_the_true_one():
  key = "completed_predicted_mask/seam"
  rows = [_row(**{key: 9.0}), _row(**{key: 7.0, "true/seam": 3.0})]
  found = _summarise(rows)["seam"]
  assert found["true"]["mean"] == 4
  assert found["completed_predicted_mask"]["mean"] == 8
  assert found["excess"]["mean"] == 4


def test_bare_faces_count_only_as_false_positives():
  masked = [_row(score=score) for score in (10.0, 20.0, 30.0)]
  alone = _summarise(masked)
  beside = _summarise([_bare(false_positive=1.0), *masked, _bare(), _bare()])
  assert alone["mask"].pop("false_positive_rate") == 0
  assert beside["mask"].pop("false_positive_rate") == pytest.approx(1 / 6)
  assert alone == beside
  assert alone["n"] == 3


def test_values_are_means_over_pictures():
  rows = [_row(score=score) for score in (10.0, 20.0, 60.0)]
  for i, row in enumerate(rows):
    row |= {"mask_area": 0.1 * (i + 1), "iou": 0.5 + 0.2 * i, "f1": 0.3 * i}
  rows[1]["telea/psnr"] = 50.0
  result = _summarise(rows)
  assert result["mean_mask_area"] == pytest.approx(0.2)
  assert result["mask"]["iou"] == pytest.approx(0.7)
  # Linear between the two smallest of three values.
  assert result["mask"]["iou_p5"] == pytest.approx(0.52)
  assert result["mask"]["f1"] == pytest.approx(0.3)
  assert result["predicted"]["psnr"]["mean"] == pytest.approx(30)
  assert result["telea"]["psnr"]["mean"] == pytest.approx(40)


def test_the_interval_is_that_of_persons():
  scores = np.linspace(10, 30, 24).tolist()
  pictures = [_row(f"p{i}", score) for i, score in enumerate(scores)]
  many = _summarise(pictures)["predicted"]["psnr"]
  assert many["low"] < many["mean"] < many["high"]
  # Four pictures of each of six people tell less than 24 people do.
  few = _summarise(
    [row | {"person_id": f"p{i // 4}"} for i, row in enumerate(pictures)]
  )["predicted"]["psnr"]
  assert few["mean"] == pytest.approx(many["mean"])
  assert few["high"] - few["low"] > 1.5 * (many["high"] - many["low"])
  # One person says nothing of others.
  one = _summarise([row | {"person_id": "a"} for row in pictures])
  one = one["predicted"]["psnr"]
  assert one["low"] == one["high"] == pytest.approx(one["mean"])


def test_masks_outside_the_photo_are_left_out_of_their_measure():
  hidden = _row("b", 50.0, **{"telea/psnr_in_mask": math.nan})
  result = _summarise([_row("a", 10.0), hidden])
  assert result["n"] == 2
  assert result["telea"]["psnr_in_mask"]["mean"] == 10
  assert result["telea"]["psnr"]["mean"] == 30


def test_a_split_of_bare_faces_is_refused():
  with pytest.raises(errors.UserError, match="No example of this split has a"):
    _summarise([_bare(), _bare()])


def test_table():
  rows = [_row("a", 10.0), _row("b", 20.0), _bare(false_positive=1.0)]
  result = _summarise(rows, _unit(1.0, 0.25, np.nan))
  lines = report.table(result).splitlines()
  assert lines[0] == (
    "2 masked faces (oracle crops, cut by the landmarks of the bare face), mean"
    " mask area 0.300; mask IoU 0.900 (5th percentile 0.900), F1 0.950, false"
    " positives 33.3 %"
  )
  assert lines[2] == (
    "|  | PSNR | SSIM | PSNR in mask (95 % interval) | SSIM in mask"
    " | LPIPS in mask |"
  )
  assert lines[3 + len(CANDIDATES)] == (
    "| completed predicted mask | 15.00 | 15.000 | 15.00 (10.00-20.00)"
    " | 15.000 | 15.000 |"
  )
  # Markdown: every line has the columns of the head.
  end = 4 + len(CANDIDATES)
  assert {line.count("|") for line in lines[2:end]} == {7}
  assert lines[end:-7] == [
    "",
    "Identity (SFace cosine with the true face): completed 0.150 (0.100 to"
    " 0.200), masked input 0.150; two photos of one person unknown (no pairs),"
    " of two people 0.25 (5 % to 95 %: 0.25 to 0.25, 1 pairs)",
    "Colour difference across the mask's edge (CIELAB): true 5.0, masked input"
    " 6.0, completed 6.0; excess 1.00 (1.00 to 1.00)",
    "",
  ]
  assert lines[-7].startswith("| mask | n |")
  result["fd_vgg16"] = {"n": 2, "completed_predicted_mask": 12.345}
  assert "FD-VGG16 of completed and true crops: 12.35 (n 2)" in report.table(
    result
  )


def test_what_users_get_comes_first():
  result = _summarise([_row()])
  photo = {"id": "p", "person_id": "p", "source": "pif", "mask_area": 0.2}
  names = ("iou", "not_reported", "face_not_found", "changed_outside_blend")
  photo |= dict.fromkeys(names, 0.0)
  for name in product_report.CANDIDATES:
    photo |= {f"{name}/{x}": 1.0 for x in product_report.MEASURES}
  result["product"] = product_report.summarise([photo]) | {"left_out": 0}
  result["identification"] = {"probes": 0}
  result["references"] = {"n": 0}
  way = {
    "shift": {"median": 12.34, "p90": None},
    "correlation": {"opening": 0.5, "width": 0.25, "raised_corners": None},
    "not_found": 3,
  }
  ways = ("product", "mesh", "mesh_again")
  result["landmarks"] = {"n": 7, **dict.fromkeys(ways, way)}
  result["landmarks"]["product_bare"] = {"shift": way["shift"], "not_found": 0}
  lines = report.table(result).splitlines()
  assert lines[0].startswith("What users get, on 1 whole photos of 1 real peop")
  assert "| mesh | 12.3 | - | 0.50 | 0.25 | - | 3 |" in lines
  assert "| product, the bare photos | 12.3 | - | - | - | - | 0 |" in lines
  assert any(x.startswith("1 masked faces (oracle crops") for x in lines)


def test_unknown_scores_are_shown_as_such():
  rows = [_row(**{f"{name}/identity": math.nan for name in CANDIDATES})]
  shown = report.table(_summarise(rows))
  assert "completed -, masked input -" in shown and "nan" not in shown
  assert json.dumps(_summarise(rows), allow_nan=False)


def test_figures_show_best_median_worst_and_random_cases():
  scores = np.random.default_rng(0).permutation(20).astype(float).tolist()
  rows = [_bare(), *(_row(f"p{s}", s) for s in scores)]
  rows.insert(3, _row(**{"completed_predicted_mask/psnr_in_mask": math.nan}))
  cases = report.figure_cases(rows)
  key = "completed_predicted_mask/psnr_in_mask"
  shown = {
    name: [rows[i][key] for i in indices]
    for name, (_, indices) in cases.items()
  }
  assert shown["best"] == [19, 18, 17, 16]
  assert shown["median"] == [11, 10, 9, 8]
  assert shown["worst"] == [3, 2, 1, 0]
  drawn = shown["random"] + shown["random_2"]
  assert len(set(drawn)) == 8 and not any(map(math.isnan, drawn))
  assert cases["best"][0] == "best cases by PSNR in the mask"
  assert cases["random"][0] == "random cases"
  assert report.figure_cases(rows) == cases


def test_figures_of_few_cases():
  cases = report.figure_cases([_row("a", 1.0), _row("b", 2.0)])
  assert list(cases) == ["best", "median", "worst", "random"]
  assert sorted(cases["random"][1]) == [0, 1]
  assert report.figure_cases([_bare()]) == {}


def test_rows_are_written_as_csv(tmp_path):
  rows = [_row("a", 10.0), _bare()]
  report.write_csv(tmp_path / "per_image.csv", rows)
  with (tmp_path / "per_image.csv").open(newline="") as file:
    read = list(csv.DictReader(file))
  assert [list(row) for row in read] == [list(row) for row in rows]
  assert float(read[0]["telea/psnr"]) == 10
  assert math.isnan(float(read[1]["iou"]))
  assert [p.name for p in tmp_path.iterdir()] == ["per_image.csv"]
