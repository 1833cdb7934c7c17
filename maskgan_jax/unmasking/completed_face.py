"""A completed face, and how a photo gets its completed faces back."""

import dataclasses
import itertools
import pathlib
from collections.abc import Sequence

import numpy as np

from maskgan_jax.networks import mask_postprocess
from maskgan_jax.unmasking import (
  aligned_face,
  blending,
  mask_report,
  skin_grain,
)

# Under a mask the chin is a guess: a mask that leaves the crop on more than
# this share of its lower edge is cut. Of 40 real photos this concerns three, on
# 0.42 to 0.58 of it: all became whole in a wider crop. Those that touch the
# edge on 0.24 or less were found worse in one: of those, a wider crop completes
# only what lies beyond the plain one.
_CUT_SHARE = 0.3
_TOUCHING_SHARE = 0.03
# How softly a plain crop then ends at its lower edge, of its side.
_SOFT_EDGE = 0.08


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class CompletedFace(aligned_face.AlignedFace):
  """An aligned face and what the networks make of it.

  Attributes:
    predicted: the whole crop without a mask, [size, size, 3] in 0..255; by a
      reference a whole number of times as fine.
    mask: its probability, or the hand-made mask, [size, size] float32.
    report: whether it is reported, and why.
    hidden_reach: how far beyond the mask it is completed, in shares of the
      crop's side.
    grain: of a film's face; None in a photo.
    beneath: this face in a wider crop, for what of its mask lies beyond this
      one; None where nothing does.
  """

  predicted: np.ndarray
  mask: np.ndarray
  report: mask_report.MaskReport
  hidden_reach: float
  grain: skin_grain.Grain | None = None
  beneath: "CompletedFace | None" = None

  @classmethod
  def of(
    cls,
    face: aligned_face.AlignedFace,
    *,
    predicted: np.ndarray,
    mask: np.ndarray,
    report: mask_report.MaskReport,
    hidden_reach: float,
  ) -> "CompletedFace":
    """Returns an aligned face, completed before or not, with a completion."""
    aligned = {
      field.name: getattr(face, field.name)
      for field in dataclasses.fields(aligned_face.AlignedFace)
    }
    return cls(
      **aligned,
      predicted=predicted,
      mask=mask,
      report=report,
      hidden_reach=hidden_reach,
    )

  @property
  def found_mask(self) -> bool:
    """Whether a mask is taken off, surely one or not."""
    return self.report.answer != mask_report.NO

  @property
  def unsure(self) -> bool:
    """Whether a mask is taken off that may be none."""
    return self.report.answer == mask_report.UNSURE

  @property
  def layers(self) -> tuple["CompletedFace", ...]:
    """What is laid over the photo, one after the other."""
    return (self,) if self.beneath is None else (self.beneath, self)

  @property
  def uses_reference(self) -> bool:
    """Whether what a mask hid comes from another photo in part."""
    return self.found_mask and self.match is not None

  @property
  def mask_share(self) -> float:
    """Share of the crop that is mask, in [0, 1]."""
    return float((self.mask > 0.5).mean())

  @property
  def mask_is_cut(self) -> bool:
    """Whether the mask goes on below the crop, where the photo does."""
    return self._share_beyond > _CUT_SHARE

  @property
  def mask_touches_edge(self) -> bool:
    """Whether any of it does."""
    return self._share_beyond > _TOUCHING_SHARE

  @property
  def _share_beyond(self) -> float:
    beyond = (self.mask[-1] > 0.5) & (self.inside[-1] > 0)
    return float(beyond.mean())

  @property
  def blend_mask(self) -> np.ndarray:
    """The prediction's share in the result, [size, size] float32 in [0, 1]."""
    mask = mask_postprocess.completed_mask(self.mask[None, ..., None])
    hidden = mask_postprocess.hidden_mask(mask, self.hidden_reach)
    blend = mask_postprocess.blend_mask(hidden)[0, ..., 0]
    if self.beneath is None:
      return blend
    from_edge = np.arange(len(blend))[::-1, None] / len(blend)
    return blend * np.clip(from_edge / _SOFT_EDGE, 0, 1).astype(np.float32)


@dataclasses.dataclass(frozen=True, eq=False)
class UnmaskResult:
  """A photo without masks.

  Attributes:
    image: uint8 [H, W, 3], equal to the photo wherever `mask` is 0.
    faces: all that were found, the largest first; bare ones too.
    mask: the share of each pixel that was completed, uint8 [H, W] in 0..255.
  """

  image: np.ndarray
  faces: Sequence[CompletedFace]
  mask: np.ndarray

  @property
  def found_mask(self) -> bool:
    """Whether a mask was taken off."""
    return any(face.found_mask for face in self.faces)

  @property
  def ingredients(self) -> dict[str, str]:
    """The references that were used: names by SHA-256 of their files."""
    used = [face.match.reference for face in self.faces if face.uses_reference]
    return {one.sha256: pathlib.PurePath(one.name).name for one in used}


def lay_back(image: np.ndarray, faces: Sequence[CompletedFace]) -> UnmaskResult:
  """Lays the faces whose mask is taken off over their places in a photo.

  A grey photo stays grey.

  Args:
    image: the photo, uint8 [H, W, 3]; it is not changed.
    faces: of this photo, in the order in which they are laid.
  """
  grey = bool((image == image[..., :1]).all())
  result, shown = image.copy(), np.zeros(image.shape[:2], np.uint8)
  for face in itertools.chain(*(face.layers for face in faces)):
    if not face.found_mask:
      continue
    content = face.predicted
    if grey:
      content = np.repeat(content.mean(axis=2, keepdims=True), 3, axis=2)
    window, share = blending.put_back(
      result,
      content,
      face.blend_mask,
      face.transform,
      face.landmarks,
      face.grain,
    )
    # What is laid over something else leaves so much of it.
    left = (255 - shown[window].astype(int)) * (255 - share.astype(int)) // 255
    shown[window] = 255 - left
  return UnmaskResult(result, tuple(faces), shown)
