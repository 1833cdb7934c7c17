"""Beard and moustache, before the face is turned and lit."""

import cv2
import numpy as np

from maskgan_jax.datasets.sample_faces import canvas, face, scene, traits
from maskgan_jax.faces import anatomy

# From one sideburn along the jaw to the other.
_LOWER_EDGE = (127, *anatomy.JAW, 356)
# Its upper edge, from one corner of the mouth to the other.
_UPPER_LIP = (61, 40, 37, 0, 267, 270, 291)


def stencil(marks: np.ndarray, person: traits.Traits) -> np.ndarray:
  """Where hair grows on the lower face, [HEIGHT, WIDTH] in [0, 1]."""
  grown = np.zeros((canvas.HEIGHT, canvas.WIDTH), np.float32)
  if person.beard > 0:
    jaw = marks[list(_LOWER_EDGE), :2]
    jaw = jaw + np.float32([0, 0.04])
    upper = []
    for side in (1, -1):
      cheek = [(0.66, 0.1), (0.62, 0.35), (0.5, 0.56), (0.3, 0.6), (0.16, 0.56)]
      path = np.float32(cheek) * (side, 1)
      upper.append(path if side > 0 else path[::-1])
    path = np.concatenate(upper)
    path = path + face.displacement(path, person.shape)[:, :2]
    mask = np.zeros((canvas.HEIGHT, canvas.WIDTH), np.uint8)
    cv2.fillPoly(
      mask, [canvas.fixed(np.concatenate([jaw, path]))], 255, 16, canvas.SHIFT
    )
    soft = cv2.blur(cv2.blur(mask, (13, 13)), (13, 13))
    grown = soft.astype(np.float32) * np.float32(person.beard / 255)
  if person.moustache > 0:
    base = marks[anatomy.NOSE_BASE, 1] + 0.045
    lip = marks[list(_UPPER_LIP), :2]
    path = np.float32([(0.14, base), (0, base + 0.015), (-0.14, base)])
    wings = lip + np.float32([0, 0.01])
    wings[[0, -1]] += np.float32([(-0.03, 0.05), (0.03, 0.05)])
    mask = np.zeros((canvas.HEIGHT, canvas.WIDTH), np.uint8)
    cv2.fillPoly(
      mask, [canvas.fixed(np.concatenate([wings, path]))], 255, 16, canvas.SHIFT
    )
    soft = cv2.blur(mask, (5, 5)).astype(np.float32)
    np.maximum(grown, soft * np.float32(person.moustache / 255), out=grown)
  return grown


def paint(
  sheet: canvas.Canvas,
  marks: np.ndarray,
  person: traits.Traits,
  rng: np.random.Generator,
) -> None:
  """Paints the hair on the sheet, in the colour of the head's.

  Args:
    sheet: the face's colours so far.
    marks: float32 [468, 3], the face's mesh in head space.
    person: whose beard.
    rng: for single hairs.
  """
  tile = canvas.noise(rng, 0.8, 4.0, canvas.HEIGHT, canvas.WIDTH)
  grown = stencil(marks, person) * (1.05 + 0.12 * tile)
  tone = np.float32(0.85) + np.float32(0.07) * tile
  sheet.lay(np.clip(grown, 0, 0.96), scene.tint(tone, person.hair))
