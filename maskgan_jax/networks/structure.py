"""The hidden half of a face as lines: what the generator draws along.

Landmarks say where lips, nose and jaw are, or are to be; drawn as lines they
are pictures, which convolutions read (FSG-GAN: Cheung et al., 2021). With them
a mouth is open or closed, not the mean of both.
"""

import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.networks import blocks

# How far a line is seen, standard deviation in positions: its place can be read
# to a fraction of a position, and lips that touch are still two.
_SPREAD = 0.75

# Indices of the face mesh, from corner to corner, from wing to wing and from
# ear to ear; one picture each.
LOWER_OUTER_LIP = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
UPPER_OUTER_LIP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_INNER_LIP = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
UPPER_INNER_LIP = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
NOSE = (129, 98, 97, 2, 326, 327, 358)
NOSE_BRIDGE = (168, 6, 197, 195, 5, 4)
JAW = (
  *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
  *(377, 400, 378, 379, 365, 397, 288, 361, 323, 454),
)
_FOREHEAD = (
  *(356, 389, 251, 284, 332, 297, 338, 10),
  *(109, 67, 103, 54, 21, 162, 127),
)
LIPS = (LOWER_OUTER_LIP, UPPER_OUTER_LIP, LOWER_INNER_LIP, UPPER_INNER_LIP)
_LINES = (
  *LIPS,
  NOSE,
  NOSE_BRIDGE,
  JAW,
)


def lines(landmarks: jax.Array, size: int) -> jax.Array:
  """Draws the lower half of faces, one value a position of 4 x 4 pixels.

  Args:
    landmarks: [B, 468, 2 or more] in pixels of the crop; those of a face of
      which one is not finite are not drawn.
    size: side of the crop in pixels, a multiple of `blocks.PATCH`.

  Returns:
    float32 [B, size / 4, size / 4, 8] in [0, 1]: a picture of each line, and
    one that says whether there are lines at all.
  """
  known = jnp.isfinite(landmarks[..., :2]).all(axis=(1, 2))
  points = jnp.where(known[:, None, None], landmarks[..., :2], 0.0)
  # Pixel centres are whole; so are the centres of positions.
  points = (points + 0.5) / blocks.PATCH - 0.5
  places = jnp.arange(size // blocks.PATCH, dtype=jnp.float32)
  maps = [_drawn(points, line, places) for line in _LINES]
  maps.append(jnp.ones_like(maps[0]))
  return jnp.stack(maps, axis=-1) * known[:, None, None, None]


def face_region(landmarks: jax.Array, size: int) -> jax.Array:
  """Returns the face within its outline, without ears, hair and neck.

  Args:
    landmarks: [B, 468, 2 or more] in pixels of the crop.
    size: side of the crop in pixels.

  Returns:
    float32 [B, size, size, 1] in {0, 1}; all 1 where one is not finite.
  """
  known = jnp.isfinite(landmarks[..., :2]).all(axis=(1, 2))
  inside = _within(landmarks, (*JAW, *_FOREHEAD), size)
  return jnp.where(known[:, None, None, None], inside, 1.0)


def mouth_region(landmarks: jax.Array, size: int) -> jax.Array:
  """Returns the lips and what is between them.

  Args:
    landmarks: [B, 468, 2 or more] in pixels of the crop.
    size: side of the crop in pixels.

  Returns:
    float32 [B, size, size, 1] in {0, 1}; all 0 where one is not finite.
  """
  outline = (*LOWER_OUTER_LIP, *reversed(UPPER_OUTER_LIP[1:-1]))
  return _within(landmarks, outline, size)


def _within(landmarks, outline, size) -> jax.Array:
  """Which pixels a closed outline has around them, float32 [B, H, W, 1].

  Those from which a way to the right crosses it an odd number of times.
  """
  start = landmarks[:, np.array(outline), :2][..., None, None]
  end = jnp.roll(start, -1, axis=1)
  places = jnp.arange(size, dtype=jnp.float32)
  x, y = places[None, None, None, :], places[None, None, :, None]
  (x0, y0), (x1, y1) = ((p[:, :, 0], p[:, :, 1]) for p in (start, end))
  level = jnp.where(y1 == y0, 1.0, y1 - y0)  # A level line crosses no row.
  crosses = ((y0 > y) != (y1 > y)) & (x < x0 + (x1 - x0) * (y - y0) / level)
  return (crosses.sum(axis=1) % 2).astype(jnp.float32)[..., None]


def _drawn(points, line, places) -> jax.Array:
  """One line as a ridge of height 1, [B, h, w]."""
  start, end = (
    points[:, np.array(part), None, None] for part in (line[:-1], line[1:])
  )
  way = end - start  # [B, S, 1, 1, 2]
  x = places[None, None, None, :] - start[..., 0]
  y = places[None, None, :, None] - start[..., 1]
  along = x * way[..., 0] + y * way[..., 1]
  share = along / jnp.maximum(jnp.square(way).sum(-1), 1e-6)
  share = jnp.clip(share, 0.0, 1.0)
  square = jnp.square(x - share * way[..., 0])
  square += jnp.square(y - share * way[..., 1])
  return jnp.exp(-0.5 * square.min(axis=1) / _SPREAD**2)
