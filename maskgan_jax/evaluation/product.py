"""Scores what users get: whole photos in, whole photos out.

A mask is drawn on the whole photo, `unmasking.Unmasker` does what it does for a
user, and the result is compared with the bare photo in the aligned frame of the
bare face's landmarks. The dataset cannot serve here: it keeps nothing but crops
cut by these very landmarks, whereas to find the face under its mask, to cut it
out and to lay it back are a part of the product, and take the photo's own
pixels.
"""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np

from maskgan_jax import unmasking
from maskgan_jax.common import errors, progress
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.evaluation import (
  landmarks,
  masked_photo,
  product_report,
  whole_photos,
  with_references,
)
from maskgan_jax.evaluation.baselines import fills
from maskgan_jax.faces import embedding
from maskgan_jax.metrics import identification, overlap
from maskgan_jax.unmasking import mask_report

# What is measured on whole photos.
PARTS = ("product", "identification", "landmarks", "references")
# The versions of a face that are searched with, and what shows them.
_VERSIONS = {
  "true": "true",
  "masked": "masked_input",
  "completed": "product",
}


class Scored(NamedTuple):
  """A photo's scores, and whom the versions of its face look like."""

  row: dict[str, Any]
  vectors: dict[str, np.ndarray]  # By version, [128].


def measure(
  unmasker: unmasking.Unmasker,
  faces_dir: str | os.PathLike,
  split: str,
  num_photos: int | None = None,
  *,
  mean_face: np.ndarray,
  data_dir: str | os.PathLike,
) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
  """Scores the whole photos of a split's people.

  Photos whose face is not found under its mask count: nothing is completed,
  and the IoU is 0. Left out are those that `whole_photos.find` leaves out, and
  those whose mask lies out of sight.

  Args:
    unmasker: the networks.
    faces_dir: the photos and their manifest.csv.
    split: of people: "train", "validation" or "test".
    num_photos: at most so many are completed, drawn at random; None for all.
      The others can still be found in a search.
    mean_face: of the training people, uint8 [size, size, 3].
    data_dir: the dataset, whose people.csv says who is in the split.

  Returns:
    The PARTS of metrics.json, of `product_report.summarise`,
    `identification.measure`, `landmarks.summarise` and
    `with_references.measure`, and one row a photo. The second and the last part
    are of real people alone.

  Raises:
    errors.UserError: as `whole_photos.find`; no mask is in sight.
  """
  source = sources.Folder(str(faces_dir))
  size = unmasker.networks.image_size
  known, left_out = whole_photos.find(source, split, size, data_dir)
  order = np.random.default_rng(0).permutation(len(known)).tolist()
  chosen = sorted(order[:num_photos])
  scored: dict[int, Scored] = {}
  with progress.bar(len(chosen), "photo", label="Product") as bar:
    for i in chosen:
      found = _score_one(unmasker, source, known[i], mean_face)
      if found is not None:
        scored[i] = found
      bar.update()
  rows = [one.row for one in scored.values()]
  if not rows:
    raise errors.UserError(
      f"{faces_dir}: no mask drawn on its photos of the {split} split is in"
      " sight. Give more photos."
    )
  parts = {
    "product": {
      "num_photos": num_photos,
      "photos": source.fingerprint(),
      "left_out": left_out + len(chosen) - len(rows),
      **product_report.summarise(rows),
    },
    "identification": _identify(known, scored),
    "landmarks": landmarks.summarise(rows),
    "references": with_references.measure(
      unmasker, source, _real(known), num_photos
    ),
  }
  return parts, rows


