"""The table of an ablation: scores of several configs, each of several runs."""

import csv
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from maskgan_jax.common import errors, tables
from maskgan_jax.metrics import intervals as intervals_lib

# The raw prediction, and the picture completed in the mask that was found.
CANDIDATES = ("predicted", "completed_predicted_mask")
INSIDE = {
  "psnr_in_mask": ("PSNR", 2),
  "ssim_in_mask": ("SSIM", 3),
  "lpips_in_mask": ("LPIPS", 3),
}
MEASURES = (*(f"{c}/{m}" for c in CANDIDATES for m in INSIDE), "iou")
# Differences are shown of the last candidate.
_COMPARED = tuple(f"{CANDIDATES[-1]}/{m}" for m in INSIDE)


class Scores(NamedTuple):
  """What the runs of one config reached on the masked faces of a split."""

  persons: np.ndarray  # [N]
  values: dict[str, np.ndarray]  # By measure, [R, N] of R runs.


def read(paths: Sequence[pathlib.Path]) -> Scores:
  """Reads the per_image.csv of a config's runs.

  Raises:
    errors.UserError: they do not score the same pictures.
  """
  runs = []
  for path in paths:
    with path.open(newline="") as file:
      rows = list(csv.DictReader(file))
    runs.append([row for row in rows if float(row["mask_area"]) > 0])
    if [x["id"] for x in runs[-1]] != [x["id"] for x in runs[0]]:
      raise errors.UserError(
        f"{path} and {paths[0]} score different pictures. Delete both folders"
        " and evaluate again."
      )
  return Scores(
    np.array([row["person_id"] for row in runs[0]]),
    {
      name: np.array([[float(row[name]) for row in run] for run in runs])
      for name in MEASURES
    },
  )


def summarise(scores: Scores, baseline: Scores | None) -> dict[str, Any]:
  """Returns means and 95 % intervals over persons and runs.

  Args:
    scores: of a config.
    baseline: of the config that it is compared with, by picture and run.

  Returns:
    {"n", "scores": {measure: {"mean", "low", "high"}}} and, where there is a
    baseline, "differences" of the same form.
  """

  def intervals(values):
    return {
      name: intervals_lib.confidence_interval(x, scores.persons)
      for name, x in values.items()
    }

  result = {"n": len(scores.persons), "scores": intervals(scores.values)}
  if baseline is not None:
    result["differences"] = intervals(
      {n: x - baseline.values[n] for n, x in scores.values.items()}
    )
  return result


def table(result: Mapping[str, Any]) -> str:
  """Returns the result as Markdown."""
  titles = ["row", "change"]
  for shown in ("predicted", "completed"):
    titles += [f"{shown} {title}" for title, _ in INSIDE.values()]
  titles += [f"{title} difference" for title, _ in INSIDE.values()]
  titles += ["mask IoU", "parameters", "GMAC", "ms"]
  about = (
    f"{result['num_images']} images of training a row; seeds"
    f" {', '.join(map(str, result['seeds']))}; {result['rows'][0]['n']} masked"
    f" faces of the {result['split']} split. Scores are in the mask, of the raw"
    " prediction and of the picture completed in the mask that was found, with"
    " 95 % intervals over persons and seeds; differences are those of the"
    f" completed picture from {result['baseline']}, by picture and seed."
  )
  rows = [_cells(row) for row in result["rows"]]
  return f"{about}\n\n{tables.markdown(titles, rows)}"


def _cells(row) -> list[str]:
  cells = [row["name"], row["change"]]
  for name in MEASURES[:-1]:
    decimals = INSIDE[name.partition("/")[2]][1]
    cells.append(tables.interval(row["scores"][name], decimals, between=" to "))
  for name in _COMPARED:
    decimals = INSIDE[name.partition("/")[2]][1]
    found = row.get("differences", {}).get(name)
    cells.append(
      tables.interval(found, decimals, sign="+", between=" to ")
      if found
      else ""
    )
  return [
    *cells,
    tables.interval(row["scores"]["iou"], 3, between=" to "),
    f"{row['parameters'] / 1e6:.2f} M",
    f"{row['multiply_adds'] / 1e9:.3f}",
    f"{row['ms_per_image']:.1f}",
  ]


def panels(
  result: Mapping[str, Any],
) -> dict[str, dict[str, list[Mapping[str, float]]]]:
  """Returns what `figures.save_intervals` draws: by measure and candidate."""
  return {
    f"{title} in mask": {
      candidate.replace("_", " "): [
        row["scores"][f"{candidate}/{measure}"] for row in result["rows"]
      ]
      for candidate in CANDIDATES
    }
    for measure, (title, _) in INSIDE.items()
  }
