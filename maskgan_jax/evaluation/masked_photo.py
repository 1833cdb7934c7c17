"""A whole photo with a drawn mask, and what a result is compared with."""

from typing import NamedTuple

import numpy as np

from maskgan_jax import masks, unmasking
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.evaluation import score, whole_photos
from maskgan_jax.faces import alignment
from maskgan_jax.unmasking import aligned_face


class MaskedPhoto(NamedTuple):
  """A photo under its mask, in the frame of the bare face's landmarks.

  Attributes:
    whole: the bare photo, uint8 [H, W, 3].
    masked: with the mask.
    frame: the masked face as the bare one is cut out.
    truth: the bare face, uint8 [size, size, 3].
    mask: of the frame, bool [size, size].
  """

  whole: np.ndarray
  masked: masks.MaskedFace
  frame: unmasking.AlignedFace
  truth: np.ndarray
  mask: np.ndarray

  def in_frame(self, image: np.ndarray) -> np.ndarray:
    """Cuts another picture of the photo, uint8 [H, W, 3], as the frame is."""
    return alignment.warp(image, self.frame.transform, len(self.truth))[0]

  def scores(self, shown: dict[str, np.ndarray]) -> dict[str, float]:
    """Returns "NAME/MEASURE" of pictures by name, in the frame."""
    valid = (self.frame.inside > 0).astype(np.uint8)[None, ..., None]
    found = score.image_scores(
      {name: x[None] for name, x in shown.items()},
      self.truth[None],
      self.mask.astype(np.uint8)[None, ..., None],
      valid,
    )
    return {key: float(value[0]) for key, value in found.items()}


def draw(
  source: sources.Folder, bare: whole_photos.BarePhoto, size: int
) -> MaskedPhoto | None:
  """Draws a photo's mask, the same one every time; None if out of sight.

  Args:
    source: the folder.
    bare: of it.
    size: side of the frame in pixels.
  """
  whole = source.load(bare.item).image
  masked = masks.draw(
    whole, bare.face.landmarks, masks.rng_for(bare.item.name, 0, 0)
  )
  frame = aligned_face.align(masked.image, bare.face, size)
  mask = aligned_face.align_mask(masked.mask, frame) > 0
  truth, _ = alignment.warp(whole, frame.transform, size)
  photo = MaskedPhoto(whole, masked, frame, truth, mask)
  return photo if mask.any() else None
