"""Finds the faces of a photo with their landmarks, however it is turned.

The detector does not tell how a face is turned: it finds most that stand on
their heads or lie on their sides too, and puts their eyes where an upright face
has them. The landmarker's confidence tells. So where no face is sure in the
photo as it is, the three other quarter turns are tried.
"""

import functools
import logging
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.common import errors, pinned_models
from maskgan_jax.faces import alignment, finder
from maskgan_jax.unmasking import backends, landmarked_faces

# Of a film's frames without a face, those in which other turns are tried.
_TURNS_EVERY = 10
_ROTATIONS = {
  1: cv2.ROTATE_90_COUNTERCLOCKWISE,
  2: cv2.ROTATE_180,
  3: cv2.ROTATE_90_CLOCKWISE,
}


class NoFaceError(errors.UserError):
  """A photo on which no face is sure.

  Attributes:
    unsure: what was detected and may be a face, in the photo as it is.
  """

  def __init__(self, message: str, unsure: Sequence[finder.LandmarkedFace]):
    super().__init__(message)
    self.unsure = unsure


def find_faces(
  networks: backends.Networks, image: np.ndarray, which: str = "all"
) -> list[finder.LandmarkedFace]:
  """Returns a photo's faces, the largest first, one at least.

  A photo without any costs three quick looks of the detector more.

  Args:
    networks: with a landmarker; without one the face mesh finds the landmarks,
      and the photo is not turned.
    image: uint8 [H, W, 3] RGB, upright or not.
    which: "all", or "largest" for that one alone, which is quicker.

  Raises:
    NoFaceError: no face is sure.
    pinned_models.MissingModelError: there is neither landmarker nor mesh.
  """
  thorough = which == "all"
  if not networks.landmark_size:
    found = _finder_with_mesh().find(image, which)
    if not found:
      raise NoFaceError(_advice([]), [])
    return found
  look = _look(networks, image, 0, thorough=thorough)
  if look.sure:
    best = look
  else:
    best, others = _turned(networks, image, look, thorough=thorough)
    if not best.sure:
      unsure = [face for one in [look, *others] for face in one.unsure]
      raise NoFaceError(_advice(unsure), look.unsure)
  return best.sure if thorough else best.sure[:1]


class FilmFinder:
  """Finds the faces of one film's frames; knows how the film is turned."""

  def __init__(self, networks: backends.Networks):
    self._networks = networks
    self._turn = 0
    self._num_faceless = 0

  def find(self, frame: np.ndarray) -> list[finder.LandmarkedFace]:
    """Returns the faces of the next frame, the largest first, or none.

    Other turns than the last one are tried in every tenth frame without a face.

    Args:
      frame: uint8 [H, W, 3] RGB.

    Raises:
      pinned_models.MissingModelError: there is neither landmarker nor mesh.
    """
    if not self._networks.landmark_size:
      return _finder_with_mesh().find(frame)
    look = _look(self._networks, frame, self._turn, thorough=True)
    if not look.sure:
      if self._num_faceless % _TURNS_EVERY == 0:
        look, _ = _turned(self._networks, frame, look, thorough=True)
        self._turn = look.turn
      self._num_faceless += 1
    return look.sure


def surest_under(
  mask: np.ndarray, faces: Sequence[finder.LandmarkedFace]
) -> finder.LandmarkedFace | None:
  """Returns the surest of the faces on whose boxes a mask lies.

  Args:
    mask: [H, W], nonzero where to complete.
    faces: of a photo of this size.
  """

  def touched(face):
    corners = np.stack([face.box[:2], face.box[:2] + face.box[2:]])
    (left, top), (right, bottom) = np.clip(corners, 0, None).astype(int)
    return mask[top:bottom, left:right].any()

  return max(filter(touched, faces), key=_confidence, default=None)


def _finder_with_mesh() -> finder.FaceFinder:
  """The shared finder, whose mesh stands in for a landmarker."""
  shared = finder.shared()
  try:
    _ = shared.mesh  # Loaded here if not before.
  except pinned_models.MissingModelError as error:
    raise pinned_models.MissingModelError(
      "These weights have no landmarker, and the face mesh that would stand in"
      f" for it cannot be loaded. {error} Or give weights that have one, as the"
      " released ones do."
    ) from error
  _say_that_the_mesh_stands_in()
  return shared


@functools.cache
def _say_that_the_mesh_stands_in() -> None:
  """Once a process."""
  logging.warning(
    "These weights have no landmarker: the face mesh finds the landmarks, less"
    " exactly under a mask, and on upright photos alone."
  )


def _advice(unsure: Sequence[finder.LandmarkedFace]) -> str:
  """Says that there is no face, and what to do."""
  found = "No face found."
  if unsure:
    best = max(map(_confidence, unsure))
    found = (
      f"No face found for certain (at best {best:.0%} sure, it takes"
      f" {landmarked_faces.MIN_CONFIDENCE:.0%})."
    )
  return (
    f"{found} Give a photo with a face that looks towards the camera and is at"
    " least a tenth of its width, or a --mask of what to complete."
  )


class _Look(NamedTuple):
  """What is found in a photo after so many quarter turns."""

  turn: int
  sure: list[finder.LandmarkedFace]  # The largest first; pixels of the photo.
  unsure: list[finder.LandmarkedFace]


def _look(
  networks: backends.Networks, image: np.ndarray, turn: int, *, thorough: bool
) -> _Look:
  # As np.rot90 does it, but quicker.
  turned = cv2.rotate(image, _ROTATIONS[turn]) if turn else image
  detected = finder.shared().detect(turned, thorough=thorough)
  found = landmarked_faces.of_detected(networks, turned, detected)
  if turn:
    found = [_turned_back(face, turn, turned.shape) for face in found]
  return _Look(turn, *landmarked_faces.sure_and_unsure(found))


def _turned(
  networks: backends.Networks,
  image: np.ndarray,
  look: _Look,
  *,
  thorough: bool,
) -> tuple[_Look, list[_Look]]:
  """The turn with the most sure faces, and quick looks at the other turns.

  Args:
    networks: with a landmarker.
    image: uint8 [H, W, 3].
    look: at one turn of it, with no sure face.
    thorough: how to look at the turn that is chosen.
  """
  others = [
    _look(networks, image, turn, thorough=False)
    for turn in range(4)
    if turn != look.turn
  ]
  best = max(
    [look, *others], key=lambda x: (len(x.sure), sum(map(_confidence, x.sure)))
  )
  if thorough and best.sure:
    closer = _look(networks, image, best.turn, thorough=True)
    best = closer if closer.sure else best
  return best, others


def _turned_back(
  face: finder.LandmarkedFace, turn: int, shape: tuple[int, ...]
) -> finder.LandmarkedFace:
  """Moves a face from a turned photo, of this shape, to the photo itself."""
  # The middle of one is the middle of the other, in pixel centres.
  middle = (np.array(shape[1::-1]) - 1) / 2
  target = middle[::-1] if turn % 2 else middle
  back = alignment.similarity(1.0, -turn * np.pi / 2, middle, target)

  def moved(points):
    return (points @ back[:, :2].T + back[:, 2]).astype(np.float32)

  corners = moved(np.stack([face.box[:2], face.box[:2] + face.box[2:]]))
  low, high = corners.min(0), corners.max(0)
  return finder.LandmarkedFace(
    np.append(low, high - low),
    moved(face.keypoints),
    alignment.transform_landmarks(face.landmarks, back),
    face.confidence,
  )


def _confidence(face: finder.LandmarkedFace) -> float:
  return face.confidence
