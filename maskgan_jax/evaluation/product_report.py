"""The scores of whole photos, summed up and as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from maskgan_jax.common import tables
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.evaluation import groups
from maskgan_jax.metrics import identification

# The masked photo; what needs no network, by the true mask; the completion by
# the landmarks of the bare face, which nobody has in use; what users get.
CANDIDATES = (
  "masked_input",
  "skin_colour",
  "mean_face",
  "telea",
  "oracle_crop",
  "product",
)
# With their decimals in print.
MEASURES = {
  "psnr": 2,
  "ssim": 3,
  "lpips": 3,
  "psnr_in_mask": 2,
  "ssim_in_mask": 3,
  "lpips_in_mask": 3,
  "identity": 3,
}


def summarise(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
  """Returns the scores of real people, of synthetic ones and by source.

  Args:
    rows: one a photo, of `product.measure`.

  Returns:
    "pixels_changed_outside_blend", of all photos together, and for "real",
    "synthetic" and each name of "by_source": "n", "persons", "mean_mask_area",
    "iou", "not_reported" and "face_not_found" (shares), the measures of each of
    CANDIDATES and of the "difference", product less oracle crop. Each is a mean
    with its 95 % interval over persons, None under groups.MIN_FOR_INTERVAL
    photos; all None without a photo.
  """
  real, synthetic = (
    [row for row in rows if sources.is_synthetic(row["source"]) == wanted]
    for wanted in (False, True)
  )
  return {
    "pixels_changed_outside_blend": sum(
      row["changed_outside_blend"] for row in rows
    ),
    "real": _scores(real),
    "synthetic": _scores(synthetic),
    "by_source": {
      name: _scores([row for row in rows if row["source"] == name])
      for name in sorted({row["source"] for row in rows})
    },
  }


def _scores(rows) -> dict[str, Any]:
  persons = [row["person_id"] for row in rows]

  def column(name):
    return groups.interval([row[name] for row in rows], persons)

  def difference(measure):
    after, before = f"product/{measure}", f"oracle_crop/{measure}"
    return groups.interval([row[after] - row[before] for row in rows], persons)

  scores: dict[str, Any] = {"n": len(rows), "persons": len(set(persons))}
  scores["mean_mask_area"] = column("mask_area")["mean"]
  for name in ("iou", "not_reported", "face_not_found"):
    scores[name] = column(name)
  for name in CANDIDATES:
    scores[name] = {x: column(f"{name}/{x}") for x in MEASURES}
  scores["difference"] = {x: difference(x) for x in MEASURES}
  return scores


def table(product: Mapping[str, Any], searched: Mapping[str, Any]) -> str:
  """Returns the scores as text.

  Args:
    product: of `summarise`, with what `product.measure` adds.
    searched: of `identification.measure`.
  """
  real = product["real"]
  if not real["n"]:
    head = "What users get: no photo of a real person was scored"
  else:
    head = (
      f"What users get, on {real['n']} whole photos of {real['persons']} real"
      f" people: mean mask area {real['mean_mask_area']:.3f}; mask IoU"
      f" {tables.interval(real['iou'], 3)}, not reported"
      f" {_percent(real['not_reported'])}, face not found"
      f" {_percent(real['face_not_found'])}"
    )
  head += (
    f"; pixels changed outside the blend"
    f" {product['pixels_changed_outside_blend']}; {product['left_out']} photos"
    " left out"
  )
  parts = [head]
  for title in ("real", "synthetic"):
    if product[title]["n"]:
      parts.append(_candidates(title, product[title]))
  parts.append(_by_source(product["by_source"]))
  return "\n\n".join([*parts, identification_table(searched)])


def _candidates(title, scores) -> str:
  rows = [
    (name.replace("_", " "), *_cells(scores[name])) for name in CANDIDATES
  ]
  rows.append(
    ("product less oracle crop", *_cells(scores["difference"], sign="+"))
  )
  header = ("PSNR", "SSIM", "LPIPS", "PSNR in mask (95 % interval)")
  header += ("SSIM in mask", "LPIPS in mask (95 % interval)", "identity")
  title = f"{title} people, n {scores['n']}"
  return tables.markdown((title, *header), rows)


def _cells(scores, sign="") -> list[str]:
  return [
    tables.interval(scores[name], decimals, sign=sign, between=" to ")
    if name in ("psnr_in_mask", "lpips_in_mask")
    else tables.number(scores[name]["mean"], decimals, sign)
    for name, decimals in MEASURES.items()
  ]


def _by_source(found) -> str:
  rows = [
    (
      name or "-",
      scores["n"],
      *(
        tables.number(scores["product"][x]["mean"], MEASURES[x])
        for x in ("psnr_in_mask", "lpips_in_mask", "identity")
      ),
      tables.number(scores["iou"]["mean"], 3),
      _percent(scores["not_reported"]),
    )
    for name, scores in found.items()
  ]
  header = ("source of the photo", "n", "PSNR in mask", "LPIPS in mask")
  return tables.markdown(
    (*header, "identity", "mask IoU", "not reported"), rows
  )


def identification_table(found: Mapping[str, Any]) -> str:
  """Returns whom versions of a face look like, as text.

  Args:
    found: of `identification.measure`.
  """
  if not found["probes"]:
    return (
      "Not for identification: unknown here, no real person of this split has"
      " two photos."
    )
  versions = {
    "true": "the true face",
    "masked": "the masked face",
    "completed": "the completed face",
  }
  rows = [
    (
      title,
      tables.interval(found[name]["same_person"], 3),
      tables.number(found[name]["other_people"], 3),
      _percent(found[name]["rank_1"]),
      _percent(found[name]["tar_at_far_1"]),
    )
    for name, title in versions.items()
  ]
  header = ("compared with bare photos", "cosine, same person")
  header += ("other people", "rank 1", "accepted at FAR 1 %")
  sentence = identification.sentence(found)
  return f"{tables.markdown(header, rows)}\n\n{sentence}"


def _percent(share) -> str:
  """A share with its interval, in percent."""
  found = {
    end: None if value is None else 100 * value for end, value in share.items()
  }
  return f"{tables.interval(found, 1)} %"
