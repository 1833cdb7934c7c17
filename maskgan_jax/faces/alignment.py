"""Where a face lies: its 468 landmarks and the aligned square crop."""

import dataclasses

import cv2
import numpy as np

CHIN, NOSE_TIP = 152, 4
RIGHT_CHEEK, LEFT_CHEEK = 234, 454
RIGHT_EYE, LEFT_EYE = (33, 133, 159, 145), (263, 362, 386, 374)
# Eye and brow, which are not skin.
RIGHT_EYE_AND_BROW = (33, 133, 145, 159, 46, 70, 63, 105, 66, 107)
LEFT_EYE_AND_BROW = (263, 362, 374, 386, 276, 300, 293, 334, 296, 336)

# Below this confidence the mesh is not on a face.
MESH_THRESHOLD = 0.5

# The crop. Its side is the larger of two measures: the eye distance alone
# doubles a turned face, the face height alone a face that looks down.
SIDE_PER_EYE_DISTANCE = 3.15
SIDE_PER_FACE_HEIGHT = 2.15
# Where the middle between eyes and chin comes to lie, as a share of the side.
MIDDLE_Y = 0.64


@dataclasses.dataclass(frozen=True)
class UsabilityRule:
  """What makes a face usable for training and evaluation.

  Attributes:
    max_enlargement: crop pixels per photo pixel.
    max_outside: share of the crop that lies outside the photo.
    max_turn: degrees of yaw, either way.
  """

  max_enlargement: float = 1.3
  max_outside: float = 0.2
  max_turn: float = 50.0


def eye_centres(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Returns the centres of the eye on the picture's left and right, [2]."""
  return (
    landmarks[list(RIGHT_EYE), :2].mean(0),
    landmarks[list(LEFT_EYE), :2].mean(0),
  )


def skin_mask(landmarks: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
  """Returns where a face has skin: its outline without eyes and brows.

  Args:
    landmarks: [468, 2 or more] in pixels of the picture.
    shape: of the picture, [H, W, ...].

  Returns:
    uint8 [H, W], 1 on skin, or on what hides it.
  """
  points = np.round(landmarks[:, :2]).astype(np.int32)
  mask = np.zeros(shape[:2], np.uint8)
  cv2.fillConvexPoly(mask, cv2.convexHull(points), 1)
  # The outline's own edge, and lashes, are not skin either.
  margin = max(1, round(0.04 * np.ptp(points[:, 0])))
  mask = cv2.erode(mask, np.ones((2 * margin + 1,) * 2, np.uint8))
  for feature in (RIGHT_EYE_AND_BROW, LEFT_EYE_AND_BROW):
    hull = cv2.convexHull(points[list(feature)])
    cv2.fillConvexPoly(mask, hull, 0)
    cv2.polylines(mask, [hull], True, 0, 2 * margin + 1)
  return mask


def yaw(landmarks: np.ndarray) -> float:
  """Returns the turn of the head in degrees, 0 when frontal."""
  across = landmarks[LEFT_CHEEK] - landmarks[RIGHT_CHEEK]
  width = np.hypot(across[0], across[1])
  return float(np.degrees(np.arctan2(across[2], width)))


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
  first, second = eye_centres(landmarks)
  angle = angle_of(first, second)
  rotation = np.array(
    [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
  )
  upright = landmarks[:, :2] @ rotation.T
  eyes = (first + second) / 2 @ rotation.T
  chin = upright[CHIN]
  face_height = max(chin[1] - eyes[1], 1e-3)
  side = max(
    SIDE_PER_EYE_DISTANCE * np.linalg.norm(second - first),
    SIDE_PER_FACE_HEIGHT * face_height,
  )
  centre_x = (upright[:, 0].min() + upright[:, 0].max()) / 2
  anchor = np.array([centre_x, (eyes[1] + chin[1]) / 2]) @ rotation
  target = (size / 2, MIDDLE_Y * size)
  return similarity(size / side, angle, anchor, target).astype(np.float32)


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


def unusable_reason(
  landmarks: np.ndarray,
  confidence: float,
  transform: np.ndarray,
  valid: np.ndarray,
  rule: UsabilityRule,
) -> str | None:
  """Says why an aligned face should not be learned from; None if it should.

  Args:
    landmarks: [468, 3] in photo pixels.
    confidence: the mesh's own, in [0, 1].
    transform: photo px to crop px, [2, 3].
    valid: [H, W], nonzero where the crop shows the photo.
    rule: the limits.
  """
  if confidence < MESH_THRESHOLD:
    return f"face mesh unsure ({confidence:.2f} < {MESH_THRESHOLD})"
  if (scale := enlargement(transform)) > rule.max_enlargement:
    return f"face too small (enlarged {scale:.2f} > {rule.max_enlargement})"
  if (outside := float(np.mean(valid == 0))) > rule.max_outside:
    return f"too much outside ({outside:.2f} > {rule.max_outside})"
  if abs(turn := yaw(landmarks)) > rule.max_turn:
    return f"turned too far ({abs(turn):.0f} > {rule.max_turn:.0f} degrees)"
  return None


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
