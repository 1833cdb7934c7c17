"""The scores of an evaluation, one row an image: summed up, listed, chosen."""

import math
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maskgan_jax.common import errors, files, tables
from maskgan_jax.evaluation import (
  groups,
  landmarks,
  product_report,
  with_references,
)
from maskgan_jax.metrics import identity, intervals

CANDIDATES = (
  "masked_input",
  "skin_colour",
  "mean_face",
  "telea",
  "predicted",
  "completed_true_mask",
  "completed_predicted_mask",
)
MEASURES = (
  "psnr",
  "ssim",
  "lpips",
  "psnr_in_mask",
  "ssim_in_mask",
  "lpips_in_mask",
)
# All parts of metrics.json; files of earlier versions lack some of them.
PARTS = (*MEASURES, "identity", "seam", "groups")
# Identity and seam take long: only the input and the result have them.
PHASES = ("masked_input", "completed_predicted_mask")
FIGURE_ROWS = 4


def summarise(
  rows: Sequence[Mapping[str, Any]], vectors: np.ndarray
) -> dict[str, Any]:
  """Returns what metrics.json holds, from the rows of per_image.csv.

  Faces without a mask count in the false-positive rate only.

  Args:
    rows: one an example.
    vectors: [N, 128], who the true faces look like, NaN where unknown.

  Raises:
    errors.UserError: no face has a mask.
  """
  masked = [row for row in rows if row["mask_area"] > 0]
  if not masked:
    raise errors.UserError(
      "No example of this split has a mask: nothing to score."
    )
  persons = np.array([row["person_id"] for row in masked])

  def column(name):
    return np.array([row[name] for row in masked])

  result: dict[str, Any] = {
    "n": len(masked),
    "mean_mask_area": float(column("mask_area").mean()),
    "mask": {
      "iou": float(column("iou").mean()),
      "iou_p5": float(np.percentile(column("iou"), 5)),
      "f1": float(column("f1").mean()),
      "false_positive_rate": float(
        np.mean([row["false_positive"] for row in rows])
      ),
    },
  }
  for name in CANDIDATES:
    result[name] = {
      measure: intervals.confidence_interval(
        column(f"{name}/{measure}"), persons
      )
      for measure in MEASURES
    }
  result["identity"] = {
    name: intervals.confidence_interval(column(f"{name}/identity"), persons)
    for name in PHASES
  }
  result["identity"] |= identity.ranges(*_one_a_photo(rows, vectors))
  seams = {name: column(f"{name}/seam") for name in ("true", *PHASES)}
  # What completion adds to the edge that the true face has there itself.
  seams["excess"] = seams[PHASES[-1]] - seams["true"]
  result["seam"] = {
    name: intervals.confidence_interval(values, persons)
    for name, values in seams.items()
  }
  result["groups"] = groups.summarise(rows)
  return result


def _one_a_photo(rows, vectors):
  """One vector and person a photo, of which a split may hold variants."""
  names = [row["id"].rpartition("#")[0] or row["id"] for row in rows]
  known = ~np.isnan(vectors).any(axis=1)
  photos = {name: i for i, name in enumerate(names) if known[i]}
  chosen = list(photos.values())
  return vectors[chosen], np.array([rows[i]["person_id"] for i in chosen])


def table(result: Mapping[str, Any]) -> str:
  """Returns the scores as text, those of whole photos first."""
  mask = result["mask"]
  head = (
    f"{result['n']} masked faces (oracle crops, cut by the landmarks of the"
    f" bare face), mean mask area {result['mean_mask_area']:.3f}; mask IoU"
    f" {mask['iou']:.3f} (5th percentile {mask['iou_p5']:.3f}), F1"
    f" {mask['f1']:.3f}, false positives"
    f" {100 * mask['false_positive_rate']:.1f} %"
  )
  candidates = candidate_table(
    result, {name: name.replace("_", " ") for name in CANDIDATES}
  )
  by_eye = "\n".join(_by_eye(result))
  parts = [head, candidates, by_eye, groups.table(result["groups"])]
  if "product" in result:
    first = product_report.table(result["product"], result["identification"])
    parts[:0] = [first, landmarks.table(result["landmarks"])]
  if "references" in result:
    parts.insert(1, with_references.table(result["references"]))
  return "\n\n".join(parts)


