"""From a wide crop to what the landmarker sees, at random, as photos come."""

import cv2
import numpy as np

from maskgan_jax.faces import alignment, rough_crop

# Of all examples, those that show no face, and those whose face is turned too
# far to be called found.
NO_FACE_SHARE = 0.06
TURNED_SHARE = 0.04
# Degrees in the plane beyond which a face is turned too far, and up to which it
# must be found.
FAR, NEAR = 80.0, 60.0
# The share of faces turned anywhere up to NEAR; others as the detector errs.
_ANY_ANGLE_SHARE = 0.2
_DETECTOR_ERROR = 6.0  # Standard deviation, degrees.
# Standard deviations of a second look, by the landmarks of the first one:
# logarithm of the size, way in sides of the crop, degrees.
_CLOSE_SIZE, _CLOSE_WAY, _CLOSE_ANGLE = 0.04, 0.015, 2.5


def example(
  image: np.ndarray,
  landmarks: np.ndarray,
  box: np.ndarray,
  keypoints: np.ndarray,
  size: int,
  rng: np.random.Generator,
  mirror: np.ndarray,
  close_share: float,
) -> tuple[np.ndarray, np.ndarray, np.float32]:
  """Draws one example.

  Args:
    image: the wide crop, uint8 [H, W, 3].
    landmarks: [468, 3] in its pixels.
    box: of the detector, [4].
    keypoints: of the detector, [5, 2].
    size: side of the rough crop in pixels.
    rng: draws all of it.
    mirror: each landmark's counterpart on the other side, int [468].
    close_share: of the faces to be found, those cut as for a second look.

  Returns:
    The rough crop, uint8 [size, size, 3]; the landmarks in sides of it,
    float32 [468, 3]; and 1 where it shows a face to be found, 0 where it shows
    none.
  """
  kind = rng.random()
  has_face = np.float32(kind >= NO_FACE_SHARE + TURNED_SHARE)
  if kind < NO_FACE_SHARE:
    transform = _beside(len(image), size, rng)
  elif has_face and rng.random() < close_share:
    transform = _close(landmarks, size, rng)
  else:
    transform = _around(box, keypoints, size, rng, far=not has_face)
  crop = _cut_off(_warp(image, transform, size), rng)
  points = alignment.transform_landmarks(landmarks, transform) / size
  if rng.random() < 0.5:
    crop, points = crop[:, ::-1], points[mirror]
    points[:, 0] = (size - 1) / size - points[:, 0]
  return _worsen(crop, rng), points.astype(np.float32), has_face


def _around(box, keypoints, size, rng, *, far) -> np.ndarray:
  """The rough crop, moved, enlarged and turned."""
  if far:
    angle = rng.uniform(FAR, 360 - FAR)
  elif rng.random() < _ANY_ANGLE_SHARE:
    angle = rng.uniform(-NEAR, NEAR)
  else:
    angle = rng.normal(0, _DETECTOR_ERROR)
  scale = np.exp(rng.uniform(-0.2, 0.2))
  middle = np.array([size / 2, size / 2])
  moved = middle + rng.uniform(-0.08, 0.08, 2) * size
  change = alignment.similarity(scale, np.radians(angle), middle, moved)
  rough = rough_crop.of_box(box, keypoints, size)
  return change @ np.vstack([rough, [0, 0, 1]])


def _close(landmarks, size, rng) -> np.ndarray:
  """The rough crop by landmarks that are nearly right."""
  middle = np.array([size / 2, size / 2])
  change = alignment.similarity(
    np.exp(rng.normal(0, _CLOSE_SIZE)),
    np.radians(rng.normal(0, _CLOSE_ANGLE)),
    middle,
    middle + rng.normal(0, _CLOSE_WAY, 2) * size,
  )
  rough = rough_crop.of_landmarks(landmarks, size)
  return change @ np.vstack([rough, [0, 0, 1]])


def _beside(wide, size, rng) -> np.ndarray:
  """A square beside the face."""
  side = wide * rng.uniform(0.15, 0.35)
  direction = rng.uniform(0, 2 * np.pi)
  away = wide * rng.uniform(0.36, 0.45)
  centre = wide / 2 + away * np.array([np.cos(direction), np.sin(direction)])
  return alignment.similarity(
    size / side, rng.uniform(-1, 1), centre, (size / 2, size / 2)
  )


def _warp(image, transform, size):
  shrinks = alignment.enlargement(transform) < 1
  return cv2.warpAffine(
    image,
    transform,
    (size, size),
    flags=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
  )


def _cut_off(crop, rng):
  """Lets the photo end somewhere in the crop."""
  if rng.random() < 0.1:
    size = len(crop)
    end = round(size * rng.uniform(0.6, 1.0))
    side = rng.integers(4)
    crop = np.rot90(crop, side).copy()
    crop[end:] = 0
    crop = np.rot90(crop, -side)
  return crop


def _worsen(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Small, grey, dark, tinted, noisy or compressed, now and then."""
  size = len(crop)
  if rng.random() < 0.25:
    small = max(12, round(size * rng.uniform(0.2, 0.9)))
    crop = cv2.resize(crop, (small, small), interpolation=cv2.INTER_AREA)
    crop = cv2.resize(crop, (size, size), interpolation=cv2.INTER_LINEAR)
  gamma = np.exp(rng.normal(0, 0.25))
  gain, offset = rng.uniform(0.5, 1.15), rng.uniform(-0.05, 0.05)
  # One table a channel: curves are cheap that way.
  levels = (np.arange(256) / 255) ** gamma * gain + offset
  tint = 1 + rng.normal(0, 0.05, 3)
  tables = np.clip(np.round(255 * levels[:, None] * tint), 0, 255)
  crop = cv2.LUT(np.ascontiguousarray(crop), tables.astype(np.uint8)[:, None])
  if rng.random() < 0.15:
    crop = cv2.cvtColor(
      cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB
    )
  if rng.random() < 0.3:
    noise = np.empty(crop.shape, np.int16)
    cv2.setRNGSeed(int(rng.integers(2**31)))
    cv2.randn(noise, 0, 255 * rng.uniform(0.005, 0.05))
    crop = np.clip(crop + noise, 0, 255).astype(np.uint8)
  if rng.random() < 0.3:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(20, 90))]
    crop = cv2.imdecode(
      cv2.imencode(".jpg", crop, quality)[1], cv2.IMREAD_COLOR
    )
  return crop
