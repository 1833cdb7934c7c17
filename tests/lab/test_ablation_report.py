import csv

import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.lab import ablation_report


def _write(path, values, **changes):
  """A per_image.csv of faces whose every score is one number."""
  rows = [
    {"id": f"{i}.jpg", "person_id": f"person{i}", "mask_area": 0.2}
    | dict.fromkeys(ablation_report.MEASURES, value)
    | changes
    for i, value in enumerate(values)
  ]
  # A bare face, which does not count.
  rows.append(rows[0] | {"id": "bare.jpg", "mask_area": 0.0})
  with path.open("w", newline="") as file:
    writer = csv.DictWriter(file, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
  return path


@pytest.fixture
def scores(tmp_path):
  def read(*runs):
    return ablation_report.read(
      [_write(tmp_path / f"{i}.csv", run) for i, run in enumerate(runs)]
    )

  return read


def test_masked_faces_of_all_runs_are_read(scores):
  found = scores([1.0, 2.0], [3.0, 5.0])
  assert found.persons.tolist() == ["person0", "person1"]
  assert set(found.values) == set(ablation_report.MEASURES)
  assert found.values["iou"].tolist() == [[1, 2], [3, 5]]


def test_runs_of_different_pictures_are_refused(tmp_path):
  paths = [
    _write(tmp_path / "a.csv", [1.0]),
    _write(tmp_path / "b.csv", [1.0], id="other"),
  ]
  with pytest.raises(errors.UserError, match="b.csv and .*a.csv score differ"):
    ablation_report.read(paths)


def test_differences_are_by_picture(scores):
  plain = scores([10.0, 20.0, 30.0])
  better = scores([11.0, 21.0, 31.0])
  found = ablation_report.summarise(better, plain)
  assert found["n"] == 3
  # The people differ a lot, what the change does to each of them does not.
  assert found["differences"]["iou"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
  assert found["scores"]["iou"]["low"] < 15
  assert "differences" not in ablation_report.summarise(better, None)


def test_table_and_panels(scores):
  plain, other = scores([20.0, 20.0]), scores([21.5, 21.5])
  cost = {"parameters": 1_500_000, "multiply_adds": 3e7, "ms_per_image": 4.25}
  rows = [
    {"name": "a", "change": "nothing"}
    | cost
    | ablation_report.summarise(plain, None),
    {"name": "b", "change": "all"}
    | cost
    | ablation_report.summarise(other, plain),
  ]
  result = {"rows": rows, "num_images": 8, "seeds": [0, 1], "split": "test"}
  result["baseline"] = "a"
  lines = ablation_report.table(result).splitlines()
  assert "8 images of training a row; seeds 0, 1; 2 masked faces" in lines[0]
  assert "picture from a, by picture" in lines[0]
  header, first, second = (lines[i].split(" | ") for i in (2, 4, 5))
  assert len(header) == len(first) == len(second)
  cells = dict(zip(header, second, strict=True))
  assert cells["| row"] == "| b" and cells["change"] == "all"
  assert cells["predicted PSNR"] == "21.50 (21.50 to 21.50)"
  assert cells["completed LPIPS"] == "21.500 (21.500 to 21.500)"
  assert cells["PSNR difference"] == "+1.50 (+1.50 to +1.50)"
  assert cells["parameters"] == "1.50 M" and cells["GMAC"] == "0.030"
  assert dict(zip(header, first, strict=True))["PSNR difference"] == ""
  panels = ablation_report.panels(result)
  assert list(panels) == ["PSNR in mask", "SSIM in mask", "LPIPS in mask"]
  means = [x["mean"] for x in panels["PSNR in mask"]["predicted"]]
  np.testing.assert_allclose(means, [20.0, 21.5])
