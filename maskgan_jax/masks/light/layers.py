"""Plain means to lay something over a part of a photo."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy

# Forehead, cheeks and the bridge of the nose.
_BARE_SKIN = (
  *(151, 108, 337, *anatomy.CHEEK_BONES),
  *(117, 346, anatomy.BETWEEN_EYES),
)


def cover(
  image: np.ndarray, colour: np.ndarray, alpha: np.ndarray
) -> np.ndarray:
  """Lays colour [H, W, 3] over uint8 [H, W, 3] where alpha [H, W] says."""
  alpha = alpha[..., None].astype(np.float32)
  mixed = image * (1 - alpha) + colour * alpha
  return np.round(np.clip(mixed, 0, 255)).astype(np.uint8)


def region(
  shape: tuple[int, ...], polygon: np.ndarray, softness: float
) -> np.ndarray:
  """A filled, softened polygon [n, 2], as float32 [H, W] in [0, 1]."""
  mask = np.zeros(shape[:2], np.uint8)
  corners = np.round(np.asarray(polygon) * 16).astype(np.int32)
  cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, 4)
  return cv2.GaussianBlur(
    mask.astype(np.float32) / 255, (0, 0), max(softness, 0.4)
  )


def noise(
  shape: tuple[int, ...], sigma: float, rng: np.random.Generator
) -> np.ndarray:
  """Smooth noise of unit standard deviation, float32 [H, W]."""
  rough = rng.standard_normal(shape[:2], np.float32)
  rough = cv2.GaussianBlur(rough, (0, 0), max(sigma, 0.3))
  return rough / max(float(rough.std()), 1e-6)


def skin(image: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
  """The face's median colour around forehead and cheeks, [3] in 0..255."""
  height, width = image.shape[:2]
  points = landmarks[list(_BARE_SKIN), :2]
  points = np.clip(np.round(points), 0, [width - 1, height - 1]).astype(int)
  return np.median(image[points[:, 1], points[:, 0]], 0).astype(np.float32)


def axes(
  landmarks: np.ndarray,
) -> tuple[np.ndarray, float, np.ndarray, np.ndarray]:
  """Chin [2] and width of the face, px; its right and down, unit [2]."""
  width = anatomy.cheek_to_cheek(landmarks)
  down = landmarks[anatomy.CHIN, :2] - landmarks[anatomy.FOREHEAD, :2]
  down = down / max(float(np.linalg.norm(down)), 1e-6)
  return landmarks[anatomy.CHIN, :2], width, np.array([down[1], -down[0]]), down
