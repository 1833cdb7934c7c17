"""How well a face's landmarks are found under its mask.

The crop follows from them, and with it all that the networks see. Three ways
of finding them are compared with the landmarks of the bare face: what the
product does; the mesh, which was never shown a mask; and the mesh once more, on
the first completion that it led to. Where the mouth is hidden its landmarks are
a guess: what that is worth, the correlation with the true mouth says.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maskgan_jax import unmasking
from maskgan_jax.common import errors, tables
from maskgan_jax.faces import finder
from maskgan_jax.metrics import landmarks as metric
from maskgan_jax.unmasking import aligned_face

# With what each is called in print. The last is of bare photos.
_WAYS = {
  "product": "product",
  "mesh": "mesh",
  "mesh_again": "mesh, again on its first completion",
  "product_bare": "product, the bare photos",
}
_PERCENTILES = {"median": 50, "p90": 90}
_TRUE = "true"
# A face that is found is the one in question if the boxes overlap so much.
_SAME_FACE = 0.2

# A face with its box and landmarks in photo pixels.
Face = finder.LandmarkedFace | unmasking.AlignedFace


def find(
  unmasker: unmasking.Unmasker, image: np.ndarray
) -> list[unmasking.AlignedFace]:
  """Returns the faces that the product finds, none where it finds none."""
  try:
    return unmasker.find(image)
  except errors.UserError:
    return []


def score(
  unmasker: unmasking.Unmasker,
  bare_image: np.ndarray,
  masked_image: np.ndarray,
  face: finder.LandmarkedFace,
  found: Sequence[unmasking.AlignedFace],
) -> dict[str, float]:
  """Compares the landmarks that are found on a photo with the true ones.

  Args:
    unmasker: the product.
    bare_image: the photo, uint8 [H, W, 3].
    masked_image: the same with a mask drawn on it.
    face: of the bare photo.
    found: what `find` gives of the masked photo.

  Returns:
    Columns of a row, "landmarks/WAY/MEASURE": of each way the "shift" of the
    crop's corners in pixels of 256, and of each and in truth what
    `metric.mouth` measures. NaN where the face is not found.
  """
  mesh = same_face(face, _mesh(masked_image))
  again = None if mesh is None else _again(unmasker, masked_image, mesh)
  places: dict[str, Face | None] = {
    "product": same_face(face, found),
    "mesh": mesh,
    "mesh_again": again,
    "product_bare": same_face(face, find(unmasker, bare_image)),
  }
  columns = _named(_TRUE, _mouth(face.landmarks))
  for way, place in places.items():
    distance, values = math.nan, dict.fromkeys(metric.Mouth._fields, math.nan)
    if place is not None:
      distance = metric.corner_shift(place.landmarks, face.landmarks)
      values = _mouth(place.landmarks)
    columns |= _named(way, {"shift": distance, **values})
  return columns


def _named(way, values):
  return {f"landmarks/{way}/{name}": x for name, x in values.items()}


def _mouth(landmarks) -> dict[str, float]:
  return metric.mouth(landmarks)._asdict()


def _mesh(image) -> list[finder.LandmarkedFace]:
  return finder.shared().find(image)


def same_face(face: Face, found: Sequence[Face]) -> Face | None:
  """Returns the face in question among those that are found, or None."""
  overlaps = [finder.box_overlap(face.box, one.box) for one in found]
  if max(overlaps, default=0) < _SAME_FACE:
    return None
  return found[int(np.argmax(overlaps))]


def _again(unmasker, image, mesh: finder.LandmarkedFace) -> Face | None:
  """What the mesh finds on the completion that its landmarks lead to."""
  size = unmasker.networks.image_size
  faces = unmasker.complete(image, [aligned_face.align(image, mesh, size)])
  completed = unmasking.lay_back(image, faces).image
  return same_face(mesh, _mesh(completed))


def summarise(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
  """Returns what metrics.json holds of landmarks.

  Args:
    rows: one a photo, with the columns of `score`.

  Returns:
    "n" photos, and for each way "not_found", how many photos, the "shift" of
    the crop's corners, "median" and "p90", of the others, and the "correlation"
    of each measure of the mouth with the truth. None where it is not known.
    "product_bare" has no correlation.
  """

  def column(name):
    return np.array([row[f"landmarks/{name}"] for row in rows], float)

  result: dict[str, Any] = {"n": len(rows)}
  for way in _WAYS:
    shifts = column(f"{way}/shift")
    known = ~np.isnan(shifts)
    result[way] = {
      "not_found": int((~known).sum()),
      "shift": {
        name: float(np.percentile(shifts[known], rank)) if known.any() else None
        for name, rank in _PERCENTILES.items()
      },
    }
    if way != "product_bare":
      result[way]["correlation"] = {
        name: _or_none(
          metric.correlation(
            column(f"{way}/{name}")[known], column(f"{_TRUE}/{name}")[known]
          )
        )
        for name in metric.Mouth._fields
      }
  return result


def _or_none(value: float) -> float | None:
  return None if math.isnan(value) else value


def table(found: Mapping[str, Any]) -> str:
  """Returns the scores as text.

  Args:
    found: of `summarise`.
  """
  rows = []
  for way, title in _WAYS.items():
    scores = found[way]
    correlation = scores.get("correlation", dict.fromkeys(metric.Mouth._fields))
    rows.append(
      (
        title,
        *(tables.number(scores["shift"][x], 1) for x in _PERCENTILES),
        *(tables.number(correlation[name], 2) for name in metric.Mouth._fields),
        scores["not_found"],
      )
    )
  header = (
    f"landmarks on {found['n']} masked photos",
    "crop's corners off, px of 256: median",
    "90 %",
    *(f"correlation: mouth's {name}" for name in ("opening", "width")),
    "raised corners",
    "face not found",
  )
  return tables.markdown(header, rows)
