"""Takes the masks off the faces of a photo."""

import os
from typing import NamedTuple

import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.faces import alignment, finder
from maskgan_jax.networks import latent, mask_postprocess
from maskgan_jax.unmasking import blending
from maskgan_jax.unmasking.backends import interface

FACES = ("all", "largest")

# Under a mask the chin is a guess: where the mask leaves the crop on more than
# this share of its lower edge, the crop is widened, once. Of 40 real photos
# this concerns three, on 0.42 to 0.58 of it: all became whole. Those that
# touch the edge on 0.24 or less were found worse when they were widened.
_CUT_SHARE = 0.3
_WIDENED = 0.8  # Of the scale.
_WIDENED_ABOUT = (0.5, 0.2)  # What stays in its place, in shares of the side.


class FaceResult(NamedTuple):
  """What became of one face."""

  box: np.ndarray  # [4] float32, x, y, width, height in photo pixels
  landmarks: np.ndarray  # [468, 3] in photo pixels
  transform: np.ndarray  # [2, 3] float32, photo pixels to crop pixels
  crop: np.ndarray  # [size, size, 3] uint8, the aligned face as it was
  completed_crop: np.ndarray  # [size, size, 3] uint8
  mask: np.ndarray  # [size, size] float32, probability, or the given mask
  mask_share: float  # of the crop, found to be mask
  found_mask: bool


class UnmaskResult(NamedTuple):
  """What became of a photo."""

  image: np.ndarray  # [H, W, 3] uint8, equal to the photo outside the blend
  faces: tuple[FaceResult, ...]  # The largest first; bare ones too
  mask: np.ndarray  # [H, W] uint8, 0..255, the share that was completed

  @property
  def found_mask(self) -> bool:
    return any(face.found_mask for face in self.faces)


class _Aligned(NamedTuple):
  """A face as the networks see it."""

  transform: np.ndarray  # [2, 3] float32
  crop: np.ndarray  # [size, size, 3] uint8
  inside: np.ndarray  # [size, size] uint8, nonzero where it shows the photo
  given: np.ndarray | None  # [size, size] float32, the hand-made mask


class Completed(NamedTuple):
  """What the networks make of an aligned face."""

  predicted: np.ndarray  # [size, size, 3] uint8
  mask: np.ndarray  # [size, size] float32, probability, or the given mask
  blend: np.ndarray  # [size, size] float32 in [0, 1]
  found_mask: bool


