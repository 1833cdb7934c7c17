"""Rims of glasses, which lie over a mask's upper edge and not under it."""

import cv2
import numpy as np

from maskgan_jax import faces

# How much darker than the skin beside it a rim is at least, in L* of 0..255.
_DARKER = 9
# A rim is looked for on rays from the middle of a lens, between these radii in
# face widths; lenses are wider than high by this factor.
_RAYS, _RADII = 96, 40
_NEAREST, _FARTHEST = 0.085, 0.2
_STRETCH = 1.3
# A lens's middle below the eye's, face widths.
_BELOW_EYE = 0.025
# A ring's cost of a step in radius from ray to ray, in units of full darkness.
_BEND = 0.12
_FULL = 40
# How far the two rims differ in radius at most, face widths.
_UNLIKE = 0.05
# What tells a rim from brow, wrinkles and bag, which rarely close to a ring
# and come with others beside them: the share of dark rays on each of four
# sides, the mean darkness along the ring, and how often that of all rays.
_CLOSED, _DARK, _ALONE = 0.78, 28, 2.2
# Share of the columns between the eyes that the bridge crosses.
_BRIDGED = 0.8
# A rim's greatest width, face widths.
_THICKEST = 0.055


def rims(
  image: np.ndarray,
  landmarks: np.ndarray,
  window: tuple[int, int, int, int],
) -> np.ndarray | None:
  """Finds dark rims: two closed rings, thin and dark, joined by a bridge.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    window: x0, y0, x1, y1 in the picture, what is asked for.

  Returns:
    The rims' opacity, float32 [y1 - y0, x1 - x0] in [0, 1]; None where there
    are none.
  """
  width = float(np.linalg.norm(landmarks[454] - landmarks[234]))
  if width < 48:
    return None
  eyes = np.stack(faces.eye_centres(landmarks))
  reach = 1.5 * _FARTHEST * width
  x0, y0 = (int(v) for v in np.maximum(eyes.min(0) - reach, 0))
  x1, y1 = (int(v) for v in np.minimum(eyes.max(0) + reach, image.shape[1::-1]))
  if x1 - x0 < 16 or y1 - y0 < 16:
    return None
  thin = _thin(image[y0:y1, x0:x1], width)
  corners = landmarks[[133, 362], :2] - [x0, y0]
  if not _has_bridge(thin, corners, width):
    return None
  rings = _rings(thin, eyes - [x0, y0], width)
  if not rings:
    return None
  opacity = _opacity(thin, rings, width)
  whole = np.zeros((window[3] - window[1], window[2] - window[0]), np.float32)
  ax, ay = max(x0, window[0]), max(y0, window[1])
  bx, by = min(x1, window[2]), min(y1, window[3])
  if ax >= bx or ay >= by:
    return None
  whole[ay - window[1] : by - window[1], ax - window[0] : bx - window[0]] = (
    opacity[ay - y0 : by - y0, ax - x0 : bx - x0]
  )
  return whole


def _thin(image, width):
  """How much darker each pixel is than what a thin thing lies on, [h, w]."""
  lightness = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)[..., 0]
  # Grain must not join a rim with the shadows around it.
  lightness = cv2.GaussianBlur(lightness, (0, 0), max(0.004 * width, 0.5))
  side = int(_THICKEST * width) | 1
  kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
  thin = cv2.morphologyEx(lightness, cv2.MORPH_BLACKHAT, kernel)
  return thin.astype(np.float32)


