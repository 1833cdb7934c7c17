import json
import math

import pytest

from maskgan_jax.evaluation import product_report

CANDIDATES = product_report.CANDIDATES


def _row(person="a", source="pif", score=20.0, **values):
  row = {"id": person, "person_id": person, "source": source}
  row |= {"mask_area": 0.3, "iou": 0.9, "changed_outside_blend": 0}
  row |= {"face_not_found": 0.0, "not_reported": 0.0}
  for name in CANDIDATES:
    for measure in product_report.MEASURES:
      row[f"{name}/{measure}"] = score
  return row | values


def _searched(rank):
  interval = {"mean": rank, "low": rank, "high": rank}
  version = {"same_person": interval, "other_people": 0.1, "threshold": 0.4}
  return version | {"tar_at_far_1": interval, "rank_1": interval}


IDENTIFICATION = {
  **{"probes": 3, "persons": 2, "gallery": 9},
  **{"true": _searched(0.9), "masked": _searched(0.5)},
  "completed": _searched(0.25),
}
NOBODY = {"probes": 0, "persons": 0, "gallery": 0}


def test_real_people_are_apart_from_synthetic_ones():
  rows = [
    *(_row(f"p{i}", score=10.0 + i) for i in range(12)),
    _row("q", "sfhq", 99.0, iou=0.0, not_reported=1.0),
    _row("r", "t2i", 97.0, changed_outside_blend=3),
  ]
  found = product_report.summarise(rows)
  assert found["pixels_changed_outside_blend"] == 3
  real, synthetic = found["real"], found["synthetic"]
  assert (real["n"], real["persons"], synthetic["n"]) == (12, 12, 2)
  psnr = real["product"]["psnr_in_mask"]
  assert psnr["low"] < 15.5 < psnr["high"] and psnr["mean"] == 15.5
  # Two photos are too few for an interval.
  assert synthetic["product"]["psnr"] == {"mean": 98, "low": None, "high": None}
  assert synthetic["not_reported"]["mean"] == 0.5
  assert synthetic["iou"]["mean"] == pytest.approx(0.45)
  assert list(found["by_source"]) == ["pif", "sfhq", "t2i"]
  assert json.dumps(found, allow_nan=False)


def test_the_difference_is_product_less_oracle_crop():
  rows = [_row(**{"product/psnr": 18.0}), _row("b", **{"product/psnr": 17.0})]
  found = product_report.summarise(rows)["real"]["difference"]
  assert found["psnr"]["mean"] == -2.5 and found["ssim"]["mean"] == 0


def test_table():
  rows = [_row(f"p{i}") for i in range(10)] + [_row("q", "sfhq", math.nan)]
  result = product_report.summarise(rows) | {"left_out": 4}
  lines = product_report.table(result, IDENTIFICATION).splitlines()
  assert lines[0] == (
    "What users get, on 10 whole photos of 10 real people: mean mask area"
    " 0.300; mask IoU 0.900 (0.900-0.900), not reported 0.0 (0.0-0.0) %, face"
    " not found 0.0 (0.0-0.0) %; pixels changed outside the blend 0; 4 photos"
    " left out"
  )
  assert lines[9] == (
    "| product | 20.00 | 20.000 | 20.000 | 20.00 (20.00 to 20.00) | 20.000"
    " | 20.000 (20.000 to 20.000) | 20.000 |"
  )
  assert lines[10].startswith("| product less oracle crop | +0.00 | +0.000 |")
  assert "| synthetic people, n 1 | PSNR |" in "\n".join(lines)
  assert "| sfhq | 1 | - | - | - | 0.900 | 0.0 % |" in lines
  assert lines[-3] == (
    "| the completed face | 0.250 (0.250-0.250) | 0.100 | 25.0 (25.0-25.0) %"
    " | 25.0 (25.0-25.0) % |"
  )
  assert lines[-1] == (
    "A completed face makes nobody easier to identify: in a search among 9 bare"
    " photos 50 % of the masked faces find their person first, 25 % when"
    " completed, and 90 % of the true ones (3 photos of 2 people)."
  )


def test_table_without_real_people():
  result = product_report.summarise([_row(source="t2i")]) | {"left_out": 0}
  shown = product_report.table(result, NOBODY)
  assert shown.startswith("What users get: no photo of a real person was scor")
  assert "| real people" not in shown
  assert shown.endswith("no real person of this split has two photos.")