class Unmasker:
  """Trained networks that take masks off whole photos."""

  def __init__(
    self,
    weights: str | os.PathLike | None = None,
    which: str = "latest",
    backend: str | None = None,
  ):
    """Loads the networks.

    Args:
      weights: a .safetensors file with its card, an exported .onnx file, or the
        folder of a run; None for the weights that the project comes with.
      which: "latest" or "best" checkpoint of a run.
      backend: "jax" or "onnx"; by default what the weights are for.

    Raises:
      errors.UserError: as `backends.load`.
    """
    self.networks = interface.load(weights, which, backend)

  def unmask(
    self,
    image: np.ndarray,
    *,
    faces: str = "all",
    mask: np.ndarray | None = None,
    sample: int = 0,
  ) -> UnmaskResult:
    """Finds, aligns, segments, completes and blends back the faces.

    Faces on which `mask_region.has_mask` finds none stay as they are.

    Args:
      image: uint8 [H, W, 3], RGB, upright.
      faces: "all", or "largest" for that one alone, which is quicker.
      mask: uint8 or bool [H, W], nonzero where to complete, instead of what
        the networks find.
      sample: which of several completions; 0 is the most likely one.

    Raises:
      errors.UserError: no face is found; the mask is of another size, empty,
        or on none of the faces; the networks know one completion.
    """
    if faces not in FACES:
      raise errors.UserError(
        f"faces is {faces!r}; it must be one of {', '.join(FACES)}."
      )
    if mask is not None:
      _check_mask(mask, image)
    self.check_sample(sample)
    found = finder.find_faces(image, faces)
    aligned, completed = self._complete_all(image, found, mask, sample)
    if mask is not None and not any(face.found_mask for face in completed):
      raise errors.UserError(
        "The mask's white lies on none of the faces that were found. Paint it"
        " over a face."
      )
    grey = bool((image == image[..., :1]).all())
    result, shown = image.copy(), np.zeros(image.shape[:2], np.uint8)
    results = []
    for face, before, after in zip(found, aligned, completed, strict=True):
      content = before.crop
      if after.found_mask:
        content = after.predicted
        if grey:
          content = np.repeat(content.mean(axis=2, keepdims=True), 3, axis=2)
        window, share = blending.put_back(
          result, content, after.blend, before.transform, face.landmarks
        )
        shown[window] = np.maximum(shown[window], share)
      results.append(_face_result(face, before, after, content))
    return UnmaskResult(result, tuple(results), shown)

  def check_sample(self, sample: int) -> None:
    """Raises a UserError unless the networks know this completion."""
    if sample:
      latent.check(self.networks.latent_size)

  def _complete_all(self, image, found, mask, sample):
    """Aligns and completes faces; those whose mask is cut off, once more."""
    size = self.networks.image_size
    transforms = [alignment.crop_transform(f.landmarks, size) for f in found]
    aligned = [self._align(image, t, mask) for t in transforms]
    completed = self._complete_aligned(aligned, sample)
    cut = [
      i
      for i, face in enumerate(completed)
      if face.found_mask and _is_cut(face.mask, aligned[i].inside)
    ]
    wider = [self._align(image, _widen(transforms[i], size), mask) for i in cut]
    again = self._complete_aligned(wider, sample)
    for i, before, after in zip(cut, wider, again, strict=True):
      if after.found_mask:
        aligned[i], completed[i] = before, after
    return aligned, completed

  def _align(self, image, transform, mask) -> _Aligned:
    size = self.networks.image_size
    crop, inside = alignment.warp(image, transform, size)
    if mask is None:
      return _Aligned(transform, crop, inside, None)
    white = np.where(mask, np.uint8(255), np.uint8(0))
    given, _ = alignment.warp(white, transform, size)
    given = (given > 127) & (inside > 0)
    return _Aligned(transform, crop, inside, given.astype(np.float32))

  def _complete_aligned(
    self, aligned: list[_Aligned], sample: int
  ) -> list[Completed]:
    if not aligned:
      return []
    given = None
    if aligned[0].given is not None:
      given = np.stack([face.given for face in aligned])
    crops = np.stack([face.crop for face in aligned])
    return self.complete(crops, given, sample)

  def complete(
    self,
    crops: np.ndarray,
    given: np.ndarray | None = None,
    sample: int = 0,
  ) -> list[Completed]:
    """Runs the networks on aligned faces, several at a time.

    Args:
      crops: uint8 [N, size, size, 3].
      given: hand-made masks instead of those found, [N, size, size] in {0, 1}.
      sample: which of several completions; 0 is the most likely one.
    """
    limit = self.networks.max_batch
    results = []
    for start in range(0, len(crops), limit):
      part = slice(start, start + limit)
      masks = None if given is None else given[part]
      results += self._complete_batch(crops[part], masks, sample)
    return results

  def _complete_batch(self, crops, given, sample) -> list[Completed]:
    if given is not None:
      given = given[..., None]
    code = None
    if sample:
      code = latent.code(sample, self.networks.latent_size)
    answer = self.networks(crops, given, code)
    mask = answer.probability if given is None else given
    blend = mask_postprocess.blend_mask(mask_postprocess.completed_mask(mask))
    found = mask_postprocess.has_mask(mask)
    return [
      Completed(predicted, mask, blend, bool(found))
      for predicted, mask, blend, found in zip(
        answer.predicted, mask[..., 0], blend[..., 0], found, strict=True
      )
    ]


def _is_cut(mask: np.ndarray, inside: np.ndarray) -> bool:
  """Whether the mask goes on below the crop, where the photo does."""
  beyond = (mask[-1] > 0.5) & (inside[-1] > 0)
  return bool(beyond.mean() > _CUT_SHARE)


def _widen(transform: np.ndarray, size: int) -> np.ndarray:
  """Shows more of the photo below and beside a crop."""
  wider = _WIDENED * transform
  wider[:, 2] += (1 - _WIDENED) * size * np.array(_WIDENED_ABOUT)
  return wider.astype(np.float32)


def _check_mask(mask: np.ndarray, image: np.ndarray) -> None:
  if mask.shape != image.shape[:2]:
    raise errors.UserError(
      f"The mask has {mask.shape[1]}x{mask.shape[0]} pixels, the photo"
      f" {image.shape[1]}x{image.shape[0]}. Give one of the photo's size."
    )
  if not mask.any():
    raise errors.UserError(
      "The mask has no white. Paint white what is to be completed."
    )


def _face_result(face, before, after, content) -> FaceResult:
  share = after.blend[..., None] if after.found_mask else 0.0
  completed = share * content + (1.0 - share) * before.crop
  return FaceResult(
    box=face.box,
    landmarks=face.landmarks,
    transform=before.transform,
    crop=before.crop,
    completed_crop=np.round(completed).astype(np.uint8),
    mask=after.mask,
    mask_share=float((after.mask > 0.5).mean()),
    found_mask=after.found_mask,
  )