def _score_one(
  unmasker: unmasking.Unmasker,
  source: sources.Folder,
  bare: whole_photos.BarePhoto,
  mean_face: np.ndarray,
) -> Scored | None:
  """Scores a photo; None if its mask lies out of sight."""
  photo = masked_photo.draw(source, bare, unmasker.networks.image_size)
  if photo is None:
    return None
  name, masked = bare.item.name, photo.masked
  frame, mask = photo.frame, photo.mask
  found = landmarks.find(unmasker, masked.image)
  result = unmasking.lay_back(
    masked.image, unmasker.complete(masked.image, found)
  )
  shown = {
    "masked_input": frame.crop,
    "skin_colour": fills.skin_colour(frame.crop, mask),
    "mean_face": fills.fill(frame.crop, mask, mean_face),
    "telea": fills.telea(frame.crop, mask),
    "oracle_crop": _oracle_crop(unmasker, frame),
    "product": photo.in_frame(result.image),
  }
  iou = float(overlap.iou(_reported_mask(result, frame), mask))
  changed = (result.image != masked.image).any(axis=2)
  row = {
    "id": name,
    "person_id": bare.item.person_id,
    "source": _source(name),
    "mask_type": masked.params.mask_type,
    "wear": masked.params.wear,
    "mask_area": float(mask.mean()),
    "iou": iou,
    "face_not_found": float(not found),
    "not_reported": float(iou == 0),
    "changed_outside_blend": int((changed & (result.mask == 0)).sum()),
  }
  row |= photo.scores(shown)
  vectors = {candidate: bare.true.embed(x) for candidate, x in shown.items()}
  for candidate, vector in vectors.items():
    row[f"{candidate}/identity"] = float(bare.true.vector @ vector)
  vectors["true"] = bare.true.vector
  row |= landmarks.score(unmasker, photo.whole, masked.image, bare.face, found)
  return Scored(row, vectors)


def _source(name: str) -> str:
  """A photo's first folder, as in the dataset's groups."""
  return name.split("/")[0] if "/" in name else ""


def _is_real(bare: whole_photos.BarePhoto) -> bool:
  return not sources.is_synthetic(_source(bare.item.name))


def _real(known) -> list[whole_photos.BarePhoto]:
  return [bare for bare in known if _is_real(bare)]


def _oracle_crop(
  unmasker: unmasking.Unmasker, frame: unmasking.AlignedFace
) -> np.ndarray:
  """The frame completed as a dataset's crop is, reported mask or not."""
  answer = unmasker.networks(frame.crop[None])
  mask = answer.probability[0, ..., 0]
  face = unmasking.CompletedFace.of(
    frame,
    predicted=answer.predicted[0],
    mask=mask,
    report=mask_report.of_given(mask),
    hidden_reach=unmasker.networks.hidden_reach,
  )
  share = face.blend_mask[..., None]
  mixed = share * face.predicted + (1 - share) * frame.crop
  return np.clip(np.round(mixed), 0, 255).astype(np.uint8)


def _reported_mask(
  result: unmasking.UnmaskResult, frame: unmasking.AlignedFace
) -> np.ndarray:
  """The masks that are reported, in the true face's frame, bool [H, W]."""
  size = len(frame.crop)
  probability = np.zeros((size, size), np.float32)
  for face in result.faces:
    if face.found_mask:
      # From the face's crop to the photo, from there to the frame.
      back = cv2.invertAffineTransform(face.transform.astype(np.float64))
      steps = np.vstack([back, [0, 0, 1]])
      transform = frame.transform.astype(np.float64) @ steps
      moved = cv2.warpAffine(face.mask, transform, (size, size))
      np.maximum(probability, moved, out=probability)
  return (probability > 0.5) & (frame.inside > 0)


def _identify(
  known: Sequence[whole_photos.BarePhoto], scored: dict[int, Scored]
):
  """Searches the split's bare photos of real people."""
  real = [i for i, bare in enumerate(known) if _is_real(bare)]
  shape = len(real), embedding.DIMENSIONS
  gallery = np.full(shape, np.nan, np.float32)
  probes = {name: gallery.copy() for name in _VERSIONS}
  for place, i in enumerate(real):
    gallery[place] = known[i].true.vector
    if i in scored:
      for version, candidate in _VERSIONS.items():
        probes[version][place] = scored[i].vectors[candidate]
  people_shown = np.array([known[i].item.person_id for i in real])
  return identification.measure(probes, gallery, people_shown)
