"""Tables of real and of synthetic people for the model card.

The headline is what users get, on whole photos. Weights that were not scored on
those show their oracle crops, cut by the landmarks of the bare face.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from maskgan_jax.common import tables
from maskgan_jax.datasets.masked_faces import sources as sources_lib

_CANDIDATES = {
  "masked_input": "masked input",
  "skin_colour": "mean colour of the visible skin",
  "mean_face": "mean face of the training people",
  "telea": "Telea inpainting",
  "oracle_crop": "oracle crop",
  "product": "**product**",
}
# What some folders of photos show; the others are called by their names.
_SOURCES = {
  "digitalcorps": "US Digital Corps",
  "eig": "Entrepreneurs d'Interet General",
  "federal": "US Congress, official portraits",
  "gsa18f": "18F",
  "hainish": "US Congress, member guide",
  "london": "Face Research Lab London Set",
  "okfde": "Open Knowledge Foundation Deutschland",
  "openscapes": "Openscapes",
  "pif": "Presidential Innovation Fellows",
  "rladies": "R-Ladies",
  "ropensci": "rOpenSci",
  "ukparl": "UK Parliament",
  "usgov": "US federal sites",
}
# With their decimals, in the order of the columns.
_MEASURES = {"psnr_in_mask": 2, "lpips_in_mask": 3, "iou": 3, "identity": 3}
_HEADER = ("n", "PSNR in mask", "LPIPS in mask", "mask IoU", "identity")


def real_people(scores: Mapping[str, Any]) -> str:
  """Returns the scores of all real people and by source.

  Args:
    scores: what metrics.json holds.
  """
  return _people(
    scores, "real", lambda name: not sources_lib.is_synthetic(name)
  )


def headline(scores: Mapping[str, Any]) -> str:
  """Returns the scores of all real people, not by source.

  Args:
    scores: what metrics.json holds, with the product's.
  """
  return _of_all(scores["product"], "real")


def synthetic_people(scores: Mapping[str, Any]) -> str:
  """The same of people who do not exist."""
  return _people(scores, "synthetic", sources_lib.is_synthetic)


def _people(scores, which: str, chosen: Callable[[str], bool]) -> str:
  if "product" not in scores:
    sources = scores["groups"]["source"]
    found = {name: sources[name] for name in sources if chosen(name)}
    return _by_source(f"oracle crops of {which} people", which, found.items())
  product = scores["product"]
  if not product[which]["n"]:
    return _of_all(product, which)
  sources = (
    (name, _of_product(found))
    for name, found in product["by_source"].items()
    if chosen(name)
  )
  by_source = _by_source(f"product on {which} people", which, sources)
  return f"{_of_all(product, which)}\n\n{by_source}"


def _of_all(product, which) -> str:
  """How many photos, and the product beside what needs no network."""
  total = product[which]
  if not total["n"]:
    return f"No photo of {which} people was scored."
  head = (
    f"{total['n']} whole photos of {total['persons']} {which} people, mean mask"
    f" area {total['mean_mask_area']:.3f} of the aligned face. The masks that"
    f" are reported have an IoU of {total['iou']['mean']:.3f};"
    f" {100 * total['not_reported']['mean']:.1f} % are not."
  )
  return f"{head}\n\n{_candidates(which, total)}"


def _of_product(found) -> dict[str, Any]:
  """A source's scores in the shape that groups have."""
  return {"n": found["n"], "iou": found["iou"], **found["product"]}


def _candidates(which, total) -> str:
  rows = [
    (
      title,
      tables.interval(total[name]["psnr_in_mask"], 2),
      tables.number(total[name]["ssim_in_mask"]["mean"], 3),
      tables.interval(total[name]["lpips_in_mask"], 3),
      tables.number(total[name]["identity"]["mean"], 3),
    )
    for name, title in _CANDIDATES.items()
  ]
  header = (f"{which} people", "PSNR in mask (95 % interval)", "SSIM in mask")
  return tables.markdown(
    (*header, "LPIPS in mask (95 % interval)", "identity"), rows
  )


def _by_source(
  title: str, which: str, found: Iterable[tuple[str, Mapping[str, Any]]]
) -> str:
  """A line a source, and all of them together."""
  found = dict(found)
  rows = [
    (_SOURCES.get(name) or name or "-", group["n"], *_cells([group]))
    for name, group in found.items()
  ]
  count = sum(group["n"] for group in found.values())
  rows.append((f"**all {which} people**", count, *_cells(found.values())))
  return tables.markdown((title, *_HEADER), rows)


def _cells(groups) -> list[str]:
  """Means over pictures: weighed by their number they are those of all."""
  cells = []
  for measure, decimals in _MEASURES.items():
    known = [g for g in groups if g[measure]["mean"] is not None]
    count = sum(g["n"] for g in known)
    total = sum(g["n"] * g[measure]["mean"] for g in known)
    cells.append(tables.number(total / count if count else None, decimals))
  return cells
