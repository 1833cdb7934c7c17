"""Thin cloth that lies on the lips: their shape shows through."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks.cloth import sheet as sheet_lib

# Heights over and depths under what is around, face widths.
_LIPS, _MOUTH, _WINGS, _BELOW = 0.017, 0.011, 0.005, 0.007
_PHILTRUM = (anatomy.NOSE_BASE, 0)


def cling(sheet: sheet_lib.Sheet, work: sheet_lib.Work, share: float) -> None:
  """Raises the cloth over lips and wings of the nose.

  Args:
    sheet: the cloth laid flat.
    work: it, changed in place.
    share: 0 leaves it as it is, 1 is wet cloth.
  """
  height, width = sheet.shape
  scale = np.float32([width / (2 * sheet.x[0, -1]), height / sheet.y[-1, 0]])
  points = (sheet.marks + [sheet.x[0, -1], 0]) * scale
  corners = np.round(np.clip(points, -2e3, 2e3) * 16).astype(np.int32)
  unit = float(scale.mean())
  relief = np.zeros((height, width), np.float32)

  def add(indices, amount, softness, line=0.0):
    mask = np.zeros((height, width), np.uint8)
    outline = [corners[list(indices)]]
    if line:
      thick = max(1, round(line * unit))
      cv2.polylines(mask, outline, False, 255, thick, cv2.LINE_AA, 4)
    else:
      cv2.fillPoly(mask, outline, 255, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(mask, (0, 0), max(softness * unit, 0.5))
    relief[:] += np.float32(amount / 255) * soft

  add(anatomy.OUTER_LIPS, _LIPS, 0.024)
  add(anatomy.INNER_LIPS[:11], -_MOUTH, 0.018, 0.016)
  add(_PHILTRUM, -0.4 * _BELOW, 0.012, 0.014)
  for side in anatomy.NOSE_WINGS:
    add((side, side), _WINGS, 0.02, 0.05)
  add((84, anatomy.BELOW_LIPS, 314), -_BELOW, 0.018, 0.03)
  work.relief += share * relief
