"""Where a collar begins below the chin: a gaiter goes down into it."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks.surface import colours, head

# Looked for on lines down the neck, face widths from the middle, and on so many
# places of each; the last lies so far below the chin.
_LINES, _PLACES, _FARTHEST = np.linspace(-0.2, 0.2, 11), 48, 0.8
_CHEEKS = (*anatomy.CHEEK_BONES, 117, 346, 101, 330)
# Units of lightness and colour. An edge is a step of at least so many between
# the means of so many places above and below it; what lies below is so many
# away from the cheeks, too.
_UNITS = np.float32([60, 12, 12])
_STEP, _REACH, _NOT_SKIN = 1.0, 4, 0.8
# As many lines must meet a collar.
_LEAST_LINES = 5


def below(
  image: np.ndarray,
  landmarks: np.ndarray,
  frame: head.HeadFrame,
  window: tuple[int, int, int, int],
) -> np.ndarray | None:
  """Finds what the collar hides of something worn under it.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    frame: of the head.
    window: x0, y0, x1, y1 in the picture.

  Returns:
    float32 [h, w] in [0, 1], 1 below the collar's edge; None where no edge
    between skin and clothes is found.
  """
  right, down = frame.axes[0, :2], frame.axes[1, :2]
  jaw = frame.to_head(landmarks[list(anatomy.JAW)].astype(np.float64))
  order = np.argsort(jaw[:, 0])
  start = np.interp(_LINES, jaw[order, 0], jaw[order, 1]) + 0.04
  end = frame.to_head(landmarks[anatomy.CHIN])[1] + _FARTHEST
  t = np.linspace(0, 1, _PLACES)
  heights = start[:, None] + (end - start)[:, None] * t
  # The neck's axis lies behind the face, so lines start at the chin's middle.
  middle = (
    landmarks[anatomy.CHIN, :2]
    - down * frame.width * (frame.to_head(landmarks[anatomy.CHIN])[1])
  )
  places = middle + frame.width * (
    _LINES[:, None, None] * right + heights[..., None] * down
  )
  edge = _edges(*_colours(image, landmarks, places))
  known = edge >= 0
  if known.sum() < _LEAST_LINES:
    return None
  index = np.flatnonzero(known)
  edge = np.interp(np.arange(len(edge)), index, edge[known])
  padded = np.pad(edge, 2, mode="edge")
  edge = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), 1)
  edge = np.convolve(np.pad(edge, 2, mode="edge"), np.ones(5) / 5, "valid")
  height = start + (end - start) * edge / (_PLACES - 1)
  line = middle + frame.width * (
    _LINES[:, None] * right + height[:, None] * down
  )
  aside = 2 * frame.width * right
  line = np.concatenate([line[:1] - aside, line, line[-1:] + aside])
  far = 3 * frame.width * down
  corners = np.concatenate([line, line[[-1, 0]] + far]) - window[:2]
  hidden = np.zeros((window[3] - window[1], window[2] - window[0]), np.uint8)
  corners = np.round(corners * 16).astype(np.int32)
  cv2.fillPoly(hidden, [corners], 255, cv2.LINE_AA, 4)
  return hidden / np.float32(255)


def _colours(image, landmarks, places):
  """Lightness and colour at places [lines, n, 2], NaN outside; the cheeks'."""
  places = np.round(places)
  limit = np.array(image.shape[1::-1]) - 1
  inside = ((places >= 0) & (places <= limit)).all(-1)
  soft = cv2.blur(image, (3, 3))
  cheeks = colours.lab_at(soft, landmarks[list(_CHEEKS), :2]) / _UNITS
  lab = colours.lab_at(soft, places) / _UNITS
  lab[~inside] = np.nan
  return lab, np.median(cheeks, 0)


def _edges(lab, skin):
  """Index of each line's first place below a collar's edge; -1 for none."""
  total = np.pad(np.cumsum(lab, 1), ((0, 0), (1, 0), (0, 0)))
  mean = (total[:, _REACH:] - total[:, :-_REACH]) / _REACH
  above, below = mean[:, :-_REACH], mean[:, _REACH:]
  step = np.abs(below - above).max(-1)
  away = np.abs(below - skin).max(-1)
  step = np.where((step > _STEP) & (away > _NOT_SKIN), step, 0)
  best = step.argmax(1)
  found = step[np.arange(len(step)), best] > 0
  return np.where(found, best + _REACH, -1.0)
