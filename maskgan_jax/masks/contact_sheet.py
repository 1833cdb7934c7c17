"""Masked faces side by side in one picture, with the masks' names."""

import pathlib
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from maskgan_jax.photos import tiles

SIDE, LABEL = 256, 40
_COLUMNS = 8
_FONT, _LINE = cv2.FONT_HERSHEY_SIMPLEX, 16


def tile(image: np.ndarray, record: dict[str, Any]) -> np.ndarray:
  """Cuts out the largest masked face and writes below it what it wears.

  Args:
    image: uint8 [H, W, 3], the masked photo.
    record: what mask_photo.MaskedPhoto tells of it, with one face at least.

  Returns:
    uint8 [SIDE + LABEL, SIDE, 3].
  """
  face = record["faces"][-1]
  points = np.array(face["landmarks"], np.float32)[:, :2]
  low, high = points.min(0), points.max(0)
  scale = SIDE / (1.5 * float((high - low).max()))
  offset = SIDE / 2 - scale * (low + high) / 2
  square = cv2.warpAffine(
    image,
    np.array([[scale, 0, offset[0]], [0, scale, offset[1]]]),
    (SIDE, SIDE),
    flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
    borderMode=cv2.BORDER_REPLICATE,
  )
  return np.concatenate([square, _label(names(face["params"]))])


def names(params: dict[str, Any]) -> list[str]:
  """Returns kind and wear, then texture or pattern, of a mask's parameters."""
  texture = pathlib.PurePath(params["texture"].replace("\\", "/")).name
  return [
    f"{params['mask_type']}, {params['wear']}",
    texture or params["pattern"],
  ]


def sheet(shown: Sequence[np.ndarray]) -> np.ndarray:
  """Joins tiles, one at least, row by row."""
  columns = min(_COLUMNS, len(shown))
  shown = [*shown, *[np.zeros_like(shown[0])] * (-len(shown) % columns)]
  return tiles.tile(
    [shown[k : k + columns] for k in range(0, len(shown), columns)]
  )


def _label(lines):
  """Light writing on black, [LABEL, SIDE, 3]; the font has ASCII only."""
  label = np.zeros((LABEL, SIDE, 3), np.uint8)
  for k, line in enumerate(lines):
    line = line.encode("ascii", "replace").decode()
    place = (6, _LINE * (k + 1))
    cv2.putText(label, line, place, _FONT, 0.45, (230,) * 3, 1, cv2.LINE_AA)
  return label
