"""Faces followed through a film, so that what is completed does not flicker.

Landmarks tremble by a pixel or two from frame to frame, and a network answers
each frame anew. Both are smoothed in time, in the aligned crop, where a face
that moves stays in its place: the crop's placement follows quick motion at once
and slow motion calmly, as the 1-euro filter does (Casiez et al., 2012,
https://doi.org/10.1145/2207676.2208639); mask and prediction are running
averages. Whether the mask is taken off is decided by each frame's own mask, but
no single frame changes it.
"""

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np

from maskgan_jax.faces import detector, finder
from maskgan_jax.unmasking import (
  aligned_face,
  completed_face,
  mask_report,
  skin_grain,
)
from maskgan_jax.unmasking.references import matching, reference

# Of the crop's side: a placement that moves so far in a frame is believed at
# once, one that moves less in proportion, but never less than the share.
_FREE_MOTION = 0.04
_CALM_SHARE = 0.25
# How much of a new frame's mask and prediction enters the running averages.
_NEW_MASK = 0.4
_NEW_PREDICTION = 0.25
# Frames for which a face that the detector misses is believed to stay.
_PATIENCE = 8
# Frames in a row that say otherwise change a decision when they weigh so much
# together: two that say yes, four that are unsure, or eight that say no.
_TO_CHANGE = 8
# In so many frames of a face its reference is looked for.
_MATCHED_FRAMES = 5
_WEIGHTS = {mask_report.YES: 4, mask_report.UNSURE: 2, mask_report.NO: 1}


@dataclasses.dataclass
class Track:
  """One face over time.

  Attributes:
    box: x, y, width, height in the frame's pixels.
    landmarks: of the frame in which it was last found, [468, 3].
    confidence: in that frame, that they are a face's, in [0, 1].
    placement: crop pixels to frame pixels, float64 [2, 3].
    widened: whether its crop is.
    mask: probability, [size, size] float32; None before the first frame.
    predicted: [size, size, 3] float32 in 0..255; likewise.
    grain: of its skin.
    report: what is decided about its mask; None before the first frame.
    against: weight of the last frames in a row whose own mask says otherwise.
    missed: frames since it was last found.
    match: another photo of this person; None where there is none.
    num_seen: frames that it was completed in.
  """

  box: np.ndarray
  landmarks: np.ndarray
  confidence: float
  placement: np.ndarray
  widened: bool = False
  mask: np.ndarray | None = None
  predicted: np.ndarray | None = None
  grain: skin_grain.Grain = dataclasses.field(default_factory=skin_grain.Grain)
  report: mask_report.MaskReport | None = None
  against: int = 0
  missed: int = 0
  match: reference.Match | None = None
  num_seen: int = 0

  def move(self, face: finder.LandmarkedFace, size: int) -> None:
    """Follows the face to where it was found in the next frame."""
    placement = _placement(face.landmarks, size, self.widened)
    corners = np.array([[0, 0, 1], [size, 0, 1], [0, size, 1], [size, size, 1]])
    way = (placement - self.placement) @ corners.T
    side = np.linalg.norm(placement[:, 0]) * size
    moved = np.linalg.norm(way, axis=0).mean() / side
    share = float(np.clip(moved / _FREE_MOTION, _CALM_SHARE, 1.0))
    self.placement += share * (placement - self.placement)
    self.box, self.landmarks, self.missed = face.box, face.landmarks, 0
    self.confidence = face.confidence

  def see(self, face: completed_face.CompletedFace) -> None:
    """Takes a new frame's mask and prediction into the averages."""
    self._decide(face.report)
    self.match, self.num_seen = face.match, self.num_seen + 1
    predicted = face.predicted.astype(np.float32)
    if self.predicted is None or face.widened != self.widened:
      # Averages of another crop lie elsewhere.
      self.placement = _inverse(face.transform)
      self.widened = face.widened
      self.mask, self.predicted = face.mask.copy(), predicted
      return
    self.mask += _NEW_MASK * (face.mask - self.mask)
    if not face.found_mask and self.report.answer != mask_report.NO:
      # Where it saw no mask, the generator painted what it saw: the mask.
      return
    if predicted.shape != self.predicted.shape:
      side = predicted.shape[:2]
      self.predicted = cv2.resize(self.predicted, side[::-1])
    self.predicted += _NEW_PREDICTION * (predicted - self.predicted)

  def _decide(self, own: mask_report.MaskReport) -> None:
    """Believes a frame, or what was decided before it."""
    agrees = self.report is None or (
      (own.answer == mask_report.NO) == (self.report.answer == mask_report.NO)
    )
    self.against = 0 if agrees else self.against + _WEIGHTS[own.answer]
    if agrees or self.against >= _TO_CHANGE:
      self.report, self.against = own, 0


