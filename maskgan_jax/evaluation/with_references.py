"""Scores whole photos that are completed by another photo of the same person.

As in use: all other photos of the person are given, and the one that fits is
found by the half that no mask hides. Shots of one sitting are left out: they
would be the answer. Beside it stand the same photos without any reference, and
with somebody else's forced upon them; whether such a one is refused, where it
is not, is counted apart.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maskgan_jax import unmasking
from maskgan_jax.common import errors, progress, tables
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import references
from maskgan_jax.evaluation import groups, landmarks, masked_photo, whole_photos
from maskgan_jax.unmasking.references import album, matching, reference

CANDIDATES = ("none", "reference", "wrong_person")
# With their decimals in print.
MEASURES = {
  "psnr_in_mask": 2,
  "ssim_in_mask": 3,
  "lpips_in_mask": 3,
  "identity": 3,
}


def measure(
  unmasker: unmasking.Unmasker,
  source: sources.Folder,
  known: Sequence[whole_photos.BarePhoto],
  num_photos: int | None = None,
) -> dict[str, Any]:
  """Scores the photos of people with a photo of another occasion.

  Left out are faces that are not found under their mask.

  Args:
    unmasker: the networks.
    source: the folder that the photos are in.
    known: bare photos of real people.
    num_photos: at most so many are completed, drawn at random; None for all.

  Returns:
    "n", "persons"; for each of CANDIDATES and for the "difference", reference
    less none, the MEASURES; "found", the share of references that are found to
    be of the person, and "refused", that of wrong people's that are not. All
    are means with their intervals over persons, None where there is no pair.
  """
  pairs = _pairs(known)
  order = np.random.default_rng(0).permutation(len(pairs)).tolist()
  rows = []
  chosen = [pairs[i] for i in sorted(order[:num_photos])]
  with progress.bar(len(chosen), "photo", label="References") as bar:
    for bare, own, wrong in chosen:
      row = _score_one(unmasker, source, bare, own, wrong)
      if row is not None:
        rows.append(row)
      bar.update()
  return _summary(rows)


def _pairs(known):
  """Photos, the other photos of each person, and one of somebody else."""
  names = [bare.item.name for bare in known]
  lower_faces = [bare.lower_face for bare in known]
  people = [bare.item.person_id for bare in known]
  found = references.find(names, people, lower_faces, [range(len(known))])
  by_name = dict(zip(names, known, strict=True))
  with_others = [i for i, own in enumerate(found) if own]
  pairs = []
  for place, i in enumerate(with_others):
    others = with_others[place + 1 :] + with_others[:place]
    wrong = next((j for j in others if people[j] != people[i]), None)
    if wrong is not None:
      pairs.append((known[i], [by_name[x] for x in found[i]], known[wrong]))
  return pairs


def _score_one(unmasker, source, bare, own, wrong) -> dict[str, Any] | None:
  photo = masked_photo.draw(source, bare, unmasker.networks.image_size)
  mine, others = (_read(unmasker, source, x) for x in (own, [wrong]))
  if photo is None or not mine or not others:
    return None
  image = photo.masked.image
  face = landmarks.same_face(bare.face, landmarks.find(unmasker, image))
  if face is None:
    return None
  albums = {
    "none": reference.Album(),
    "reference": reference.Album(references=mine),
    "wrong_person": reference.Album(given={1: others[0]}),
  }
  shown = {}
  for name, given in albums.items():
    completed = unmasker.complete(image, matching.assign(given, image, [face]))
    shown[name] = photo.in_frame(unmasking.lay_back(image, completed).image)
  row: dict[str, Any] = {"person_id": bare.item.person_id}
  for name, asked in (("found", mine), ("refused", others)):
    given = reference.Album(references=asked)
    [assigned] = matching.assign(given, image, [face])
    row[name] = (assigned.match is None) == (name == "refused")
  row |= photo.scores(shown)
  for name, picture in shown.items():
    vector = bare.true.embed(picture)
    row[f"{name}/identity"] = float(bare.true.vector @ vector)
  return row


def _read(unmasker, source, photos) -> list[reference.Reference]:
  """The largest faces of photos that can be references."""
  found = []
  for bare in photos:
    image = source.load(bare.item).image
    try:
      faces, _ = album.of_photo(unmasker, image, bare.item.name)
    except errors.UserError:
      continue
    found.append(faces[0])
  return found


def _summary(rows) -> dict[str, Any]:
  persons = [row["person_id"] for row in rows]

  def column(name):
    return groups.interval([row[name] for row in rows], persons)

  found: dict[str, Any] = {"n": len(rows), "persons": len(set(persons))}
  for name in CANDIDATES:
    found[name] = {x: column(f"{name}/{x}") for x in MEASURES}
  found["difference"] = {
    x: groups.interval(
      [row[f"reference/{x}"] - row[f"none/{x}"] for row in rows], persons
    )
    for x in MEASURES
  }
  for name in ("found", "refused"):
    found[name] = column(name)
  return found


def table(found: Mapping[str, Any]) -> str:
  """Returns the scores as text.

  Args:
    found: of `measure`.
  """
  if not found["n"]:
    return (
      "With another photo of the person: unknown here, no real person of this"
      " split has photos of two occasions."
    )
  titles = {
    "none": "without",
    "reference": "with another photo of the person",
    "wrong_person": "with somebody else's, forced",
    "difference": "with less without",
  }
  rows = [
    (
      title,
      *(
        tables.interval(
          found[name][x],
          decimals,
          sign="+" if name == "difference" else "",
          between=" to ",
        )
        for x, decimals in MEASURES.items()
      ),
    )
    for name, title in titles.items()
  ]
  header = ("PSNR in mask", "SSIM in mask", "LPIPS in mask", "identity")
  title = f"real people, n {found['n']} of {found['persons']}"
  return (
    f"{tables.markdown((title, *header), rows)}\n\nOf their own photos"
    f" {100 * found['found']['mean']:.0f} % are found to be theirs, of somebody"
    f" else's {100 * found['refused']['mean']:.0f} % are refused. With a"
    " reference a face looks like the reference's person because that person"
    " was given."
  )
