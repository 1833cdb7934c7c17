"""Shields of clear plastic: plates before the face, which touch it nowhere."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.surface import head


class _Plate(NamedTuple):
  """A kind's plate; lengths in face widths."""

  half_width: tuple[float, float]  # least and largest
  depth: tuple[float, float]  # how far its sides lie behind its middle
  off_nose: tuple[float, float]  # before the tip of the nose
  lean: tuple[float, float]  # its lower edge lies nearer to the face by this
  corner: float  # how far its lower corners lie above its middle


_PLATES = {
  "mouth_shield": _Plate(
    (0.4, 0.48), (0.24, 0.32), (0.05, 0.1), (0.06, 0.16), 0.1
  ),
  "face_shield": _Plate(
    (0.6, 0.68), (0.5, 0.62), (0.14, 0.22), (0.0, 0.08), 0.06
  ),
}
# From ear to ear under the eyes; what lies above stays to be seen.
_UNDER_EYES = (234, 227, 117, 119, 217, 197, 437, 348, 346, 447, 454)


def points(
  frame: head.HeadFrame,
  mesh: head.Unrolled,
  params: params_lib.MaskParams,
  top: float,
  grid: tuple[int, int],
  rng: np.random.Generator,
) -> np.ndarray:
  """A bent plate before a face.

  Args:
    frame: of the head.
    mesh: the face in this frame.
    params: what it is; one of `params.SHIELDS`.
    top: height of the middle of its top edge; that of a face shield lies on
      the forehead in any case.
    grid: rows and columns.
    rng: draws its size and place.

  Returns:
    [rows, columns, 3], px.
  """
  plate = _PLATES[params.mask_type]
  half, depth, off, lean = (rng.uniform(*span) for span in plate[:4])
  u = np.linspace(-1, 1, grid[1])[None]
  v = np.linspace(0, 1, grid[0])[:, None]
  if params.mask_type == "face_shield":
    top = mesh.height[anatomy.FOREHEAD] + rng.uniform(-0.04, 0.06)
  chin = mesh.height[anatomy.CHIN] + params.drop
  bottom = chin - plate.corner * np.abs(u) ** 3
  if params.mask_type == "mouth_shield":
    # Upper corners are rounded too, and the plate narrows to the chin.
    top = top + 0.07 * np.abs(u) ** 4
    half = half * (1 - 0.18 * v**2)
  height = top + (bottom - top) * v
  tip = mesh.radius[anatomy.NOSE_TIP] * np.cos(mesh.angle[anatomy.NOSE_TIP])
  forward = tip + head.AXIS + off - lean * v - depth * u**2
  across = half * params.width * u * (1 - 0.05 * u**2)
  if params.mask_type == "face_shield":  # It looks up a little.
    height = height - rng.uniform(0.1, 0.18) * (forward - forward.min())
  across, height, forward = np.broadcast_arrays(across, height, forward)
  tilt = np.radians(params.tilt)
  across, height = (
    across * np.cos(tilt) - (height - chin) * np.sin(tilt),
    height + across * np.sin(tilt),
  )
  return frame.to_picture(np.stack([across, height, -forward], -1))


def below_eyes(
  landmarks: np.ndarray, window: tuple[int, int, int, int]
) -> np.ndarray:
  """Where a window lies below a face's eyes.

  What a face shield hides above counts as little as a pair of glasses: eyes
  and brows are what a face is known by.

  Args:
    landmarks: float [468, 3], px.
    window: x0, y0, x1, y1 in the picture.

  Returns:
    float32 [h, w] in [0, 1].
  """
  line = landmarks[list(_UNDER_EYES), :2] - window[:2]
  down = landmarks[anatomy.CHIN, :2] - landmarks[anatomy.FOREHEAD, :2]
  across = line[-1] - line[0]
  line = np.concatenate([line[:1] - across, line, line[-1:] + across])
  corners = np.concatenate([line, line[[-1, 0]] + 3 * down])
  below = np.zeros((window[3] - window[1], window[2] - window[0]), np.uint8)
  corners = np.round(corners * 16).astype(np.int32)
  cv2.fillPoly(below, [corners], 255, cv2.LINE_AA, 4)
  return below / np.float32(255)
