"""The aligned square crop of a face: where it lies, and how it is cut."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy

# The crop. Its side is the larger of two measures: the eye distance alone
# doubles a turned face, the face height alone a face that looks down.
SIDE_PER_EYE_DISTANCE = 3.15
SIDE_PER_FACE_HEIGHT = 2.15
# Where the middle between eyes and chin comes to lie, as a share of the side.
MIDDLE_Y = 0.64
# How wide a face is that looks at the camera, as a share of the side.
FACE_WIDTH = 0.574
# Where an aligned crop shows bare skin above any mask: forehead and the band
# beneath the eyes; top, bottom, left, right as shares of the side.
SKIN_BOXES = ((0.20, 0.32, 0.36, 0.64), (0.46, 0.54, 0.30, 0.70))


def crop_transform(landmarks: np.ndarray, size: int) -> np.ndarray:
  """Returns the similarity that aligns a face, photo px to crop px.

  The eye line becomes level; scale and centre follow from the eyes and the
  chin, so that the chin stays inside with a margin.

  Args:
    landmarks: [468, 3] in photo pixels.
    size: side of the crop in pixels.

  Returns:
    float32 [2, 3].
  """
  first, second = anatomy.eye_centres(landmarks)
  angle = angle_of(first, second)
  rotation = np.array(
    [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
  )
  upright = landmarks[:, :2] @ rotation.T
  eyes = (first + second) / 2 @ rotation.T
  chin = upright[anatomy.CHIN]
  face_height = max(chin[1] - eyes[1], 1e-3)
  side = max(
    SIDE_PER_EYE_DISTANCE * np.linalg.norm(second - first),
    SIDE_PER_FACE_HEIGHT * face_height,
  )
  centre_x = (upright[:, 0].min() + upright[:, 0].max()) / 2
  anchor = np.array([centre_x, (eyes[1] + chin[1]) / 2]) @ rotation
  target = (size / 2, MIDDLE_Y * size)
  return similarity(size / side, angle, anchor, target).astype(np.float32)


def crop_side(landmarks: np.ndarray) -> float:
  """Returns the side of a face's aligned crop in pixels of the photo."""
  return 1 / enlargement(crop_transform(landmarks, 1))


def face_width(landmarks: np.ndarray) -> float:
  """Returns how wide a face would be from the front, in pixels of the photo.

  It follows from the crop's side, which a turn of the head leaves as it is.

  Args:
    landmarks: [468, 3] in photo pixels.
  """
  return FACE_WIDTH * crop_side(landmarks)


def warp(
  image: np.ndarray, transform: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
  """Cuts the aligned crop; what lies outside the photo is its reflection.

  Returns:
    The crop uint8 [size, size, 3], and where it shows the photo: uint8
    [size, size], 255 inside, 0 outside.
  """
  scale = enlargement(transform)
  source = image
  if scale < 0.5:
    # warpAffine samples four pixels: reduce by area first against aliasing.
    shrink = scale * 1.5
    reduced = (
      max(1, round(image.shape[1] * shrink)),
      max(1, round(image.shape[0] * shrink)),
    )
    source = cv2.resize(image, reduced, interpolation=cv2.INTER_AREA)
    back = np.array([reduced[0] / image.shape[1], reduced[1] / image.shape[0]])
    # Pixel centres: x_small = (x + .5) * ratio - .5.
    linear = transform[:, :2] / back
    offset = transform[:, 2] + linear @ (0.5 - 0.5 * back)
    transform = np.concatenate([linear, offset[:, None]], axis=1)
  crop = cv2.warpAffine(
    source,
    transform,
    (size, size),
    flags=cv2.INTER_LINEAR if scale < 1 else cv2.INTER_CUBIC,
    borderMode=cv2.BORDER_REFLECT_101,
  )
  inside = np.full(source.shape[:2], 255, np.uint8)
  valid = cv2.warpAffine(
    inside, transform, (size, size), flags=cv2.INTER_NEAREST
  )
  return crop, valid


def transform_landmarks(
  landmarks: np.ndarray, transform: np.ndarray
) -> np.ndarray:
  """Maps landmarks [N, 3] by a similarity [2, 3]; z scales along."""
  xy = landmarks[:, :2] @ transform[:, :2].T + transform[:, 2]
  z = landmarks[:, 2:] * enlargement(transform)
  return np.concatenate([xy, z], axis=1).astype(np.float32)


def enlargement(transform: np.ndarray) -> float:
  """Returns crop pixels per photo pixel."""
  return float(np.sqrt(abs(np.linalg.det(transform[:, :2]))))


def angle_of(first: np.ndarray, second: np.ndarray) -> float:
  """Returns the slope of the line between two points [2], in radians."""
  dx, dy = np.asarray(second, np.float64) - np.asarray(first, np.float64)
  return float(np.arctan2(dy, dx))


def similarity(
  scale: float, angle: float, source: np.ndarray, target: np.ndarray
) -> np.ndarray:
  """Returns the map that turns by -angle, scales and takes source to target.

  Args:
    scale: of lengths.
    angle: in radians.
    source: [2], any point.
    target: [2], where it comes to lie.

  Returns:
    float64 [2, 3].
  """
  cos, sin = scale * np.cos(angle), scale * np.sin(angle)
  linear = np.array([[cos, sin], [-sin, cos]])
  offset = np.asarray(target) - linear @ np.asarray(source)
  return np.concatenate([linear, offset[:, None]], axis=1)


def visible_skin(mask: np.ndarray) -> np.ndarray:
  """Returns where an aligned crop shows bare skin, bool [H, W].

  Args:
    mask: [H, W], nonzero where hidden.
  """
  height, width = mask.shape
  skin = np.zeros(mask.shape, bool)
  for top, bottom, left, right in SKIN_BOXES:
    skin[
      round(top * height) : round(bottom * height),
      round(left * width) : round(right * width),
    ] = True
  return skin & (mask == 0)
