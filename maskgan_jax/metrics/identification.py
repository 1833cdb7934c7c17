"""Whether a completed face helps to find out who is under a mask.

The questions of Cooper and Farid (2026, arXiv 2603.27747): is the person found
by a search with the completed face, and is the face taken for theirs? Both are
asked of the true and of the masked face as well. It is a limit of what a
completed picture may be used for, never a feature.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from maskgan_jax.metrics import intervals

# Share of pairs of two people that may be taken for one person.
FALSE_ACCEPTANCE = 0.01
# Of a face, as product evaluations search with them.
_VERSIONS = ("masked", "completed", "true")


def measure(
  probes: Mapping[str, np.ndarray], gallery: np.ndarray, persons: np.ndarray
) -> dict[str, Any]:
  """Searches bare photos with versions of their faces.

  A photo is never compared with itself. Only photos of people with another
  one in the gallery are searched with.

  Args:
    probes: by version of the face, [N, D] unit vectors, in the gallery's order;
      NaN where a photo is not searched with.
    gallery: [N, D] unit vectors of bare photos; those that are NaN are left
      out.
    persons: [N], who is on the photo.

  Returns:
    The number of "probes", of "persons" among them and of photos in the
    "gallery", and by version:
      same_person: cosine with another photo of the person, mean and 95 %
        interval over persons.
      other_people: the mean cosine with photos of other people.
      threshold: the cosine that FALSE_ACCEPTANCE of these exceed.
      tar_at_far_1: share of the person's other photos above it (the true
        acceptance rate), mean and interval.
      rank_1: share of probes whose nearest photo is of the person, mean and
        interval.
    All None where nothing can be searched with, or nobody else is there.
  """
  _, person = np.unique(np.asarray(persons), return_inverse=True)
  known = ~np.isnan(gallery).any(axis=1)
  usable = known & ~np.isnan([*probes.values()]).any(axis=(0, 2))
  same = (person[:, None] == person) & known
  mates, others = same & ~np.eye(len(person), dtype=bool), ~same & known
  chosen = np.flatnonzero(usable & mates.any(axis=1) & others.any(axis=1))
  return {
    "probes": len(chosen),
    "persons": len(np.unique(person[chosen])),
    "gallery": int(known.sum()),
  } | {
    name: _search(
      vectors[chosen] @ np.where(known[:, None], gallery, 0).T,
      person[chosen],
      mates[chosen],
      others[chosen],
    )
    for name, vectors in probes.items()
  }


def sentence(found: Mapping[str, Any] | None) -> str:
  """Returns what is to be said wherever faces are completed.

  Args:
    found: of `measure`, or None: then there are no figures.
  """
  if not found or not found["probes"]:
    return "A completed face makes nobody easier to identify."
  first = {name: found[name]["rank_1"]["mean"] for name in _VERSIONS}
  claim = "makes nobody easier to identify"
  if first["completed"] > first["masked"]:
    claim = "is not for identification"
  masked, completed, true = (f"{100 * first[x]:.0f} %" for x in _VERSIONS)
  return (
    f"A completed face {claim}: in a search among {found['gallery']:,} bare"
    f" photos {masked} of the masked faces find their person first, {completed}"
    f" when completed, and {true} of the true ones ({found['probes']:,} photos"
    f" of {found['persons']:,} people)."
  )


def _search(cosines, person, mates, others) -> dict[str, Any]:
  """Scores of probes [P] against photos [N], of which some are mates."""
  if not len(person):
    return dict.fromkeys(
      ("same_person", "other_people", "threshold", "tar_at_far_1", "rank_1")
    )
  impostors, genuine = cosines[others], cosines[mates]
  threshold = np.quantile(impostors, 1 - FALSE_ACCEPTANCE)
  # Whom the probe of each genuine pair shows.
  shown = np.broadcast_to(person[:, None], mates.shape)[mates]
  nearest = np.where(mates | others, cosines, -np.inf).argmax(axis=1)
  found = mates[np.arange(len(mates)), nearest]
  return {
    "same_person": intervals.confidence_interval(genuine, shown),
    "other_people": float(impostors.mean()),
    "threshold": float(threshold),
    "tar_at_far_1": intervals.confidence_interval(genuine > threshold, shown),
    "rank_1": intervals.confidence_interval(found, person),
  }
