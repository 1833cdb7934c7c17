"""Rims of glasses, which lie over a mask's upper edge and not under it."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.faces import anatomy

# Faces wider than this, px, are looked at in this width, smaller ones than
# _SMALL not at all.
_LARGE, _SMALL = 420, 48
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
# Brows, wrinkles and bags rarely close to a ring, and others lie beside them. A
# rim has at least this share of dark rays on each of four sides, this mean
# darkness along the ring, and so many times the mean of all rays.
_CLOSED, _DARK, _ALONE = 0.78, 28, 2.2
# The bridge is looked for on lines between the eyes' inner corners, from so far
# above to so far below them, face widths, and crosses this share of the lines.
_BRIDGE_FROM, _BRIDGE_TO, _BRIDGED = -0.11, 0.07, 0.8
# A rim's greatest width, face widths.
_THICKEST = 0.055


class _Eyes(NamedTuple):
  """Where rims may be, in pixels of the part that is looked at."""

  middles: np.ndarray  # [2, 2], the picture's left one first
  corners: np.ndarray  # [2, 2], inner ones
  right: np.ndarray  # [2], unit, from eye to eye
  down: np.ndarray  # [2], unit
  width: float  # of the face


def rims(
  image: np.ndarray,
  landmarks: np.ndarray,
  window: tuple[int, int, int, int],
) -> np.ndarray | None:
  """Finds dark rims: two closed rings, thin and dark, joined by a bridge.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    window: x0, y0, x1, y1 in the picture; the result covers it.

  Returns:
    The rims' opacity, float32 [y1 - y0, x1 - x0] in [0, 1]; None where there
    are none, or the picture's border cuts them off.
  """
  width = anatomy.cheek_to_cheek(landmarks)
  middles = np.stack(anatomy.eye_centres(landmarks))
  reach = 1.5 * _FARTHEST * width
  x0, y0 = np.maximum(middles.min(0) - reach, 0).astype(int)
  x1, y1 = np.minimum(middles.max(0) + reach, image.shape[1::-1]).astype(int)
  ax, ay = max(x0, window[0]), max(y0, window[1])
  bx, by = min(x1, window[2]), min(y1, window[3])
  if width < _SMALL or ax >= bx or ay >= by:
    return None
  part, scale = image[y0:y1, x0:x1], min(1.0, _LARGE / width)
  if scale < 1:
    part = cv2.resize(
      part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
    )
  opacity = _opacity(
    part,
    _eyes(
      (middles - [x0, y0]) * scale,
      (landmarks[list(anatomy.INNER_EYE_CORNERS), :2] - [x0, y0]) * scale,
      width * scale,
    ),
  )
  if opacity is None:
    return None
  opacity = cv2.resize(opacity, (x1 - x0, y1 - y0))
  whole = np.zeros((window[3] - window[1], window[2] - window[0]), np.float32)
  whole[ay - window[1] : by - window[1], ax - window[0] : bx - window[0]] = (
    opacity[ay - y0 : by - y0, ax - x0 : bx - x0]
  )
  return whole


def _eyes(middles, corners, width):
  right = middles[1] - middles[0]
  right = right / max(float(np.linalg.norm(right)), 1e-6)
  return _Eyes(middles, corners, right, np.array([-right[1], right[0]]), width)


def _opacity(image, eyes):
  """Opacity [h, w] of two rims and what joins them, or None."""
  thin = _thin(image, eyes.width)
  if not _has_bridge(thin, eyes):
    return None
  rings = _rings(thin, eyes)
  if not rings:
    return None
  wide, narrow = np.zeros((2, *thin.shape), np.uint8)
  for ring, thickness in rings:
    corners = [np.round(ring * 16).astype(np.int32)]
    for picture, share in ((wide, 1.2), (narrow, 0.5)):
      pixels = max(1, round(share * thickness))
      cv2.polylines(picture, corners, True, 255, pixels, cv2.LINE_AA, 4)
  # The bridge lies at or under the rims' nearest points.
  (left, _), (right, _) = rings
  left = left[(left @ eyes.right).argmax()]
  right = right[(right @ eyes.right).argmin()]
  rise = 0.08 * eyes.width * eyes.down
  bridge = np.stack([left - rise, right - rise, right, left])
  cv2.fillConvexPoly(wide, np.round(bridge).astype(np.int32), 255)
  opacity = np.clip((thin - 5) / 14, 0, 1) * (wide / np.float32(255))
  return np.maximum(opacity, narrow / np.float32(255))


def _thin(image, width):
  """How much darker each pixel is than what a thin thing lies on, [h, w]."""
  lightness = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)[..., 0]
  # Grain must not join a rim with the shadows around it.
  lightness = cv2.GaussianBlur(lightness, (0, 0), max(0.004 * width, 0.5))
  side = int(_THICKEST * width) | 1
  kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
  thin = cv2.morphologyEx(lightness, cv2.MORPH_BLACKHAT, kernel)
  return thin.astype(np.float32)


def _values(thin, places):
  """`thin` at places [..., 2], 0 outside of it."""
  places = places.astype(np.float32)
  return cv2.remap(
    thin, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderValue=0
  )


def _has_bridge(thin, eyes):
  """Whether something dark joins the eyes' inner corners."""
  across = np.linspace(0.15, 0.85, 24)[None, :, None]
  along = np.linspace(_BRIDGE_FROM, _BRIDGE_TO, 24)[:, None, None]
  places = eyes.corners[0] + across * (eyes.corners[1] - eyes.corners[0])
  places = places + along * eyes.width * eyes.down
  return (_values(thin, places) > _DARKER).any(0).mean() > _BRIDGED