def _rings(thin, eyes, width):
  """Middle [rays, 2] and width of both rims, px; [] where there are none."""
  right = eyes[1] - eyes[0]
  right = right / max(float(np.linalg.norm(right)), 1e-6)
  down = np.array([-right[1], right[0]])
  angle = np.arange(_RAYS) * 2 * np.pi / _RAYS
  radii = np.linspace(_NEAREST, _FARTHEST, _RADII) * width
  places, darks = [], []
  for eye, outwards in zip(eyes, (-right, right), strict=True):
    rays = np.outer(_STRETCH * np.cos(angle), outwards)
    rays += np.outer(np.sin(angle), down)
    middle = eye + _BELOW_EYE * width * down
    place = (middle + rays[:, None] * radii[:, None]).astype(np.float32)
    dark = cv2.remap(
      thin, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderValue=0
    )
    places.append(place)
    darks.append(np.minimum(dark, _FULL))
  # Lenses mirror each other: where one rim is faint, the other one leads.
  common = radii[_closed_path((darks[0] + darks[1]) / (2 * _FULL))][:, None]
  each = np.arange(_RAYS)
  rings = []
  for place, dark in zip(places, darks, strict=True):
    near = np.abs(radii - common) < _UNLIKE * width
    path = _closed_path(np.where(near, dark / _FULL, -1))
    along = dark[each, path]
    if not _is_rim(along, dark):
      return []
    near = np.abs(radii - radii[path][:, None]) < 0.5 * _THICKEST * width
    spots = near & (dark > 0.5 * along[:, None])
    thickness = float(np.median(spots.sum(1))) * (radii[1] - radii[0])
    rings.append((place[each, path], thickness))
  return rings


def _is_rim(along, dark):
  """Whether `along` [rays], the best ring in `dark` [rays, radii], is one."""
  sides = np.roll(along > _DARKER, _RAYS // 8).reshape(4, -1).mean(1)
  mean = along.mean()
  return sides.min() > _CLOSED and mean > max(_DARK, _ALONE * dark.mean())


def _closed_path(gain):
  """On each ray of `gain` [rays, radii] the index of the best ring [rays]."""
  rays, radii = gain.shape
  index = np.arange(radii)
  steps = np.arange(-2, 3)
  cost = _BEND * np.abs(steps)[:, None]
  total = np.zeros(radii, np.float32)
  came = np.zeros((2 * rays, radii), np.int64)
  # Twice round; from the middle of the first lap to that of the second one
  # the path no longer knows where it began or ends.
  for k in range(2 * rays):
    padded = np.pad(total, 2, constant_values=-1e6)
    choices = np.stack([padded[2 + s : 2 + s + radii] for s in steps]) - cost
    best = choices.argmax(0)
    came[k] = index + steps[best]
    total = choices[best, index] + gain[k % rays]
  path = np.zeros(2 * rays, np.int64)
  at = int(total.argmax())
  for k in range(2 * rays - 1, -1, -1):
    path[k] = at
    at = came[k, at]
  half = rays // 2
  return np.roll(path[half : half + rays], half)


def _has_bridge(thin, corners, width):
  """Whether something dark joins the eyes' inner corners [2, 2]."""
  first, second = sorted(corners[:, 0].tolist())
  inset = 0.15 * (second - first)
  band = thin[
    max(int(corners[:, 1].min() - 0.11 * width), 0) : max(
      int(corners[:, 1].max() + 0.07 * width), 0
    ),
    max(int(first + inset), 0) : max(int(second - inset), 0),
  ]
  return band.size > 0 and (band > _DARKER).any(0).mean() > _BRIDGED


def _opacity(thin, rings, width):
  """[h, w] of two rings and what joins them."""
  wide, narrow = np.zeros((2, *thin.shape), np.uint8)
  for ring, thickness in rings:
    corners = [np.round(ring * 16).astype(np.int32)]
    for image, share in ((wide, 1.2), (narrow, 0.5)):
      pixels = max(1, round(share * thickness))
      cv2.polylines(image, corners, True, 255, pixels, cv2.LINE_AA, 4)
  left, right = sorted(
    (ring for ring, _ in rings), key=lambda ring: ring[:, 0].mean()
  )
  left, right = left[left[:, 0].argmax()], right[right[:, 0].argmin()]
  rise = np.array([0, 0.08 * width])
  bridge = np.stack([left - rise, right - rise, right, left])
  cv2.fillConvexPoly(wide, np.round(bridge).astype(np.int32), 255)
  opacity = np.clip((thin - 5) / 14, 0, 1) * (wide / np.float32(255))
  return np.maximum(opacity, narrow / np.float32(255))
