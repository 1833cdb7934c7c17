"""Which reference is of which face: by the half that no mask hides."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from maskgan_jax.faces import anatomy, embedding
from maskgan_jax.unmasking import aligned_face
from maskgan_jax.unmasking.references import reference as reference_lib

# From this cosine of both upper halves on a reference is of the same person. On
# 55 photos of validation people under drawn masks all pairs of one person reach
# it (.43 at least), and .4 % of 2,914 pairs with other people.
THRESHOLD = 0.35
# References so much less alike than the most alike one may be somebody else's.
_SAME = 0.15
# What makes a reference half as good: degrees by which it is turned otherwise.
_TURN = 15.0


def assign(
  album: reference_lib.Album,
  image: np.ndarray,
  faces: Sequence[aligned_face.AlignedFace],
) -> list[aligned_face.AlignedFace]:
  """Gives faces the references that are of them; those of nobody are ignored.

  No two faces are of one person: the more alike one has the reference.

  Args:
    album: the references.
    image: the photo, uint8 [H, W, 3] RGB.
    faces: of this photo, the largest first; those that have a reference, and
      those without landmarks, stay as they are.
  """
  found = list(faces)
  for i, face in enumerate(faces):
    if face.match is None and face.landmarks is not None:
      given = album.given.get(i + 1)
      match = _match(album.references, given, image, face)
      found[i] = dataclasses.replace(face, match=match)
  for i, face in enumerate(found):
    if any(_is_more_alike(other, face) for other in found):
      found[i] = dataclasses.replace(face, match=None)
  return found


def _is_more_alike(face, other) -> bool:
  """Whether a face has another one's reference, and more right to it."""
  if face is other or face.match is None or other.match is None:
    return False
  return (
    face.match.reference is other.match.reference
    and face.match.likeness > other.match.likeness
  )


def _match(references, given, image, face) -> reference_lib.Match | None:
  candidates = references if given is None else [given]
  if not candidates:
    return None
  vector = embedding.embed_upper_half(image, face.landmarks)
  likeness = [float(vector @ one.vector) for one in candidates]
  least = max(likeness) - _SAME
  if given is None:
    least = max(least, THRESHOLD)
  alike = [i for i, cosine in enumerate(likeness) if cosine >= least]
  if not alike:
    return None
  best = max(alike, key=lambda i: likeness[i] + _fitness(candidates[i], face))
  return reference_lib.Match(candidates[best], likeness[best])


def _fitness(reference, face) -> float:
  """How well a reference fits, besides being alike: 0 at best."""
  turns = anatomy.yaw(reference.landmarks) - anatomy.yaw(face.landmarks)
  widths = [anatomy.cheek_to_cheek(x.landmarks) for x in (reference, face)]
  return -abs(turns) / _TURN + min(0.0, math.log2(widths[0] / widths[1]))
