"""Where the face lies below a mask that is laid flat."""

import numpy as np

from maskgan_jax.masks.surface import head, shapes


def marks(surface: shapes.Surface) -> np.ndarray:
  """Where on the mask laid flat the landmarks below it are.

  Args:
    surface: of a mask that lies on the face, no shield.

  Returns:
    [468, 2], face widths from the middle and from the top edge; what the mask
    does not cover lies outside of its extent.
  """
  x, y, z = np.moveaxis(surface.frame.to_head(surface.points), -1, 0)
  angle, height = np.arctan2(x, -z - head.AXIS), y
  u_line, v_line = (
    np.linspace(-1, 1, shapes.COLUMNS),
    np.linspace(0, 1, shapes.ROWS),
  )
  v = np.full(len(surface.mesh.angle), 0.5)
  for _ in range(3):
    half = np.interp(v, v_line, (angle[:, -1] - angle[:, 0]) / 2)
    u = surface.mesh.angle / half
    top, bottom = (np.interp(u, u_line, height[row]) for row in (0, -1))
    v = (surface.mesh.height - top) / (bottom - top)
  width, tall = surface.extent
  return np.stack([u * width / 2, v * tall], 1).astype(np.float32)
