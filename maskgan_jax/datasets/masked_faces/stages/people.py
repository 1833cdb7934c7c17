"""Who is on which photo, and which split each person belongs to."""

import hashlib
import logging
from collections.abc import Sequence

import numpy as np
import scipy.sparse
import scipy.sparse.csgraph

from maskgan_jax.datasets.masked_faces import sources

# Measured on 318 photos of 208 people: nobody comes apart, and 203 clusters
# remain. A few people joined is the harmless error; one person apart would be
# in two splits.
SAME_PERSON_COSINE = 0.5

# Of 100 buckets; the paper trains on 70 % and tests on 30 %, and what is
# selected here is selected on a twentieth taken from the training part.
BUCKETS = {
  "train": range(0, 65),
  "validation": range(65, 70),
  "test": range(70, 100),
}
# With as many people each split gets at least one with probability .999.
_ENOUGH_PEOPLE = 135
# How many pictures are aligned for each one that the caps admit: some prove
# unusable.
_CANDIDATES_PER_PLACE = 2


def bucket(person_id: str) -> int:
  """Returns a person's bucket in 0-99, a stable hash of the id alone."""
  digest = hashlib.sha256(person_id.encode()).digest()
  return int.from_bytes(digest[:8], "big") % 100


def split_of(person_id: str) -> str:
  """Returns train, validation or test."""
  place = bucket(person_id)
  return next(name for name, places in BUCKETS.items() if place in places)


def identify(
  items: Sequence[sources.Item], embeddings: Sequence[np.ndarray | None]
) -> list[str]:
  """Returns a person_id for every item.

  The source's own where it has one, else the cluster of the embeddings, else
  the item's name: one person a picture.

  Args:
    items: what the source gave.
    embeddings: [128] of unit length, or None, one an item.
  """
  people = [item.person_id or item.name for item in items]
  unknown = [i for i, item in enumerate(items) if item.person_id is None]
  embedded = [i for i in unknown if embeddings[i] is not None]
  if len(embedded) < len(unknown):
    logging.warning(
      "%d pictures have neither a person_id nor a face that the recognizer"
      " reads: each counts as a person of its own. If one person is on several"
      " of them, name the people in manifest.csv (file,person_id).",
      len(unknown) - len(embedded),
    )
  if embedded:
    labels = cluster(np.stack([embeddings[i] for i in embedded]))
    first_name = {}
    for i, label in zip(embedded, labels, strict=True):
      name = items[i].name
      first_name[label] = min(first_name.get(label, name), name)
    for i, label in zip(embedded, labels, strict=True):
      people[i] = first_name[label]
  return people


def cluster(vectors: np.ndarray) -> np.ndarray:
  """Labels unit vectors [N, D] by connected components of similar ones.

  Two vectors are joined where their cosine exceeds SAME_PERSON_COSINE.

  Returns:
    int [N].
  """
  rows, columns = [], []
  block = 1024
  for start in range(0, len(vectors), block):
    cosines = vectors[start : start + block] @ vectors.T
    row, column = np.nonzero(cosines > SAME_PERSON_COSINE)
    rows.append(row + start)
    columns.append(column)
  rows, columns = np.concatenate(rows), np.concatenate(columns)
  links = scipy.sparse.coo_matrix(
    (np.ones(len(rows), bool), (rows, columns)), shape=(len(vectors),) * 2
  )
  return scipy.sparse.csgraph.connected_components(links, directed=False)[1]


def candidates(
  items: Sequence[sources.Item], num_train: int | None, num_test: int | None
) -> list[sources.Item]:
  """Drops pictures that the caps will hardly leave a place for.

  Aligning hundreds of thousands to use ten thousand would take hours.
  """
  if num_train is None or num_test is None:
    return list(items)
  shares = {name: len(places) / 100 for name, places in BUCKETS.items()}
  wanted = max(num_train / shares["train"], num_test / shares["test"])
  limit = max(round(_CANDIDATES_PER_PLACE * wanted), _ENOUGH_PEOPLE)
  return sorted(items, key=lambda item: _order(item.name))[:limit]


def assign(
  names: Sequence[str],
  people: Sequence[str],
  num_train: int | None,
  num_test: int | None,
) -> dict[str, list[int]]:
  """Distributes pictures over the splits by person.

  A capped split keeps the pictures whose names hash lowest, whatever the
  order they come in.

  Returns:
    Indices into names, ascending, for each split.

  Raises:
    sources.SourceError: a split would be empty.
  """
  splits = {name: [] for name in BUCKETS}
  for index, person in enumerate(people):
    splits[split_of(person)].append(index)
  empty = [name for name, indices in splits.items() if not indices]
  if empty:
    raise sources.SourceError(
      f"{len(set(people))} people with usable pictures are too few for three"
      f" splits: {' and '.join(empty)} would be empty. About"
      f" {_ENOUGH_PEOPLE} people are needed. Add photos of other people."
    )
  for name, limit in (("train", num_train), ("test", num_test)):
    if limit is not None:
      by_hash = sorted(splits[name], key=lambda i: _order(names[i]))
      splits[name] = sorted(by_hash[:limit])
  return splits


def _order(name: str) -> bytes:
  return hashlib.sha256(b"order:" + name.encode()).digest()
