"""Takes the masks off the faces of a photo, step by step or at once."""

import dataclasses
import functools
import os
from collections.abc import Sequence

import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.faces import anatomy
from maskgan_jax.faces import expression as expression_lib
from maskgan_jax.unmasking import (
  aligned_face,
  backends,
  completed_face,
  face_finder,
  finishing,
  mask_report,
)
from maskgan_jax.unmasking.references import guidance, matching
from maskgan_jax.unmasking.references import reference as reference_lib

FACES = ("all", "largest")


class Unmasker:
  """Trained networks that take masks off whole photos.

  `unmask` is `find`, `complete` and `completed_face.lay_back` in a row. Whoever
  wants several completions of a photo holds on to what `find` returns.

  Attributes:
    networks: landmarker, segmenter and generator.
  """

  def __init__(
    self,
    weights: str | os.PathLike | None = None,
    which: str = "latest",
    backend: str | None = None,
    *,
    networks: backends.Networks | None = None,
  ):
    """Loads the networks.

    Args:
      weights: a .safetensors file with its card, an exported .onnx file, or the
        folder of a run; None for the weights that the project comes with.
      which: "latest" or "best" checkpoint of a run.
      backend: "jax" or "onnx"; by default what the weights are for.
      networks: that are loaded already, instead of all these.

    Raises:
      errors.UserError: as `backends.load`.
    """
    self.networks = networks or backends.load(weights, which, backend)

  def unmask(
    self,
    image: np.ndarray,
    *,
    faces: str = "all",
    mask: np.ndarray | None = None,
    expression: str = expression_lib.LIKELY,
    sample: int = 0,
    force: bool = False,
    references: reference_lib.Album | None = None,
  ) -> completed_face.UnmaskResult:
    """Returns a photo without masks. Bare faces stay as they are.

    Args:
      image: uint8 [H, W, 3], RGB.
      faces: "all", or "largest" for that one alone, which is quicker.
      mask: see `complete`.
      expression: see `complete`.
      sample: see `complete`.
      force: see `complete`.
      references: other photos of these people, of `references.album.read`.

    Raises:
      errors.UserError: as `find` and `complete`.
    """
    found = self.find(image, faces, mask)
    if references is not None:
      found = matching.assign(references, image, found)
    completed = self.complete(
      image, found, mask, expression=expression, sample=sample, force=force
    )
    return completed_face.lay_back(image, completed)

  def find(
    self,
    image: np.ndarray,
    faces: str = "all",
    mask: np.ndarray | None = None,
  ) -> list[aligned_face.AlignedFace]:
    """Detects the faces of a photo, finds their landmarks and aligns them.

    Faces that lie on their sides or stand on their heads are found where none
    is upright. A hand-made mask is believed to be on a face: where no face is
    sure, it is on the surest of the unsure ones, or else it tells where the
    face is.

    Args:
      image: uint8 [H, W, 3], RGB.
      faces: "all", or "largest" for that one alone, which is quicker.
      mask: see `complete`.

    Returns:
      One face at least, the largest first.

    Raises:
      errors.UserError: no face is found; the mask is of another size or empty.
    """
    if faces not in FACES:
      raise errors.UserError(
        f"faces is {faces!r}; it must be one of {', '.join(FACES)}."
      )
    if mask is not None:
      _check_mask(mask, image)
    size = self.networks.image_size
    try:
      found = face_finder.find_faces(self.networks, image, faces)
    except face_finder.NoFaceError as error:
      if mask is None:
        raise
      unsure = face_finder.surest_under(mask, error.unsure)
      if unsure is None:
        return [aligned_face.align_to_mask(image, mask, size)]
      found = [unsure]
    return [aligned_face.align(image, face, size) for face in found]

  def complete(
    self,
    image: np.ndarray,
    faces: Sequence[aligned_face.AlignedFace],
    mask: np.ndarray | None = None,
    *,
    expression: str = expression_lib.LIKELY,
    sample: int = 0,
    force: bool = False,
  ) -> list[completed_face.CompletedFace]:
    """Segments and completes aligned faces.

    Where the crop cuts a mask off, it is widened, once; where it cuts no more
    than a tip, a wider crop completes that. A face with a reference
    (`references.matching`) gets the features of that. For another expression
    or sample of the same mask, give the completed faces: then this is not done
    again, and what was reported stays.

    Args:
      image: the photo, uint8 [H, W, 3].
      faces: of this photo.
      mask: uint8 or bool [H, W], nonzero where to complete, instead of what
        the networks find; it is taken whatever its size.
      expression: one of `expression.NAMES`; a guess, unless one is asked for.
      sample: which of several drawn around it; 0 is itself.
      force: complete whatever looks like a mask, reported or not.

    Raises:
      errors.UserError: the mask is of another size, empty, or on none of the
        faces; the networks know one completion.
    """
    if mask is not None:
      _check_mask(mask, image)
    self.check_expression(expression, sample)
    run = functools.partial(
      self._run, mask=mask, expression=expression, sample=sample, force=force
    )
    completed = run(faces)
    cut = [
      i
      for i, face in enumerate(completed)
      if face.found_mask and face.mask_touches_edge and not face.widened
    ]
    size = self.networks.image_size
    wider = [_widened(image, faces[i], size) for i in cut]
    wider = run(wider)
    for i, face in zip(cut, wider, strict=True):
      if face.found_mask:
        # The rule was learned on plain crops: their report stands.
        face = dataclasses.replace(face, report=completed[i].report)
        if completed[i].mask_is_cut:
          completed[i] = face
        else:
          completed[i] = dataclasses.replace(completed[i], beneath=face)
    if mask is not None and not any(face.found_mask for face in completed):
      raise errors.UserError(
        "The mask's white lies on none of the faces that were found. Paint it"
        " over a face."
      )
    return completed

  def check_expression(self, expression: str, sample: int) -> None:
    """Raises a UserError unless the networks know this completion."""
    if expression not in expression_lib.NAMES:
      raise errors.UserError(
        f"expression is {expression!r}; it must be one of"
        f" {', '.join(expression_lib.NAMES)}."
      )
    is_likely = expression == expression_lib.LIKELY and not sample
    if not is_likely and not self.networks.structure:
      raise errors.UserError(
        "These networks complete a face in one way. Leave --expression and"
        " --num_samples out, or use networks trained with"
        " config.completion.structure."
      )

  def _run(
    self, faces, mask, expression, sample, force
  ) -> list[completed_face.CompletedFace]:
    """Runs the networks on aligned faces, several at a time."""
    completed = []
    for start in range(0, len(faces), self.networks.max_batch):
      part = faces[start : start + self.networks.max_batch]
      given = None
      if mask is not None:
        aligned = [aligned_face.align_mask(mask, face) for face in part]
        given = np.stack(aligned)[..., None]
      crops = np.stack([face.crop for face in part])
      landmarks = [_landmarks(face, expression, sample) for face in part]
      answer = self.networks(crops, given, np.stack(landmarks))
      masks = answer.probability if given is None else given
      completed += [
        finishing.finish(
          completed_face.CompletedFace.of(
            face,
            predicted=predicted,
            mask=found,
            hidden_reach=self.networks.hidden_reach,
            report=_report(face, found, mask is not None, force),
          ),
          drawn_along,
        )
        for face, predicted, found, drawn_along in zip(
          part, answer.predicted, masks[..., 0], landmarks, strict=True
        )
      ]
    return completed


def _landmarks(face, expression, sample) -> np.ndarray:
  """A face's landmarks in its crop, float32 [468, 3]; NaN if not known."""
  if face.landmarks is None:
    return np.full((anatomy.NUM_LANDMARKS, 3), np.nan, np.float32)
  landmarks = face.landmarks
  if face.match is not None:
    landmarks = guidance.follow(landmarks, face.match.reference.landmarks)
  return expression_lib.of_crop(landmarks, face.transform, expression, sample)


def _widened(image, face, size) -> aligned_face.AlignedFace:
  """A face in a wider crop, which may be there already."""
  if isinstance(face, completed_face.CompletedFace) and face.beneath:
    return face.beneath
  return aligned_face.align(image, face, size, widened=True, match=face.match)


def _report(face, mask, given: bool, force: bool) -> mask_report.MaskReport:
  """Decides on a face, unless that is done already."""
  if given:
    return mask_report.of_given(mask)
  if isinstance(face, completed_face.CompletedFace):
    report = face.report
  else:
    plain = aligned_face.as_if_not_widened(mask) if face.widened else mask
    report = mask_report.of_probability(plain, face.landmarks)
  return mask_report.forced(report, mask) if force else report


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
