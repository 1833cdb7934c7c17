"""Where ear loops go out of sight: at the roots of the ears."""

import numpy as np

from maskgan_jax.masks.surface import head

# Landmarks on a face's side before the upper root of the ear and its lobe,
# the picture's left side first.
_UPPER, _LOWER = ((127, 162), (356, 389)), ((93, 132), (323, 361))
# How far behind them the roots lie and how far out, face widths.
_BEHIND, _OUT = (0.12, 0.09), (0.012, -0.004)
# The ear's middle, from the landmark before it, face widths.
_MIDDLE = (234, 454)
_MIDDLE_BEHIND, _MIDDLE_OUT = 0.16, 0.05


def roots(landmarks: np.ndarray, frame: head.HeadFrame) -> np.ndarray:
  """Upper and lower root of both ears, [2, 2, 3], px.

  The picture's left ear comes first; of each the upper root.
  """
  found = np.empty((2, 2, 3))
  for k, pairs in enumerate((_UPPER, _LOWER)):
    for side, pair in enumerate(pairs):
      share = (0.75, 0.25) if k == 0 else (0.6, 0.4)
      before = share @ landmarks[list(pair)].astype(np.float64)
      outwards = (2 * side - 1) * _OUT[k] * frame.axes[0]
      move = outwards + _BEHIND[k] * frame.axes[2]
      found[side, k] = before + frame.width * move
  return found


def middles(landmarks: np.ndarray, frame: head.HeadFrame) -> np.ndarray:
  """Middles of both ears, [2, 3], px."""
  sides = np.array([[-1.0], [1.0]])
  move = _MIDDLE_OUT * sides * frame.axes[0] + _MIDDLE_BEHIND * frame.axes[2]
  return landmarks[list(_MIDDLE)] + frame.width * move


def turned_away(frame: head.HeadFrame) -> np.ndarray:
  """How far each ear lies behind the face in the picture, [2].

  Positive values are hidden; 1 is a profile seen from the other side.
  """
  across = frame.axes[0, :2]
  across = across / max(float(np.linalg.norm(across)), 1e-6)
  outwards = float(frame.axes[2, :2] @ across)
  return np.array([outwards, -outwards])
