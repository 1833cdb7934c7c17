"""Faces followed through a video, so that what is completed does not flicker.

Landmarks tremble by a pixel or two from frame to frame, and a network answers
each frame anew. Both are smoothed in time, in the aligned crop, where a face
that moves stays in its place: the crop's placement follows quick motion at once
and slow motion calmly, as the 1-euro filter does (Casiez et al., 2012,
https://doi.org/10.1145/2207676.2208639); mask and prediction are running
averages.
"""

import dataclasses
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from maskgan_jax.faces import alignment, detector, finder
from maskgan_jax.networks import mask_postprocess
from maskgan_jax.unmasking import blending

# Of the crop's side: a placement that moves so far in a frame is believed at
# once, one that moves less in proportion, but never less than the share.
_FREE_MOTION = 0.03
_CALM_SHARE = 0.25
# How much of a new frame's mask and prediction enters the running averages.
_NEW_MASK = 0.4
_NEW_PREDICTION = 0.25
# Frames for which a face that the detector misses is believed to stay.
_PATIENCE = 8

# Crops [N, size, size, 3] uint8 to the mask's probability [N, size, size, 1]
# and predicted pictures [N, size, size, 3] in 0..255, both float32.
Predict = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclasses.dataclass
class Track:
  """One face over time.

  Attributes:
    box: x, y, width, height in the frame's pixels.
    placement: crop pixels to frame pixels, float64 [2, 3].
    probability: of the mask, [size, size, 1] float32.
    predicted: [size, size, 3] float32 in 0..255.
    missed: frames since it was last found.
  """

  box: np.ndarray
  placement: np.ndarray
  probability: np.ndarray | None = None
  predicted: np.ndarray | None = None
  missed: int = 0

  def move(self, face: finder.LandmarkedFace, size: int) -> None:
    """Follows the face to where it was found in the next frame."""
    placement = _placement(face.landmarks, size)
    corners = np.array([[0, 0, 1], [size, 0, 1], [0, size, 1], [size, size, 1]])
    way = (placement - self.placement) @ corners.T
    side = np.linalg.norm(placement[:, 0]) * size
    moved = np.linalg.norm(way, axis=0).mean() / side
    share = float(np.clip(moved / _FREE_MOTION, _CALM_SHARE, 1.0))
    self.placement += share * (placement - self.placement)
    self.box, self.missed = face.box, 0

  def see(self, probability: np.ndarray, predicted: np.ndarray) -> None:
    """Takes a new frame's mask and prediction into the averages."""
    if self.predicted is None:
      self.probability, self.predicted = probability, predicted
      return
    self.probability += _NEW_MASK * (probability - self.probability)
    self.predicted += _NEW_PREDICTION * (predicted - self.predicted)


def _placement(landmarks: np.ndarray, size: int) -> np.ndarray:
  transform = alignment.crop_transform(landmarks, size).astype(np.float64)
  return cv2.invertAffineTransform(transform)


class Tracker:
  """Takes masks off the frames of one video, in their order."""

  def __init__(self, predict: Predict, size: int):
    """Starts without any face.

    Args:
      predict: segments and completes crops.
      size: side of the crops in pixels.
    """
    self._predict, self._size = predict, size
    self.tracks: list[Track] = []

  def unmask(
    self, frame: np.ndarray, found: Sequence[finder.LandmarkedFace]
  ) -> tuple[np.ndarray, np.ndarray]:
    """Completes the faces of the next frame.

    Args:
      frame: uint8 [H, W, 3], RGB.
      found: its faces.

    Returns:
      The frame without masks, and what share of it is the network's, uint8
      [H, W] in 0..255.
    """
    self.tracks = self._follow(found)
    result, shown = frame.copy(), np.zeros(frame.shape[:2], np.uint8)
    if not self.tracks:
      return result, shown
    transforms = [cv2.invertAffineTransform(t.placement) for t in self.tracks]
    crops = np.stack(
      [alignment.warp(frame, t, self._size)[0] for t in transforms]
    )
    for track, *seen in zip(self.tracks, *self._predict(crops), strict=True):
      track.see(*seen)
    probability = np.stack([t.probability for t in self.tracks])
    blends = mask_postprocess.blend_mask(
      mask_postprocess.completed_mask(probability)
    )
    masked = mask_postprocess.has_mask(probability)
    for track, transform, blend, is_masked in zip(
      self.tracks,
      transforms,
      blends[..., 0],
      masked,
      strict=True,
    ):
      if is_masked:
        window, share = blending.put_back(
          result, track.predicted, blend, transform.astype(np.float32)
        )
        shown[window] = np.maximum(shown[window], share)
    return result, shown

  def _follow(self, found) -> list[Track]:
    """Gives each found face its track, and new tracks to new faces."""
    kept, free = [], list(self.tracks)
    for face in found:
      overlaps = [_overlap(face.box, track.box) for track in free]
      if overlaps and max(overlaps) > detector.SAME_FACE_IOU:
        track = free.pop(int(np.argmax(overlaps)))
        track.move(face, self._size)
      else:
        track = Track(face.box, _placement(face.landmarks, self._size))
      kept.append(track)
    for track in free:
      track.missed += 1
    return kept + [track for track in free if track.missed <= _PATIENCE]


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
  """Intersection over union of two boxes x, y, width, height."""
  low = np.maximum(a[:2], b[:2])
  high = np.minimum(a[:2] + a[2:], b[:2] + b[2:])
  common = np.prod(np.clip(high - low, 0, None))
  return float(common / (a[2] * a[3] + b[2] * b[3] - common))
