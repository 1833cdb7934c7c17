import numpy as np
from PIL import Image

from maskgan_jax.evaluation import figures


def _picture(value, size=16):
  return np.full((size, size, 3), value, np.uint8)


def test_intervals_are_drawn(tmp_path):
  path = tmp_path / "intervals.png"
  found = {"mean": 1.0, "low": 0.5, "high": 2.0}
  unknown = dict.fromkeys(found, np.nan)
  figures.save_intervals(
    path, ["a", "b"], {"PSNR": {"x": [found, found], "y": [found, unknown]}}
  )
  with Image.open(path) as picture:
    assert min(picture.size) > 100
  assert [p.name for p in tmp_path.iterdir()] == ["intervals.png"]


def test_report_holds_every_picture(tmp_path):
  colours = {"Input": (250, 10, 10), "Prediction": (10, 10, 250)}
  rows = [
    {
      name: (np.full((16, 16, 3), colour, np.uint8), f"PSNR {number}")
      for name, colour in colours.items()
    }
    for number in range(3)
  ]
  path = tmp_path / "best.png"
  figures.save_report(path, "best cases", rows)
  assert [p.name for p in tmp_path.iterdir()] == ["best.png"]
  page = np.asarray(Image.open(path).convert("RGB"))
  for colour in colours.values():
    shown = (page == colour).all(axis=2)
    # Three pictures above each other, with text between.
    inside = shown.any(axis=1).astype(int)
    assert np.count_nonzero(np.diff(inside) == 1) == 3
  columns = [
    np.flatnonzero((page == colour).all(axis=2).any(axis=0)).mean()
    for colour in colours.values()
  ]
  assert columns[0] < columns[1]


def test_report_is_replaced(tmp_path):
  path = tmp_path / "best.png"
  path.write_text("old")
  figures.save_report(path, "best", [{"Input": (_picture(3), "")}])
  with Image.open(path) as page:
    assert page.format == "PNG"
