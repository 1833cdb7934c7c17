"""Who is on which photo, and which split each person belongs to.

A photo's own id says who is on it whatever other photos there are: the
source's word (a manifest, a declared label), else a hash of the photo itself,
which outlives renaming and makes one person of equal files. Faces that look
alike only merge ids into groups. A group is called by one of its ids, its
leader, and lies in the leader's split:

- Among ids that the source knows the leader is one of test, else one of
  validation. So people of test stay in test whoever joins, and people of train
  leave it only for a link to somebody who was never trained on.
- Among photos of nobody known it is the one whose hash comes first. "Test
  first" would put whoever has many photos into test, and leave none for train.
  One more photo of a person with n of them moves that person in half of one of
  n + 1 cases; a manifest prevents it altogether.
"""

import hashlib
import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse
import scipy.sparse.csgraph

from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import similarity

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
_LEADING = ("test", "validation", "train")
# With as many people each split gets at least one with probability .999.
_ENOUGH_PEOPLE = 135
# How many pictures are aligned for each one that the caps admit: some prove
# unusable.
_CANDIDATES_PER_PLACE = 2


class Identity(NamedTuple):
  """Who is on a picture.

  Attributes:
    id: its own, see `own_id`.
    group: the id that leads those merged with it, often itself.
    reason: which face of another id it was merged for; empty for none.
  """

  id: str
  group: str
  reason: str


def bucket(person_id: str) -> int:
  """Returns a person's bucket in 0-99, a stable hash of the id alone."""
  digest = hashlib.sha256(person_id.encode()).digest()
  return int.from_bytes(digest[:8], "big") % 100


def split_of(person_id: str) -> str:
  """Returns train, validation or test."""
  place = bucket(person_id)
  return next(name for name, places in BUCKETS.items() if place in places)


def own_id(item: sources.Item) -> str:
  """Returns who is on a picture, whatever other pictures there are."""
  if item.person_id is not None:
    return item.person_id
  return f"photo-{item.content}" if item.content else item.name


def identify(
  items: Sequence[sources.Item], embeddings: Sequence[np.ndarray | None]
) -> list[Identity]:
  """Says who is on each picture: merges the ids of faces that look alike.

  Ids are joined where a cosine exceeds SAME_PERSON_COSINE, through chains too.

  Args:
    items: what the source gave.
    embeddings: [128] of unit length, or None, one an item.
  """
  ids = [own_id(item) for item in items]
  known = {item.person_id for item in items}
  _warn_of_unread(items, embeddings)
  unique, labels = np.unique(ids, return_inverse=True)
  pairs = _alike(embeddings, labels)
  ends = labels[pairs.first], labels[pairs.second]
  links = scipy.sparse.coo_matrix(
    (np.ones(len(ends[0]), bool), ends), shape=(len(unique),) * 2
  )
  _, components = scipy.sparse.csgraph.connected_components(
    links, directed=False
  )
  leaders = {}
  for person, component in zip(unique.tolist(), components, strict=True):
    rank = _rank(person, person in known), person
    leaders[component] = min(leaders.get(component, rank), rank)
  reasons = _reasons(items, pairs)
  return [
    Identity(ids[i], leaders[components[labels[i]]][1], reasons.get(i, ""))
    for i in range(len(items))
  ]


def _warn_of_unread(items, embeddings):
  unread = sum(
    item.person_id is None and vector is None
    for item, vector in zip(items, embeddings, strict=True)
  )
  if unread:
    logging.warning(
      "%d pictures have neither a person_id nor a face that the recognizer"
      " reads: each counts as a person of its own. If one person is on several"
      " of them, name the people in manifest.csv (file,person_id).",
      unread,
    )


def _alike(embeddings, labels) -> similarity.Pairs:
  """Pairs of pictures of two ids whose faces count as one person's."""
  there = np.array(
    [i for i, vector in enumerate(embeddings) if vector is not None], np.int64
  )
  if not there.size:
    return similarity.Pairs(there, there, np.zeros(0, np.float32))
  vectors = np.stack([embeddings[i] for i in there])
  found = similarity.above(vectors, SAME_PERSON_COSINE, labels[there])
  return similarity.Pairs(there[found.first], there[found.second], found.cosine)


def _rank(person: str, is_known: bool) -> tuple:
  """Who of a group leads it: the lowest."""
  order = hashlib.sha256(b"leader:" + person.encode()).digest()
  if is_known:
    return 0, _LEADING.index(split_of(person)), order
  return 1, 0, order


def _reasons(items, pairs) -> dict[int, str]:
  """For each picture with a link, the one to the face most like it."""
  reasons = {}
  for k in np.argsort(pairs.cosine, kind="stable"):
    ends = int(pairs.first[k]), int(pairs.second[k])
    for one, other in (ends, ends[::-1]):
      reasons[one] = f"cosine {pairs.cosine[k]:.2f} with {items[other].name}"
  return reasons


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

  Args:
    names: of the pictures.
    people: the group of each, see `identify`.
    num_train: the most pictures in train.
    num_test: the most pictures in test.

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
