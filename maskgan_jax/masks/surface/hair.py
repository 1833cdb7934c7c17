"""Hair that hangs over the ears, on a strap's way or before a mask."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks.surface import colours, head

# Skin of each cheek, the picture's left one first; beards leave it bare.
_CHEEKS = (
  (50, 101, 117, 118, 123, 116),
  (280, 330, 346, 347, 352, 345),
)
# How far skin differs from the cheek's at most: as a share of its L* if
# darker, in L* of 0..255 if brighter, in a* below and above it (ears are
# redder), in b*.
_DARKER, _BRIGHTER = 0.4, 70.0
_PALER, _REDDER, _HUE = 13.0, 30.0, 16.0
# Beside temple, jaw and neck, outside of the face: landmarks of both sides, and
# how far out and down, face widths.
_BESIDE = ((21, 251), (132, 361), (58, 288))
_OUT, _DOWN = 0.09, (0.0, 0.0, 0.1)
# Hair has one colour, this far apart at most in L*, a* and b* of 0..255.
_ALIKE = np.array([34.0, 10.0, 12.0])
# Where it may hang before the cheek: along these, so far in and out.
_EDGE = (
  (127, 234, 93, 132, 58, 172, 136),
  (356, 454, 323, 361, 288, 397, 365),
)
_INWARDS = np.array([0.13, 0.13, 0.13, 0.11, 0.09, 0.06, 0.03])[:, None]
_OUTWARDS = 0.3
# Hair is hardly brighter than skin, in L* of 0..255; walls are.
_PALE = 5
# Of the upper cheek's edge so much at least is hair: else it is a beard or
# the background.
_ON_CHEEK = 0.3
# The colour of a place is its neighbourhood's, face widths.
_NEAR = 0.012
_CROSS = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])


def is_skin(
  image: np.ndarray, landmarks: np.ndarray, points: np.ndarray, side: int
) -> np.ndarray:
  """Whether places have the colour of a cheek.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    points: [n, 2], px; places outside the picture are no skin.
    side: 0 for the cheek on the picture's left, 1 for the other.

  Returns:
    bool [n].
  """
  cheek = landmarks[list(_CHEEKS[side]), :2]
  near = _NEAR * anatomy.cheek_to_cheek(landmarks) * _CROSS
  places = np.round(np.concatenate([cheek, points])[:, None] + near)
  limit = np.array(image.shape[1::-1]) - 1
  inside = ((places >= 0) & (places <= limit)).all(-1)
  mean = colours.lab_at(image, places).mean(1)
  skin = np.median(mean[: len(cheek)], 0)
  light, red, yellow = (mean[len(cheek) :] - skin).T
  alike = (light > -_DARKER * skin[0]) & (light < _BRIGHTER)
  alike &= (red > -_PALER) & (red < _REDDER) & (np.abs(yellow) < _HUE)
  return alike & inside[len(cheek) :].all(1)


def seen(
  skin: np.ndarray, points: np.ndarray, fade: float, least: float
) -> np.ndarray:
  """How far a strap is seen that goes under hair.

  It fades under the hair that covers its end; hair that it crosses on its way
  lies below it.

  Args:
    skin: bool [n], whether it lies on skin.
    points: [n, 2], px, of the strap.
    fade: how far it shows through, px.
    least: how far it is seen at least, px.

  Returns:
    [n] in [0, 1].
  """
  steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
  along = np.concatenate([[0.0], np.cumsum(steps)])
  last = np.flatnonzero(skin)
  begins = max(along[last[-1]] if last.size else 0.0, least)
  return np.clip(1 - (along - begins) / max(fade, 1e-6), 0, 1)


def over_cheeks(
  image: np.ndarray,
  landmarks: np.ndarray,
  window: tuple[int, int, int, int],
) -> np.ndarray | None:
  """Finds long hair that hangs beside the face and before its edge.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    window: x0, y0, x1, y1 in the picture; the result covers it.

  Returns:
    The hair's opacity, float32 [y1 - y0, x1 - x0] in [0, 1]; None where there
    is no long hair.
  """
  frame = head.head_frame(landmarks)
  whole = None
  for side in (0, 1):
    colour = _long_hair(image, landmarks, frame, side)
    if colour is None:
      continue
    if whole is None:
      whole = np.zeros((window[3] - window[1], window[2] - window[0]))
      whole = whole.astype(np.float32)
    _add_side(whole, image, landmarks, frame, window, side, colour)
  return whole


def _long_hair(image, landmarks, frame, side):
  """L*a*b* of hair that hangs down beside a cheek, or None."""
  out = (2 * side - 1) * _OUT * frame.axes[0, :2]
  places = np.stack(
    [
      landmarks[pair[side], :2] + frame.width * (out + down * frame.axes[1, :2])
      for pair, down in zip(_BESIDE, _DOWN, strict=True)
    ]
  )
  limit = np.array(image.shape[1::-1]) - 1
  reach = max(1, int(0.02 * frame.width))
  corners = np.round(places).astype(int)
  if (corners < reach).any() or (corners > limit - reach).any():
    return None
  if is_skin(image, landmarks, places, side).any():
    return None
  pieces = [
    image[y - reach : y + reach + 1, x - reach : x + reach + 1]
    for x, y in corners.tolist()
  ]
  pieces = cv2.cvtColor(np.concatenate(pieces), cv2.COLOR_RGB2LAB)
  means = pieces.reshape(len(places), -1, 3).astype(np.float32).mean(1)
  return means.mean(0) if (np.ptp(means, 0) < _ALIKE).all() else None


def _add_side(whole, image, landmarks, frame, window, side, colour):
  """Adds one side's hair to what is found so far."""
  edge = landmarks[list(_EDGE[side]), :2].astype(np.float64)
  edge[-1] += 0.25 * frame.width * frame.axes[1, :2]
  out = (2 * side - 1) * frame.width * frame.axes[0, :2]
  cheek = np.linspace(edge[:4], edge[:4] - 0.06 * out, 4)
  area = np.concatenate([edge - _INWARDS * out, edge[::-1] + _OUTWARDS * out])
  x0, y0 = np.maximum(np.floor(area.min(0)).astype(int), window[:2])
  x1, y1 = np.minimum(np.ceil(area.max(0)).astype(int), window[2:])
  if x0 >= x1 or y0 >= y1:
    return
  lab = cv2.cvtColor(image[y0:y1, x0:x1], cv2.COLOR_RGB2LAB)
  skin = np.median(colours.lab_at(image, landmarks[list(_CHEEKS[side]), :2]), 0)
  if colour[0] > skin[0] + _PALE:
    return
  at_edge = _hairy(colours.lab_at(image, cheek), colour, skin)
  if at_edge.mean() < _ON_CHEEK:
    return
  opacity = _hairy(lab, colour, skin)
  inside = np.zeros(opacity.shape, np.uint8)
  corners = np.round((area - [x0, y0]) * 16).astype(np.int32)
  cv2.fillPoly(inside, [corners], 255, cv2.LINE_AA, 4)
  size = 2 * max(1, int(0.03 * frame.width)) + 1
  opacity *= cv2.blur(inside, (size, size)) * np.float32(1 / 255)
  part = whole[y0 - window[1] : y1 - window[1], x0 - window[0] : x1 - window[0]]
  np.maximum(part, opacity, out=part)


def _hairy(lab, hair, skin):
  """How much more like hair than like skin colours [..., 3] are, 0 to 1."""
  to_hair, to_skin = (
    np.sqrt(np.square((lab - one) / np.float32([2, 1, 1])).sum(-1))
    for one in (hair, skin)
  )
  share = to_skin / np.maximum(to_hair + to_skin, 1)
  return np.clip((share - 0.5) / 0.18, 0, 1).astype(np.float32)
