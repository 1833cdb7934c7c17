"""A face on another photo, and references as they are handed around."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Reference:
  """A face on another photo.

  Attributes:
    name: of its file.
    sha256: of its file, in hexadecimal digits.
    image: of the photo as much as is needed, uint8 [H, W, 3] RGB.
    visible: 255 where a mask hides nothing of it, uint8 [H, W].
    landmarks: in pixels of the image, [468, 3].
    vector: who its upper half looks like, of `embedding.embed_upper_half`.
  """

  name: str
  sha256: str
  image: np.ndarray
  visible: np.ndarray
  landmarks: np.ndarray
  vector: np.ndarray


class Match(NamedTuple):
  """A reference of a masked face.

  Attributes:
    reference: that is used.
    likeness: cosine of both upper halves, in [-1, 1].
  """

  reference: Reference
  likeness: float


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Album:
  """References, and whose they are.

  Attributes:
    references: of anybody; each face looks for its own.
    given: by the number of a face, 1 for the largest, that of this face,
      whomever it looks like.
    notes: what of the files cannot be used, and why, in words.
  """

  references: Sequence[Reference] = ()
  given: Mapping[int, Reference] = dataclasses.field(default_factory=dict)
  notes: Sequence[str] = ()
