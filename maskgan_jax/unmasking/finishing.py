"""What a completed face takes from its photo: background, person and tone."""

import dataclasses
import math

import numpy as np

from maskgan_jax.faces import alignment
from maskgan_jax.unmasking import background, completed_face, toning
from maskgan_jax.unmasking.references import detail

# How many times as fine as the networks see a face its reference is carried
# over at most; powers of two, so that a film seldom changes between them.
_FINEST = 8


def finish(
  face: completed_face.CompletedFace, landmarks: np.ndarray
) -> completed_face.CompletedFace:
  """Returns a completed face as its photo has it.

  Args:
    face: as the networks complete it.
    landmarks: along which they drew, in its crop, [468, 3].
  """
  if not face.found_mask:
    return face
  seen = (face.blend_mask == 0) & (face.inside > 0)
  predicted = face.predicted
  if face.landmarks is not None:
    predicted = background.go_on(predicted, face.crop, seen, landmarks)
    if face.match is not None:
      predicted = _by_reference(face, predicted, landmarks)
  predicted = toning.tone(predicted, face.crop, seen)
  return dataclasses.replace(face, predicted=predicted)


def _by_reference(face, predicted, landmarks) -> np.ndarray:
  """A completed crop with the features of its face's reference."""
  reference = face.match.reference
  if not detail.is_fine(reference):
    return predicted
  finer = max(1.0, 1 / alignment.enlargement(face.transform))
  times = min(_FINEST, 2 ** math.ceil(math.log2(finer)))
  return detail.carry_over(
    reference, predicted, landmarks, face.crop, face.blend_mask, times
  )
