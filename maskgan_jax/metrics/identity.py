"""How much a completed face looks like the person, by SFace's vectors.

A limit of what a completed picture may be used for, never a feature: no
network learns from it.
"""

import numpy as np

from maskgan_jax.faces import embedding, finder

# So many pairs of different people give their range.
MAX_PAIRS = 100_000


class Person:
  """A true face, and how much other pictures of it look like it.

  Attributes:
    vector: [128] float32 of unit length, NaN where no face is found.
  """

  def __init__(self, image: np.ndarray):
    """Takes the true picture, uint8 [H, W, 3] RGB."""
    found = finder.shared().detect(image)
    # Of the true face: its place in the other pictures is the same.
    self._keypoints = found[0].keypoints if found else None
    self.vector = self.embed(image)

  def similarity(self, image: np.ndarray) -> float:
    """Returns the cosine with the same crop of another picture, or NaN."""
    return float(self.vector @ self.embed(image))

  def embed(self, image: np.ndarray) -> np.ndarray:
    """Returns the vector of the same crop of another picture, or NaN, [128]."""
    if self._keypoints is None:
      return np.full(embedding.DIMENSIONS, np.nan, np.float32)
    return embedding.embed(image, self._keypoints)


def ranges(
  vectors: np.ndarray, persons: np.ndarray
) -> dict[str, dict[str, float | None]]:
  """Returns how alike photos of one person are, and photos of two people.

  Args:
    vectors: [N, 128], one a photo; those that are NaN are left out.
    persons: [N], who is on it.

  Returns:
    For "same_person" and "different_people" the number of "pairs" and their
    cosines' "mean", "p5" and "p95", None without a pair. Of different people
    at most MAX_PAIRS pairs, drawn at random.
  """
  kept = ~np.isnan(vectors).any(axis=1)
  vectors, persons = vectors[kept], np.asarray(persons)[kept]
  _, person = np.unique(persons, return_inverse=True)
  same = []
  for first in range(len(vectors)):
    others = first + 1 + np.flatnonzero(person[first + 1 :] == person[first])
    same.extend(vectors[others] @ vectors[first])
  different = []
  if len(vectors):
    pairs = np.random.default_rng(0).integers(len(vectors), size=(MAX_PAIRS, 2))
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    pairs = pairs[person[pairs[:, 0]] != person[pairs[:, 1]]]
    different = np.einsum("nd,nd->n", *(vectors[pairs[:, i]] for i in (0, 1)))
  return {
    "same_person": _range(np.asarray(same)),
    "different_people": _range(np.asarray(different)),
  }


def _range(cosines):
  if not len(cosines):
    return {"pairs": 0, "mean": None, "p5": None, "p95": None}
  low, high = np.percentile(cosines, [5, 95])
  return {
    "pairs": len(cosines),
    "mean": float(cosines.mean()),
    "p5": float(low),
    "p95": float(high),
  }
