"""The photo in hand: what was found in it is not searched for again."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax import photos, unmasking
from maskgan_jax.common import errors
from maskgan_jax.unmasking.references import album, matching, reference


class _Found(NamedTuple):
  """A photo and its faces."""

  key: bytes  # Hash of the file.
  image: np.ndarray  # [H, W, 3] uint8
  faces: Sequence[unmasking.AlignedFace]


class Upload(NamedTuple):
  """A file that the page sent."""

  name: str
  content: bytes


class _Done(NamedTuple):
  """What was last made of the photo."""

  mask: bytes | None
  references: Sequence[Upload]
  sample: int
  result: unmasking.UnmaskResult


class LastPhoto:
  """Unmasks photos, and keeps the last one, its faces and result in memory.

  Another mask or sample of the same photo is completed without looking for the
  faces again; the same request is answered at once.
  """

  def __init__(self, unmasker: unmasking.Unmasker):
    self._unmasker = unmasker
    self._found: _Found | None = None
    self._done: _Done | None = None
    self._given: tuple[Sequence[Upload], reference.Album] | None = None

  def unmask(
    self,
    photo: Upload,
    mask: bytes | None,
    sample: int,
    references: Sequence[Upload] = (),
  ) -> tuple[np.ndarray, unmasking.UnmaskResult]:
    """Takes the masks off a photo.

    Args:
      photo: the file.
      mask: a file, white where to complete; None: as found.
      sample: which of several completions; 0 is the most likely one.
      references: other photos of these people.

    Returns:
      The photo, uint8 [H, W, 3], and what became of it.

    Raises:
      errors.UserError: the photo, the mask or a reference cannot be read, no
        face is found, or the mask is empty or lies on none.
    """
    image, faces = self._find(photo)
    done = self._done
    same = done and (done.mask, done.references) == (mask, references)
    if same and done.sample == sample:
      return image, done.result
    if same:
      faces = done.result.faces
    elif references:
      faces = matching.assign(self._album(references), image, faces)
    # Two results of a large photo may not fit the memory.
    self._done = done = None
    completed = self._unmasker.complete(
      image, faces, _painted(mask, image.shape), sample=sample
    )
    result = unmasking.lay_back(image, completed)
    self._done = _Done(mask, references, sample, result)
    return image, result

  def _find(self, photo):
    key = hashlib.sha256(photo.content).digest()
    if self._found is None or self._found.key != key:
      self._found = self._done = self._given = None
      image = photos.decode(photo.content, photo.name)
      self._found = _Found(key, image, self._unmasker.find(image))
    return self._found.image, self._found.faces

  def _album(self, references) -> reference.Album:
    if self._given and self._given[0] == references:
      return self._given[1]
    faces = []
    for one in references:
      found, _ = album.of_photo(
        self._unmasker,
        photos.decode(one.content, one.name),
        one.name,
        hashlib.sha256(one.content).hexdigest(),
      )
      faces += found
    self._given = references, reference.Album(references=faces)
    return self._given[1]


def _painted(mask: bytes | None, shape: tuple[int, ...]) -> np.ndarray | None:
  """Returns a painted mask in the photo's size, bool [H, W]."""
  if mask is None:
    return None
  painted = photos.decode(mask, "The mask").max(axis=2)
  white = cv2.resize(painted, shape[1::-1]) > 127
  if not white.any():
    raise errors.UserError(
      "The mask is empty. Paint over what is to be completed."
    )
  return white
