"""Colours of single places of a picture."""

import cv2
import numpy as np


def lab_at(image: np.ndarray, points: np.ndarray) -> np.ndarray:
  """Returns the colours of the pixels nearest to places.

  Args:
    image: uint8 [H, W, 3].
    points: [..., 2], px; those outside the picture get its border's.

  Returns:
    L*, a* and b*, each of 0..255, float32 [..., 3].
  """
  places = np.round(points.reshape(-1, 2)).astype(int)
  places = np.clip(places, 0, np.array(image.shape[1::-1]) - 1)
  colours = image[places[:, 1], places[:, 0]][None]
  lab = cv2.cvtColor(colours, cv2.COLOR_RGB2LAB)[0].astype(np.float32)
  return lab.reshape(*points.shape[:-1], 3)