def candidate_table(
  result: Mapping[str, Any], titles: Mapping[str, str]
) -> str:
  """Returns the scores of candidates as text.

  Args:
    result: what metrics.json holds.
    titles: what each candidate is called, in the order of the rows.
  """
  header = ("", "PSNR", "SSIM", "PSNR in mask (95 % interval)")
  return tables.markdown(
    (*header, "SSIM in mask", "LPIPS in mask"),
    [_cells(title, result[name]) for name, title in titles.items()],
  )


def _cells(title, scores) -> list[str]:
  return [
    title,
    tables.number(scores["psnr"]["mean"], 2),
    tables.number(scores["ssim"]["mean"], 3),
    tables.interval(scores["psnr_in_mask"], 2),
    tables.number(scores["ssim_in_mask"]["mean"], 3),
    tables.number(scores["lpips_in_mask"]["mean"], 3),
  ]


def _by_eye(result) -> list[str]:
  """Identity, seam and FD-VGG16, a line each."""
  before, after = (result["identity"][name] for name in PHASES)
  same, different = (
    result["identity"][name] for name in ("same_person", "different_people")
  )
  seam = result["seam"]
  lines = [
    f"Identity (SFace cosine with the true face): completed"
    f" {tables.interval(after, 3, between=' to ')}, masked input"
    f" {tables.number(before['mean'], 3)}; two photos of one person"
    f" {_range(same)}, of two people {_range(different)}",
    f"Colour difference across the mask's edge (CIELAB): true"
    f" {tables.number(seam['true']['mean'], 1)}, masked input"
    f" {tables.number(seam[PHASES[0]]['mean'], 1)}, completed"
    f" {tables.number(seam[PHASES[1]]['mean'], 1)}; excess"
    f" {tables.interval(seam['excess'], 2, between=' to ')}",
  ]
  if "fd_vgg16" in result:
    found = result["fd_vgg16"]
    lines.append(
      f"FD-VGG16 of completed and true crops:"
      f" {found['completed_predicted_mask']:.2f} (n {found['n']})"
    )
  return lines


def _range(scores):
  if not scores["pairs"]:
    return "unknown (no pairs)"
  return (
    f"{scores['mean']:.2f} (5 % to 95 %: {scores['p5']:.2f} to"
    f" {scores['p95']:.2f}, {scores['pairs']} pairs)"
  )


def write_csv(path: pathlib.Path, rows: Sequence[Mapping[str, Any]]) -> None:
  """Writes the rows, one a line, with their names as header."""
  header = list(rows[0])
  files.write_csv(path, header, ([row[x] for x in header] for row in rows))


def figure_cases(
  rows: Sequence[Mapping[str, Any]],
) -> dict[str, tuple[str, list[int]]]:
  """Chooses best, median, worst and random cases by in-mask PSNR.

  Returns:
    By name of the figure, its title and the rows to draw. Bare faces and
    masks that lie outside the photo have no such PSNR and are left out.
  """
  key = "completed_predicted_mask/psnr_in_mask"
  scored = [i for i, row in enumerate(rows) if not math.isnan(row[key])]
  order = sorted(scored, key=lambda i: -rows[i][key])
  middle = max(0, len(order) // 2 - FIGURE_ROWS // 2)
  drawn = np.random.default_rng(0).permutation(scored).tolist()
  by_psnr = "cases by PSNR in the mask"
  cases = {
    "best": (f"best {by_psnr}", order[:FIGURE_ROWS]),
    "median": (f"median {by_psnr}", order[middle : middle + FIGURE_ROWS]),
    "worst": (f"worst {by_psnr}", order[-FIGURE_ROWS:]),
    "random": ("random cases", drawn[:FIGURE_ROWS]),
    "random_2": ("random cases", drawn[FIGURE_ROWS : 2 * FIGURE_ROWS]),
  }
  return {name: case for name, case in cases.items() if case[1]}
