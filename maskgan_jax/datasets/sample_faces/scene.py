"""How the painted head meets the picture: view, light, soft-edged shapes."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.datasets.sample_faces import traits

# Where the middle of the face lies in the picture, and in head space.
_PICTURE_CENTRE = (0.5, 0.54)
# Where the head turns.
_PIVOT = np.float32([0, 0.3, 0.65])
_HEAD_CENTRE = np.float32([0, 0.22, 0.3])


class View(NamedTuple):
  """How head space meets the picture; parallel rays."""

  rotation: np.ndarray  # [3, 3], head to camera
  scale: float  # pixels per unit
  offset: np.ndarray  # [2], pixels: where the pivot lies
  size: int  # the picture's side, pixels

  def project(self, points: np.ndarray) -> np.ndarray:
    """Head space to picture; float32 [..., 3] -> x, y, z in pixels."""
    turned = (points - _PIVOT) @ self.rotation.T
    turned = turned * np.float32(self.scale)
    turned[..., :2] += self.offset
    return turned


class Window(NamedTuple):
  """A part of the picture, in pixels; the far ends are not included."""

  left: int
  top: int
  right: int
  bottom: int

  def part(self, image: np.ndarray) -> np.ndarray:
    return image[self.top : self.bottom, self.left : self.right]


class Shell(NamedTuple):
  """An ellipsoid of the head, seen through the pixels of a window."""

  window: Window
  place: np.ndarray  # [H, W, 3]: the front hit, on the unit sphere
  alpha: np.ndarray  # [H, W]: how much of the pixel it covers
  normal: np.ndarray  # [H, W, 3], camera space


def _rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
  """Returns float32 [3, 3], head to camera; angles in degrees."""
  (cy, sy), (cp, sp), (cr, sr) = (
    (np.cos(a), np.sin(a)) for a in np.radians([yaw, pitch, roll])
  )
  about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
  about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
  about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
  return (about_z @ about_x @ about_y).astype(np.float32)


def view(person: traits.Traits, size: int) -> View:
  """Returns the view that centres the person's face in the picture."""
  rotation = _rotation(person.yaw, person.pitch, person.roll)
  scale = person.scale * size
  centre = np.float32(_PICTURE_CENTRE) + np.float32(person.shift)
  turned = rotation @ (_HEAD_CENTRE - _PIVOT)
  offset = (centre * size - 0.5 - turned[:2] * scale).astype(np.float32)
  return View(rotation, scale, offset, size)


def window(camera: View, low: np.ndarray, high: np.ndarray) -> Window:
  """The picture's part between two corners, at least one pixel."""
  left, top = (int(v) for v in np.clip(np.floor(low), 0, camera.size - 2))
  high = np.maximum(np.ceil(high), (left + 2, top + 2))
  right, bottom = (int(v) for v in np.minimum(high, camera.size))
  return Window(left, top, right, bottom)


def affine(
  vectors: np.ndarray, matrix: np.ndarray, shift: np.ndarray | None = None
) -> np.ndarray:
  """Applies a matrix to every pixel's vector, float32 [H, W, ...]."""
  if shift is not None:
    matrix = np.c_[matrix, shift]
  return cv2.transform(vectors, np.float32(matrix))


def rays(camera: View, box: Window) -> np.ndarray:
  """A head-space point of every second ray of a window, [H/2, W/2, 3].

  What varies smoothly is worked out at half the picture's resolution and
  enlarged; `enlarge` is the way back.
  """
  x = np.arange(box.left, box.right, 2, dtype=np.float32) + 0.5
  y = np.arange(box.top, box.bottom, 2, dtype=np.float32) + 0.5
  x, y = np.meshgrid(x - camera.offset[0], y - camera.offset[1])
  plane = cv2.merge((x, y))
  turn = camera.rotation[:2].T / camera.scale
  return affine(plane, turn, _PIVOT)


def enlarge(field: np.ndarray, box: Window) -> np.ndarray:
  """A half-size field at the window's full size, [H, W, ...]."""
  rows, columns = field.shape[:2]
  field = cv2.resize(field, (columns * 2, rows * 2))
  return field[: box.bottom - box.top, : box.right - box.left]


