"""Filters and valves of half-mask respirators, as bodies in space."""

from typing import NamedTuple

import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks import params as params_lib
from maskgan_jax.masks.surface import head

_SIDE = 15
# Share of the flat part's way from its middle to its rim that is its face; the
# rest is the wall behind it.
FACE = 0.74


class Part(NamedTuple):
  """Something thick and round or square that is fixed on a mask."""

  style: str  # "pad", "cartridge", "drum" or "valve"
  points: np.ndarray  # [_SIDE, _SIDE, 3], px; from the top left corner
  extent: tuple[float, float]  # width and height with its walls, face widths
  behind: bool  # the mask hides it, not it the mask
  seed: int  # of its looks; the two of a pair have the same


class _Body(NamedTuple):
  """Where a part is and how large; lengths in face widths."""

  angle: float  # degrees from the nose to its middle
  turn: float  # degrees from ahead to where it looks
  pitch: float  # likewise downwards
  lower: float  # below the mouth's corners
  off: float  # its wall's foot lies off the mask's surface
  size: tuple[float, float]  # half-width and half-height
  thickness: float
  power: float


def of_mask(
  points: np.ndarray,
  frame: head.HeadFrame,
  mesh: head.Unrolled,
  params: params_lib.MaskParams,
  rng: np.random.Generator,
) -> tuple[Part, ...]:
  """The filters and valves of a mask; () for what has none.

  Args:
    points: the mask's surface, [rows, columns, 3], px.
    frame: of the head.
    mesh: the face in this frame.
    params: what the mask is.
    rng: draws their number, kind, size and place.
  """
  if params.mask_type not in params_lib.HALF_MASKS:
    return ()
  place = _Places(points, frame, mesh)
  if params.mask_type == "clear_half_mask":
    size = rng.uniform(0.13, 0.17)
    body = _Body(
      0, 0, 14, rng.uniform(-0.08, 0.0), -0.01, (size, size), 0.06, 2.0
    )
    return (_part("valve", body, place, rng.integers(2**31)),)
  if rng.random() < 0.22:  # one filter before the mouth
    size = rng.uniform(0.15, 0.2)
    style = str(rng.choice(["pad", "drum", "drum"]))
    thickness = rng.uniform(0.07, 0.13)
    body = _Body(
      *(0, 0, rng.uniform(4, 14), rng.uniform(-0.05, 0.02)),
      *(0.0, (size, size), thickness, 2.0),
    )
    return (_part(style, body, place, rng.integers(2**31)),)
  return _pair(place, rng)


def _pair(place, rng):
  """A filter on each cheek and a valve between them."""
  style = str(rng.choice(["pad", "pad", "cartridge", "cartridge", "drum"]))
  wide = rng.uniform(0.15, 0.185)
  tall = wide * (rng.uniform(0.8, 1.0) if style == "cartridge" else 1.0)
  body = _Body(
    angle=rng.uniform(30, 38),
    turn=rng.uniform(48, 66),
    pitch=rng.uniform(4, 20),
    lower=rng.uniform(-0.1, 0.03),
    off=rng.uniform(0.0, 0.02),
    size=(wide, tall),
    thickness=rng.uniform(0.04, 0.06)
    if style == "pad"
    else rng.uniform(0.09, 0.14),
    power=float(rng.choice([2.0, 3.2, 4.5])) if style == "cartridge" else 2.0,
  )
  mirrored = body._replace(angle=-body.angle, turn=-body.turn)
  valve = _Body(
    *(0, 0, rng.uniform(18, 34), rng.uniform(-0.03, 0.05), -0.01),
    *((rng.uniform(0.085, 0.11), rng.uniform(0.075, 0.1)), 0.05),
    float(rng.choice([2.0, 3.5])),
  )
  seeds = rng.integers(2**31, size=2)
  found = [_part("valve", valve, place, seeds[0])]
  found += [_part(style, which, place, seeds[1]) for which in (mirrored, body)]
  # Far ones first.
  return tuple(sorted(found, key=lambda p: -float(p.points[..., 2].mean())))


class _Places:
  """Finds places on a mask's surface by angle and height."""

  def __init__(self, points, frame, mesh):
    self.frame = frame
    self._head = frame.to_head(points.reshape(-1, 3))
    self.mouth = mesh.height[list(anatomy.MOUTH_CORNERS)].mean()
    self.depth = float(points[..., 2].mean())

  def at(self, angle, height):
    """The surface's point nearest to a direction, in the head's frame."""
    x, y, z = self._head.T
    away = np.square(np.arctan2(x, -z - head.AXIS) - angle)
    away = away * head.RADIUS**2 + np.square(y - height)
    weight = np.exp(-away / (2 * 0.05**2))
    weight += 1e-9 / (1e-6 + away)
    return weight @ self._head / weight.sum()


def _part(style, body, place, seed):
  """A body on its place."""
  angle, turn, pitch = np.radians([body.angle, body.turn, body.pitch])
  axis = np.array(
    [
      np.sin(turn) * np.cos(pitch),
      np.sin(pitch),
      -np.cos(turn) * np.cos(pitch),
    ]
  )
  right = np.array([np.cos(turn), 0.0, np.sin(turn)])
  down = np.cross(axis, right)
  down *= np.sign(down[1])
  foot = place.at(angle, place.mouth + body.lower) + body.off * axis
  a, b, share = _grid()
  theta = np.arctan2(b, a)
  cos, sin = np.cos(theta), np.sin(theta)
  reach = (np.abs(cos) ** body.power + np.abs(sin) ** body.power) ** (
    -1 / body.power
  )
  flat = np.minimum(share / FACE, 1)
  wall = np.clip((share - FACE) / (1 - FACE), 0, 1)
  # The face bulges a little, its rim is rounded, the wall runs back.
  rise = body.thickness * (1 - wall) + 0.1 * body.thickness * (1 - flat**2)
  rise = rise - 0.12 * body.thickness * (flat >= 1) * (1 - wall)
  spread = flat * (1 + 0.04 * (wall > 0)) * reach
  points = (
    foot
    + (spread * cos * body.size[0])[..., None] * right
    + (spread * sin * body.size[1])[..., None] * down
    + rise[..., None] * axis
  )
  # It hides the mask where it looks at the camera at all.
  facing = (axis @ place.frame.axes)[2]
  points = place.frame.to_picture(points)
  extent = tuple(2 * s + 2 * body.thickness for s in body.size)
  return Part(style, points, extent, bool(facing > 0.25), int(seed))


def _grid():
  """Places a, b in [-1, 1] and their share of the way to the rim."""
  line = np.linspace(-1, 1, _SIDE)
  b, a = np.meshgrid(line, line, indexing="ij")
  return a, b, np.maximum(np.abs(a), np.abs(b))