class Tracker:
  """Knows the faces of one film, whose frames come in their order."""

  def __init__(self, size: int):
    """Starts without any face.

    Args:
      size: side of the crops in pixels.
    """
    self._size = size
    self.tracks: list[Track] = []

  def follow(
    self, frame: np.ndarray, found: Sequence[finder.LandmarkedFace]
  ) -> list[aligned_face.AlignedFace]:
    """Aligns the faces of the next frame, missed ones too, as calmly as can be.

    Args:
      frame: uint8 [H, W, 3], RGB.
      found: its faces.

    Returns:
      One face a track, in their order.
    """
    self.tracks = self._matched(found)
    return [
      aligned_face.align(
        frame,
        track,
        self._size,
        widened=track.widened,
        transform=_inverse(track.placement).astype(np.float32),
        match=track.match,
      )
      for track in self.tracks
    ]

  def assign(
    self,
    album: reference.Album,
    frame: np.ndarray,
    faces: Sequence[aligned_face.AlignedFace],
  ) -> list[aligned_face.AlignedFace]:
    """Looks for the references of the faces that `follow` gave, in its order.

    Only in their first frames: with every frame more somebody else's is taken
    for one by chance.

    Args:
      album: the references.
      frame: uint8 [H, W, 3], RGB.
      faces: of it.
    """
    new = [track.num_seen < _MATCHED_FRAMES for track in self.tracks]
    found = iter(
      matching.assign(
        album,
        frame,
        [face for face, is_new in zip(faces, new, strict=True) if is_new],
      )
    )
    return [
      next(found) if is_new else face
      for face, is_new in zip(faces, new, strict=True)
    ]

  def smooth(
    self, faces: Sequence[completed_face.CompletedFace]
  ) -> list[completed_face.CompletedFace]:
    """Returns the faces that `follow` gave with averaged completions.

    Their reports are what the frames so far decide together.

    Args:
      faces: completed, in the same order.
    """
    for track, face in zip(self.tracks, faces, strict=True):
      track.see(face)
    return [
      dataclasses.replace(
        face,
        predicted=track.predicted,
        mask=track.mask,
        report=track.report,
        grain=track.grain,
        beneath=None,  # It would come and go.
      )
      for track, face in zip(self.tracks, faces, strict=True)
    ]

  def _matched(self, found) -> list[Track]:
    """Gives each found face its track, and new tracks to new faces."""
    kept, free = [], list(self.tracks)
    for face in found:
      overlaps = [finder.box_overlap(face.box, track.box) for track in free]
      if overlaps and max(overlaps) > detector.SAME_FACE_IOU:
        track = free.pop(int(np.argmax(overlaps)))
        track.move(face, self._size)
      else:
        placement = _placement(face.landmarks, self._size)
        track = Track(face.box, face.landmarks, face.confidence, placement)
      kept.append(track)
    for track in free:
      track.missed += 1
    return kept + [track for track in free if track.missed <= _PATIENCE]


def _placement(
  landmarks: np.ndarray, size: int, widened: bool = False
) -> np.ndarray:
  return _inverse(aligned_face.crop_transform(landmarks, size, widened))


def _inverse(transform: np.ndarray) -> np.ndarray:
  return cv2.invertAffineTransform(transform.astype(np.float64))
