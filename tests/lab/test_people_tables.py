import pytest

from maskgan_jax.evaluation import product_report
from maskgan_jax.lab import people_tables


def _group(n, value):
  measures = ("psnr_in_mask", "lpips_in_mask", "iou", "identity")
  return {"n": n, **{name: {"mean": value} for name in measures}}


OLD = {
  "groups": {
    "source": {
      "pif": _group(1, 1.0),
      "london": _group(3, 2.0),
      "sfhq": _group(9, 0.0),
    }
  }
}


def _scored(n, product):
  """A group's scores: those of baselines are their places."""

  def interval(value):
    return {"mean": value, "low": value, "high": value}

  return {
    **{"n": n, "persons": n, "mean_mask_area": 0.25},
    **{"iou": interval(0.9), "not_reported": interval(0.0)},
    **{
      name: {
        measure: interval(product if name == "product" else float(place))
        for measure in product_report.MEASURES
      }
      for place, name in enumerate(product_report.CANDIDATES)
    },
  }


NOBODY = {"n": 0}
SCORED = {
  "product": {
    "real": _scored(11, 22.0),
    "synthetic": _scored(2, 40.0),
    "by_source": {
      "pif": _scored(10, 24.5),
      "ukparl": _scored(1, 5.0),
      "t2i": _scored(2, 40.0),
    },
  }
}


def test_without_whole_photos_oracle_crops_are_shown_and_named():
  found = people_tables.real_people(OLD)
  assert found.startswith("| oracle crops of real people | n | PSNR in mask |")
  assert "| Presidential Innovation Fellows | 1 | 1.00 | 1.000 |" in found
  # Pooled by their number.
  assert "| **all real people** | 4 | 1.75 | 1.750 | 1.750 | 1.750 |" in found
  assert "sfhq" not in found
  synthetic = people_tables.synthetic_people(OLD)
  assert "| sfhq | 9 | 0.00 |" in synthetic and "London" not in synthetic


def test_the_product_is_the_headline_with_baselines_beside():
  real = people_tables.real_people(OLD | SCORED)
  assert real.startswith(people_tables.headline(OLD | SCORED))
  lines = real.splitlines()
  assert lines[0] == (
    "11 whole photos of 11 real people, mean mask area 0.250 of the aligned"
    " face. The masks that are reported have an IoU of 0.900; 0.0 % are not."
  )
  names = [line.split(" | ")[0] for line in lines[4:10]]
  assert names == [
    *("| masked input", "| mean colour of the visible skin"),
    *("| mean face of the training people", "| Telea inpainting"),
    *("| oracle crop", "| **product**"),
  ]
  assert lines[7].startswith("| Telea inpainting | 3.00 (3.00-3.00) | 3.000 |")
  assert lines[9].startswith("| **product** | 22.00 (22.00-22.00) | 22.000 |")
  assert "| product on real people | n | PSNR in mask |" in real
  assert "| Presidential Innovation Fellows | 10 | 24.50 | 24.500 |" in real
  assert "| UK Parliament | 1 | 5.00 | 5.000 | 0.900 | 5.000 |" in real
  # (10 * 24.5 + 5) / 11.
  assert (
    "| **all real people** | 11 | 22.73 | 22.727 | 0.900 | 22.727 |" in real
  )
  assert "t2i" not in real and "oracle crops of" not in real
  synthetic = people_tables.synthetic_people(OLD | SCORED)
  assert "| **product** | 40.00 (" in synthetic and "pif" not in synthetic


@pytest.mark.parametrize("which", ["real", "synthetic"])
def test_nobody_was_scored(which):
  scores = {"product": {which: NOBODY, "by_source": {}}}
  shown = getattr(people_tables, f"{which}_people")(scores)
  assert shown == f"No photo of {which} people was scored."