def _rings(thin, eyes):
  """Middle [rays, 2] and width of both rims, px; [] where there are none."""
  angle = np.arange(_RAYS) * 2 * np.pi / _RAYS
  radii = np.linspace(_NEAREST, _FARTHEST, _RADII) * eyes.width
  places, darks = [], []
  for eye, outwards in zip(
    eyes.middles, (-eyes.right, eyes.right), strict=True
  ):
    rays = np.outer(_STRETCH * np.cos(angle), outwards)
    rays += np.outer(np.sin(angle), eyes.down)
    middle = eye + _BELOW_EYE * eyes.width * eyes.down
    places.append(middle + rays[:, None] * radii[:, None])
    darks.append(np.minimum(_values(thin, places[-1]), _FULL))
  # Lenses mirror each other: where one rim is faint, the other one leads.
  common = radii[_closed_path((darks[0] + darks[1]) / (2 * _FULL))][:, None]
  near = np.abs(radii - common) < _UNLIKE * eyes.width
  each = np.arange(_RAYS)
  rings = []
  for place, dark in zip(places, darks, strict=True):
    path = _closed_path(np.where(near, dark / _FULL, -1))
    along = dark[each, path]
    if not _is_rim(along, dark):
      return []
    beside = np.abs(radii - radii[path][:, None]) < 0.5 * _THICKEST * eyes.width
    spots = beside & (dark > 0.5 * along[:, None])
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
  cost = _BEND * np.abs(steps)[:, None].astype(np.float32)
  padded = np.full(radii + 4, -1e6, np.float32)
  padded[2:-2] = 0
  choices = np.lib.stride_tricks.sliding_window_view(padded, radii)
  came = np.zeros((2 * rays, radii), np.int64)
  # Twice round; from the middle of the first lap to that of the second one
  # the path no longer knows where it began or ends.
  for k in range(2 * rays):
    reached = choices - cost
    best = reached.argmax(0)
    came[k] = index + steps[best]
    padded[2:-2] = reached[best, index] + gain[k % rays]
  path = np.zeros(2 * rays, np.int64)
  at = int(padded[2:-2].argmax())
  for k in range(2 * rays - 1, -1, -1):
    path[k] = at
    at = came[k, at]
  half = rays // 2
  return np.roll(path[half : half + rays], half)
