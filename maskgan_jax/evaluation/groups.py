"""Scores by group: of masks, photos and people."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maskgan_jax.common import tables
from maskgan_jax.metrics import colour, intervals

# Columns of per_image.csv to group by, with their names in print.
GROUPINGS = {
  "mask_type": "mask",
  "wear": "how it is worn",
  "source": "source of the photo",
  "skin_tone": "skin tone",
}
# Measures of each group: name, column, decimals.
_MEASURES = (
  ("psnr_in_mask", "completed_predicted_mask/psnr_in_mask", 2),
  ("lpips_in_mask", "completed_predicted_mask/lpips_in_mask", 3),
  ("iou", "iou", 3),
  ("identity", "completed_predicted_mask/identity", 3),
)
# An interval over fewer pictures would say more than they do.
MIN_FOR_INTERVAL = 10
_SKIN_TONES = (*colour.SKIN_TONES, colour.UNKNOWN)


def summarise(
  rows: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, dict[str, Any]]]:
  """Returns scores of masked faces by grouping and group.

  Returns:
    For each group "n" and, for each measure, "mean", "low" and "high": a 95 %
    interval over persons, None in a group under MIN_FOR_INTERVAL. A grouping
    that no example has a value for is left out.
  """
  masked = [row for row in rows if row["mask_area"] > 0]
  found = {}
  for grouping in GROUPINGS:
    names = {row[grouping] for row in masked if row[grouping]}
    if names:
      found[grouping] = {
        name: _scores([row for row in masked if row[grouping] == name])
        for name in sorted(names, key=_place)
      }
  return found


def _place(name):
  """Skin tones from light to dark, all else by name."""
  return (_SKIN_TONES.index(name) if name in _SKIN_TONES else -1, name)


def interval(
  values: Sequence[float], persons: Sequence[str]
) -> dict[str, float | None]:
  """Returns a mean with its 95 % interval over persons.

  Args:
    values: one a photo.
    persons: who is on it.

  Returns:
    "mean", "low" and "high", as of `intervals.confidence_interval`; the last
    two are None under MIN_FOR_INTERVAL photos.
  """
  known, people = np.array(values, float), np.asarray(persons)
  if len(known) >= MIN_FOR_INTERVAL:
    return intervals.confidence_interval(known, people)
  # One draw, as its interval is not believed.
  found = intervals.confidence_interval(known, people, num_resamples=1)
  return found | {"low": None, "high": None}


def _scores(rows):
  persons = [row["person_id"] for row in rows]
  scores: dict[str, Any] = {"n": len(rows)}
  for name, column, _ in _MEASURES:
    scores[name] = interval([row[column] for row in rows], persons)
  return scores


def table(
  groups: Mapping[str, Mapping[str, Mapping[str, Any]]],
) -> str:
  """Returns the scores as text, one table a grouping."""
  measures = (
    *("PSNR in mask (95 % interval)", "LPIPS in mask"),
    *("mask IoU", "identity"),
  )
  return "\n\n".join(
    tables.markdown(
      (GROUPINGS[grouping], "n", *measures),
      [_cells(name, scores) for name, scores in found.items()],
    )
    for grouping, found in groups.items()
  )


def _cells(name, scores) -> list[str]:
  cells = [name.replace("_", " "), str(scores["n"])]
  for measure, _, decimals in _MEASURES:
    if measure == "psnr_in_mask":
      cells.append(tables.interval(scores[measure], decimals))
    else:
      cells.append(tables.number(scores[measure]["mean"], decimals))
  return cells
