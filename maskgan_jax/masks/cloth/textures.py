"""What a mask looks like laid flat: colour, print, folds and stitching."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.cloth import (
  clear,
  cling,
  fabrics,
  respirators,
  rubber,
  surgical,
)
from maskgan_jax.masks.cloth import sheet as sheet_lib

_KINDS = {
  **{"surgical": surgical.surgical},
  **respirators.KINDS,
  **fabrics.KINDS,
  **clear.KINDS,
  **rubber.KINDS,
}
# Of the upper and lower rim, face widths.
_ROUNDING = np.float32(0.006)


class Fabric(NamedTuple):
  """A mask laid flat; rows from top to bottom edge, columns left to right."""

  albedo: np.ndarray  # [h, w, 3], float32, linear in [0, 1]
  relief: np.ndarray  # [h, w], float32, height towards the viewer, face widths
  # [h, w], float32 in [0, 1], how much of the face it hides; None: all of it
  opacity: np.ndarray | None
  shine: float  # of highlights, linear


def fabric(
  params: params_lib.MaskParams,
  extent: tuple[float, float],
  scale: float,
  marks: np.ndarray,
  rng: np.random.Generator,
) -> Fabric:
  """Makes the cloth of a mask.

  Args:
    params: what the mask is.
    extent: width and height of the unrolled mask, face widths.
    scale: texture elements per face width.
    marks: float [468, 2], the landmarks below it, of `flat.marks`.
    rng: draws wrinkles, places of prints and the like.

  Returns:
    The cloth, about `extent * scale` elements.
  """

  def make(sheet, work):
    _KINDS[params.mask_type](sheet, params, work, rng)
    if params.opacity < 1:
      share = (1 - params.opacity) / 0.2 * (1.2 - params.looseness)
      cling.cling(sheet, work, float(np.clip(share, 0, 1)))

  return _made(make, params, extent, scale, marks)


def part(
  style: str,
  params: params_lib.MaskParams,
  extent: tuple[float, float],
  scale: float,
  rng: np.random.Generator,
) -> Fabric:
  """Makes the outside of a filter or valve, as `fabric` does a mask's cloth.

  Args:
    style: of `parts.Part`.
    params: what the mask is.
    extent: width and height of the part laid flat, face widths.
    scale: texture elements per face width.
    rng: draws its colours and the like.
  """

  def make(sheet, work):
    rubber.PARTS[style](sheet, params, work, rng)

  return _made(make, params, extent, scale)


def _made(make, params, extent, scale, *marks):
  """A flat sheet after `make(sheet, work)` has worked on it."""
  width, height = (max(16, round(e * scale)) for e in extent)
  u = np.linspace(-1, 1, width, dtype=np.float32)[None]
  v = np.linspace(0, 1, height, dtype=np.float32)[:, None]
  sheet = sheet_lib.Sheet(
    u, v, u * np.float32(extent[0] / 2), v * np.float32(extent[1]), *marks
  )
  base = sheet_lib.linear(params.colour)
  work = sheet_lib.Work(
    np.broadcast_to(base, (height, width, 3)).copy(),
    np.ones((height, width), np.float32),
    np.zeros((height, width), np.float32),
  )
  make(sheet, work)
  # The rim is round: above it faces the light, below the ground.
  edge = np.minimum(sheet.y, sheet.y[-1:] - sheet.y)
  work.relief -= _ROUNDING * np.exp(-edge / _ROUNDING)
  # Less light reaches hollows than crests.
  reach = 2 * max(1, round(0.045 * scale)) + 1
  hollow = cv2.blur(work.relief, (reach, reach)) - work.relief
  work.tone *= np.clip(1 - 20 * hollow, 0.5, 1.1)
  albedo = np.minimum(work.albedo * cv2.merge((work.tone,) * 3), 1)
  return Fabric(albedo, work.relief, work.opacity, work.shine)
