"""People of different splits who look alike, listed for a person to look at.

Above SFace's own threshold may be one person, whom the split then leaks, and
about one in a thousand pairs of different people. So nothing is merged by this
rule: a manifest that gives both photos one person_id does it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.datasets.masked_faces.stages import similarity
from maskgan_jax.photos import tiles

# SFace's (Zhong et al., 2021) as OpenCV publishes it.
COSINE = 0.363
SHOWN = 60
_COLUMNS, _SIDE, _STRIP, _GAP = 6, 112, 18, 8


class Pair(NamedTuple):
  """The most alike pictures of two people in different splits."""

  cosine: float
  first: int  # Indices of pictures.
  second: int


def find(
  embeddings: Sequence[np.ndarray | None],
  people: Sequence[str],
  splits: Sequence[str],
) -> list[Pair]:
  """Finds the pairs of people in different splits above COSINE.

  Args:
    embeddings: [128] float32 of unit length, or None, one a picture.
    people: who is on each picture.
    splits: of each picture; those of "" are in none and left out.

  Returns:
    One pair for two people, the most alike first.
  """
  there = [
    i for i, vector in enumerate(embeddings) if vector is not None and splits[i]
  ]
  if not there:
    return []
  found = similarity.above(
    np.stack([embeddings[i] for i in there]),
    COSINE,
    np.unique([splits[i] for i in there], return_inverse=True)[1],
  )
  best = {}
  for k in np.argsort(-found.cosine, kind="stable"):
    ends = there[found.first[k]], there[found.second[k]]
    pair = Pair(float(found.cosine[k]), *ends)
    best.setdefault(frozenset(people[i] for i in ends), pair)
  return list(best.values())


def sheet(
  pairs: Sequence[Pair], image_of: Callable[[int], np.ndarray]
) -> np.ndarray:
  """Returns the SHOWN most alike pairs in one picture, uint8 [H, W, 3].

  Above each pair stand its number in the list and its cosine.

  Args:
    pairs: at least one.
    image_of: from a picture's index to its crop, uint8 [S, S, 3].
  """
  cells = []
  for number, pair in enumerate(pairs[:SHOWN], 1):
    crops = [
      cv2.resize(image_of(i), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
      for i in (pair.first, pair.second)
    ]
    strip = np.full((_STRIP, 2 * _SIDE, 3), 255, np.uint8)
    text = f"{number}: {pair.cosine:.3f}"
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(strip, text, (4, _STRIP - 5), font, 0.42, (0, 0, 0), 1)
    gap = np.full((_STRIP + _SIDE, _GAP, 3), 255, np.uint8)
    cells.append(tiles.tile([[tiles.tile([[strip], crops]), gap]]))
  columns = min(_COLUMNS, len(cells))
  cells += [np.full_like(cells[0], 255)] * (-len(cells) % columns)
  return tiles.tile(
    [cells[k : k + columns] for k in range(0, len(cells), columns)]
  )
