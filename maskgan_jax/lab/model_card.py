"""Makes the tables of the model card from what lies beside the weights.

A document asks for a table by a pair of markers; what is between them is
replaced:

    <!-- table: scores -->
    <!-- end -->
"""

import pathlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from maskgan_jax.common import errors, files, tables
from maskgan_jax.evaluation import (
  groups,
  landmarks,
  product_report,
  report,
  with_references,
)
from maskgan_jax.lab import people_tables
from maskgan_jax.metrics import identification

_BEGIN = "<!-- table: "
_BLOCK = re.compile(
  r"(?P<begin><!-- table: (?P<name>[a-z_]+) -->\n)"
  r"(?:(?!<!-- table: ).)*?(?P<end><!-- end -->)",
  re.DOTALL,
)

_CANDIDATES = {
  "masked_input": "masked input",
  "skin_colour": "mean colour of the visible skin",
  "mean_face": "mean face of the training people",
  "telea": "Telea inpainting",
  "predicted": "oracle crop, all of it predicted",
  "completed_true_mask": "oracle crop, completed with the true mask",
  "completed_predicted_mask": "oracle crop, completed with the mask found",
}


def fill(text: str, scores: Mapping[str, Any]) -> str:
  """Returns a document with its tables made anew.

  Args:
    text: Markdown with pairs of markers; all else stays.
    scores: "scores" of the card beside the weights, as scripts/release.py
      writes it.

  Raises:
    errors.UserError: a marker names no known table or has no end, or the
      scores lack what a table shows.
  """
  blocks = list(_BLOCK.finditer(text))
  if len(blocks) != text.count(_BEGIN):
    raise errors.UserError(
      f"{text.count(_BEGIN)} tables begin with {_BEGIN}NAME --> and"
      f" {len(blocks)} of them end with <!-- end -->. Each needs both."
    )
  for block in blocks:
    if block["name"] not in TABLES:
      raise errors.UserError(
        f"{_BEGIN}{block['name']} --> is unknown; the tables are"
        f" {', '.join(TABLES)}."
      )

  def made(block: re.Match[str]) -> str:
    try:
      table = TABLES[block["name"]](scores)
    except KeyError as error:
      raise errors.UserError(
        f"The card of the weights has no {error.args[0]}, which the table"
        f" {block['name']} shows. Evaluate with --fd --robustness and release"
        " the weights again."
      ) from error
    return f"{block['begin']}\n{table}\n\n{block['end']}"

  return _BLOCK.sub(made, text)


def write(path: pathlib.Path, scores: Mapping[str, Any]) -> None:
  """Makes the tables of a document anew, in its file.

  Raises:
    errors.UserError: as of `fill`.
    files.WriteError: the file cannot be written.
  """
  files.write_text(path, fill(path.read_text(), scores))


def _scores(scores: Mapping[str, Any]) -> str:
  mask = scores["mask"]
  summary = (
    f"{scores['n']} oracle crops with a drawn mask, mean mask area"
    f" {scores['mean_mask_area']:.3f}. The masks that are found"
    f" have an IoU of {mask['iou']:.3f} (5th percentile {mask['iou_p5']:.3f})"
    f" and an F1 of {mask['f1']:.3f}. A mask is found on"
    f" {100 * mask['false_positive_rate']:.1f} % of the true faces, which wear"
    " none."
  )
  return f"{summary}\n\n{report.candidate_table(scores, _CANDIDATES)}"


def _product(
  part: str, table: Callable[[Mapping[str, Any]], str]
) -> Callable[[Mapping[str, Any]], str]:
  """A table of what is measured on whole photos alone."""

  def made(scores: Mapping[str, Any]) -> str:
    if part not in scores:
      return "These weights were not scored on whole photos."
    return table(scores[part])

  return made


def _not_for_identification(scores: Mapping[str, Any]) -> str:
  return identification.sentence(scores.get("identification"))


def _identity(scores: Mapping[str, Any]) -> str:
  found = scores["identity"]
  rows = [
    ("masked input", tables.interval(found["masked_input"], 3), ""),
    ("completed", tables.interval(found["completed_predicted_mask"], 3), ""),
  ]
  for name, title in (
    ("same_person", "two photos of one person"),
    ("different_people", "photos of two people"),
  ):
    pairs = found[name]
    if pairs["pairs"]:
      spread = f"{pairs['p5']:.2f} to {pairs['p95']:.2f}"
      title = f"{title} ({pairs['pairs']:,} pairs)"
      rows.append((title, _mean(pairs, 2), spread))
  header = ("", "cosine (95 % interval)", "5 % to 95 % of the pairs")
  return tables.markdown(header, rows)


def _seam(scores: Mapping[str, Any]) -> str:
  found = scores["seam"]
  rows = [
    ("true face", tables.interval(found["true"], 1)),
    ("masked input", tables.interval(found["masked_input"], 1)),
    ("completed", tables.interval(found["completed_predicted_mask"], 1)),
    ("completed, more than the true face", tables.interval(found["excess"], 2)),
  ]
  return tables.markdown(("", "colour difference (95 % interval)"), rows)


def _frechet(scores: Mapping[str, Any]) -> str:
  found = scores["fd_vgg16"]
  distance = f"{found['completed_predicted_mask']:.2f}"
  return tables.markdown(
    ("", "FD-VGG16", "n"), [("completed, predicted mask", distance, found["n"])]
  )


def _groups(grouping: str) -> Callable[[Mapping[str, Any]], str]:
  return lambda scores: groups.table({grouping: scores["groups"][grouping]})


def _robustness(scores: Mapping[str, Any]) -> str:
  conditions = scores["robustness"]["conditions"]
  clean = conditions["clean"]["psnr_in_mask"]["mean"]
  rows = [
    (
      name,
      tables.interval(found["psnr_in_mask"], 2),
      f"{found['psnr_in_mask']['mean'] - clean:+.2f}",
      _mean(found["identity"], 3),
      _mean(found["iou"], 3),
    )
    for name, found in conditions.items()
  ]
  header = ("masked input", "PSNR in mask (95 % interval)", "change, dB")
  return tables.markdown((*header, "identity", "mask IoU"), rows)


def _mean(found: Mapping[str, Any], decimals: int) -> str:
  return tables.number(found["mean"], decimals)


# By the name that stands in a marker, what makes the table of the scores.
TABLES: dict[str, Callable[[Mapping[str, Any]], str]] = {
  "scores": _scores,
  "headline": people_tables.headline,
  "real_people": people_tables.real_people,
  "synthetic_people": people_tables.synthetic_people,
  "landmarks": _product("landmarks", landmarks.table),
  "identification": _product(
    "identification", product_report.identification_table
  ),
  "references": _product("references", with_references.table),
  "not_for_identification": _not_for_identification,
  "identity": _identity,
  "seam": _seam,
  "frechet": _frechet,
  **{grouping: _groups(grouping) for grouping in groups.GROUPINGS},
  "robustness": _robustness,
}
