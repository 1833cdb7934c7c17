"""Which other photos of a person say something new about the lower face."""

import collections
from collections.abc import Iterable, Sequence

import cv2
import numpy as np

# Shots of one sitting hardly differ where a mask hides the face: their lower
# faces, aligned, correlate above this. Another photo of the person is no
# reference then, but the answer.
SAME_SITTING_CORRELATION = 0.93
_SIZE = 64


def lower_face(image: np.ndarray) -> np.ndarray:
  """Returns the lower half of an aligned crop, small and grey.

  Args:
    image: uint8 [S, S, 3].

  Returns:
    uint8 [32, 64].
  """
  small = cv2.resize(image, (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
  return cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)[_SIZE // 2 :]


def find(
  names: Sequence[str],
  people: Sequence[str],
  lower_faces: Sequence[np.ndarray],
  splits: Iterable[Sequence[int]],
) -> list[tuple[str, ...]]:
  """Returns the references of each photo: others of its person, sorted.

  They are in the same split; photos that are in none have no references.
  Left out are shots of one sitting, by `SAME_SITTING_CORRELATION` (Pearson).

  Args:
    names: of the photos.
    people: who is on them.
    lower_faces: of `lower_face`.
    splits: indices of the photos in each.
  """
  photos = collections.defaultdict(list)
  for split, indices in enumerate(splits):
    for i in indices:
      photos[split, people[i]].append(i)
  references: list[tuple[str, ...]] = [()] * len(names)
  for indices in photos.values():
    if len(indices) == 1:
      continue
    correlation = _correlation(np.stack([lower_faces[i] for i in indices]))
    for i, row in zip(indices, correlation, strict=True):
      references[i] = tuple(
        sorted(
          names[j]
          for j, value in zip(indices, row, strict=True)
          if j != i and value <= SAME_SITTING_CORRELATION
        )
      )
  return references


def _correlation(pictures: np.ndarray) -> np.ndarray:
  """Returns Pearson's correlation [N, N] of pictures [N, H, W]."""
  flat = pictures.reshape(len(pictures), -1).astype(np.float64)
  flat -= flat.mean(axis=1, keepdims=True)
  flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
  return flat @ flat.T
