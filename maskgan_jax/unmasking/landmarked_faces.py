"""Gives detected faces the landmarks that the networks' landmarker finds."""

from collections.abc import Sequence

import cv2
import numpy as np

from maskgan_jax.faces import alignment, detector, finder, rough_crop
from maskgan_jax.unmasking import backends

# Below this confidence the landmarker sees no face. On crops of validation
# people it takes none of 320 squares beside a face for one; of as many faces
# none turned by 90 degrees one way and three the other, and fifteen upside
# down; it misses no upright one, masked or bare. The least sure of 40 people
# who really wear a mask has 0.91.
MIN_CONFIDENCE = 0.8
# Looks at each face, all but the first one at a crop by the landmarks before.
_NUM_LOOKS = 2
# Landmarks whose boxes have so much in common are of one face.
_SAME_FACE_IOU = 0.5


def of_detected(
  networks: backends.Networks,
  image: np.ndarray,
  detected: Sequence[detector.Face],
) -> list[finder.LandmarkedFace]:
  """Returns detected faces with their landmarks, in their order.

  Their confidence is the least of all looks.

  Args:
    networks: with a landmarker.
    image: uint8 [H, W, 3] RGB.
    detected: in it.
  """
  size = networks.landmark_size
  found = []
  for start in range(0, len(detected), networks.max_batch):
    part = detected[start : start + networks.max_batch]
    places = [rough_crop.of_box(f.box, f.keypoints, size) for f in part]
    landmarks, confidence = _landmarks(networks, image, places)
    for _ in range(_NUM_LOOKS - 1):
      places = [rough_crop.of_landmarks(points, size) for points in landmarks]
      landmarks, again = _landmarks(networks, image, places)
      # Wrong landmarks may lead to where a crop happens to look like a face.
      confidence = np.minimum(confidence, again)
    found += [
      finder.LandmarkedFace(face.box, face.keypoints, points, float(sure))
      for face, points, sure in zip(part, landmarks, confidence, strict=True)
    ]
  return found


def _landmarks(networks, image, places):
  """Landmarks in pixels of the image, from crops of it, and confidences."""
  size = networks.landmark_size
  crops = [rough_crop.cut(image, place, size) for place in places]
  points, confidence = networks.landmarks(np.stack(crops))
  landmarks = [
    alignment.transform_landmarks(one, cv2.invertAffineTransform(place))
    for one, place in zip(points, places, strict=True)
  ]
  return landmarks, confidence


def sure_and_unsure(
  faces: Sequence[finder.LandmarkedFace],
) -> tuple[list[finder.LandmarkedFace], list[finder.LandmarkedFace]]:
  """Tells faces from what is none, or is not upright; in their order.

  Of sure faces with the same landmarks the surest is kept: a wrong box beside a
  face may lead to that face's landmarks.
  """
  sure = [face for face in faces if face.confidence >= MIN_CONFIDENCE]
  unsure = [face for face in faces if face.confidence < MIN_CONFIDENCE]
  extents = [_extent(face) for face in sure]
  kept: list[int] = []
  for i in np.argsort([-face.confidence for face in sure], kind="stable"):
    overlaps = (finder.box_overlap(extents[i], extents[j]) for j in kept)
    if all(overlap < _SAME_FACE_IOU for overlap in overlaps):
      kept.append(int(i))
  return [sure[i] for i in sorted(kept)], unsure


def _extent(face: finder.LandmarkedFace) -> np.ndarray:
  """The landmarks' own box: x, y, width, height."""
  low, high = face.landmarks[:, :2].min(0), face.landmarks[:, :2].max(0)
  return np.append(low, high - low)