def shell(camera: View, centre: np.ndarray, radii: np.ndarray) -> Shell:
  """Meets the rays with an ellipsoid of the head."""
  extent = np.sqrt(((camera.rotation * radii) ** 2).sum(-1))[:2]
  middle = camera.project(centre)[:2]
  reach = extent * camera.scale + 4
  box = window(camera, middle - reach, middle + reach)
  along = camera.rotation[2] / radii
  along = (along / np.linalg.norm(along)).astype(np.float32)
  # Rays to the unit sphere's space, less their part along the ray.
  flatten = (np.eye(3) - np.outer(along, along)) @ np.diag(1 / radii)
  nearest = affine(rays(camera, box), flatten, -flatten @ centre)
  squared = affine(nearest * nearest, np.ones((1, 3)))
  depth = np.sqrt(np.maximum(1 - squared, 0))
  place = nearest - tint(depth, along)
  alpha = (1 - squared) * np.float32(0.5 * camera.scale * radii[0]) + 0.5
  normal = affine(place, camera.rotation @ np.diag(1 / radii))
  length = np.sqrt(affine(normal * normal, np.ones((1, 3))))
  normal *= spread(1 / (length + np.float32(1e-6)))
  alpha = np.clip(enlarge(alpha, box), 0, 1)
  return Shell(box, enlarge(place, box), alpha, enlarge(normal, box))


def _along(normal: np.ndarray, direction: np.ndarray) -> np.ndarray:
  if normal.ndim == 3:
    return affine(normal, direction[None])
  return normal @ direction


def light(person: traits.Traits, normal: np.ndarray) -> np.ndarray:
  """The light on a surface, [...], about 1 where it is well lit."""
  facing = _along(normal, person.light)
  wrapped = np.clip((facing + np.float32(0.35)) / np.float32(1.35), 0, 1)
  return 1 + np.float32(person.contrast) * (np.float32(1.1) * wrapped - 0.92)


def gloss(person: traits.Traits, normal: np.ndarray, lift: float) -> np.ndarray:
  """Blinn's highlight before its power is taken, [...] in [0, 1]."""
  halfway = person.light + np.float32([0, -lift, -1])
  return np.clip(_along(normal, halfway / np.linalg.norm(halfway)), 0, 1)


def spread(plane: np.ndarray) -> np.ndarray:
  """One plane as three equal channels, [H, W] -> [H, W, 3].

  NumPy's own broadcasting along a last axis of three is several times slower.
  """
  return cv2.merge((plane, plane, plane))


def tint(plane: np.ndarray, colour: np.ndarray) -> np.ndarray:
  """A plane times a colour, float32 [H, W], [3] -> [H, W, 3]."""
  return cv2.merge([plane * np.float32(part) for part in colour])


def over(image: np.ndarray, colour: np.ndarray, alpha: np.ndarray) -> None:
  """Lays a colour, [3] or float32 [H, W, 3], over the image in place."""
  if np.ndim(colour) == 1:
    image *= spread(1 - alpha)
    image += tint(alpha, colour)
  else:
    change = colour - image
    change *= spread(alpha)
    image += change


def polygon(
  camera: View, points: np.ndarray, blur: float = 0.0
) -> tuple[Window, np.ndarray]:
  """A filled polygon: its window and its coverage there, float32 [H, W].

  Args:
    camera: the view.
    points: [N, 2 or 3], pixels of the picture.
    blur: how soft the edges are, pixels.
  """
  points = np.asarray(points)[..., :2]
  margin = 3 * blur + 2
  box = window(camera, points.min(0) - margin, points.max(0) + margin)
  mask = np.zeros((box.bottom - box.top, box.right - box.left), np.uint8)
  fixed = np.round((points - (box.left, box.top)) * 16).astype(np.int32)
  cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
  if blur:
    mask = cv2.GaussianBlur(mask, (0, 0), blur)
  return box, mask.astype(np.float32) * np.float32(1 / 255)
