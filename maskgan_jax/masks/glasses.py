"""Rims of glasses, which lie over a mask's upper edge and not under it."""

import cv2
import numpy as np

from maskgan_jax import faces

# How much darker than the skin beside it a rim is at least, in L* of 0..255.
_DARKER = 9
# Share of the columns below an eye that a rim crosses, and a wrinkle does not.
_CROSSED = 0.75
# The same of the columns between the eyes, where the bridge is.
_BRIDGED = 0.8
# Turned further in the picture, columns no longer cross the lower rim.
_MAX_ROLL = 0.35


def rims(
  image: np.ndarray,
  landmarks: np.ndarray,
  window: tuple[int, int, int, int],
) -> np.ndarray | None:
  """Finds dark rims: thin, darker than the skin, and below the eyes.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    window: x0, y0, x1, y1 in the picture, what is asked for.

  Returns:
    The rims' opacity, float32 [y1 - y0, x1 - x0] in [0, 1]; None where there
    are none.
  """
  width = float(np.linalg.norm(landmarks[454] - landmarks[234]))
  across = landmarks[454, :2] - landmarks[234, :2]
  if abs(across[1]) > _MAX_ROLL * abs(across[0]) or width < 48:
    return None
  eyes = faces.eye_centres(landmarks)
  top = min(eye[1] for eye in eyes) - 0.12 * width
  below = max(eye[1] for eye in eyes) + 0.23 * width
  low = np.array([landmarks[:, 0].min() - 0.05 * width, top])
  high = np.array([landmarks[:, 0].max() + 0.05 * width, below])
  x0, y0 = (int(v) for v in np.maximum(low, 0))
  x1, y1 = (int(v) for v in np.minimum(high, image.shape[1::-1]))
  if x1 - x0 < 16 or y1 - y0 < 16:
    return None
  lightness = cv2.cvtColor(image[y0:y1, x0:x1], cv2.COLOR_RGB2LAB)[..., 0]
  # Grain must not join a rim with the shadows around it.
  lightness = cv2.GaussianBlur(lightness, (0, 0), max(0.004 * width, 0.5))
  reach = int(0.055 * width) | 1
  kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
  thin = cv2.morphologyEx(lightness, cv2.MORPH_BLACKHAT, kernel)
  dark = (thin > _DARKER).view(np.uint8)
  # What is dark at the nose is its own shadow.
  nose = landmarks[[129, 358], 0].astype(int) - x0
  level = int(max(eye[1] for eye in eyes) + 0.1 * width) - y0
  dark[max(level, 0) :, max(nose.min(), 0) : max(nose.max(), 0)] = 0
  if not _has_bridge(dark, landmarks[[133, 362], :2] - [x0, y0], width):
    return None
  _, parts, stats, _ = cv2.connectedComponentsWithStats(dark)
  kept = set()
  for x, y in np.array(eyes) - [x0, y0]:
    band = parts[
      max(int(y + 0.07 * width), 0) : int(y + 0.24 * width),
      max(int(x - 0.08 * width), 0) : max(int(x + 0.08 * width), 0),
    ]
    if band.size:
      # A rim goes round the eye; what stays below it is a wrinkle.
      kept |= {
        int(name)
        for name in np.unique(band[band > 0])
        if (band == name).any(0).mean() > _CROSSED
        and stats[name, cv2.CC_STAT_TOP] < y + 0.02 * width
      }
  if not kept:
    return None
  rim = cv2.dilate(
    np.isin(parts, list(kept)).view(np.uint8), np.ones((3, 3), np.uint8)
  )
  opacity = rim * np.clip((thin.astype(np.float32) - 6) / 10, 0, 1)
  whole = np.zeros((window[3] - window[1], window[2] - window[0]), np.float32)
  ax, ay = max(x0, window[0]), max(y0, window[1])
  bx, by = min(x1, window[2]), min(y1, window[3])
  if ax >= bx or ay >= by:
    return None
  whole[ay - window[1] : by - window[1], ax - window[0] : bx - window[0]] = (
    opacity[ay - y0 : by - y0, ax - x0 : bx - x0]
  )
  return whole


def _has_bridge(dark, corners, width):
  """Whether something dark joins the eyes' inner corners [2, 2]."""
  first, second = sorted(corners[:, 0].tolist())
  inset = 0.15 * (second - first)
  band = dark[
    max(int(corners[:, 1].min() - 0.11 * width), 0) : max(
      int(corners[:, 1].max() + 0.07 * width), 0
    ),
    max(int(first + inset), 0) : max(int(second - inset), 0),
  ]
  return band.size > 0 and band.any(0).mean() > _BRIDGED
