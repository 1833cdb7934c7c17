"""Puts a portrait together: background, body, head, hair, glasses."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.datasets.sample_faces import (
  canvas,
  face,
  hair,
  scene,
  surface,
  texture,
  traits,
)

MIN_SIZE = 64


class Portrait(NamedTuple):
  """A painted face and its mesh."""

  image: np.ndarray  # [size, size, 3] uint8 RGB
  landmarks: np.ndarray  # [468, 3] float32: x, y, z in pixels


def _background(person, size, rng):
  rows = np.linspace(0, 1, 8)[:, None, None]
  top, bottom = person.background
  blobs = rng.uniform(-1, 1, (8, 10, 1)) + 0.3 * rng.uniform(-1, 1, (8, 10, 3))
  blobs = cv2.blur(36 * blobs, (3, 3)) + top + rows * (bottom - top)
  return cv2.resize(blobs.astype(np.float32), (size, size))


def _round(across: np.ndarray) -> np.ndarray:
  """Normals of an upright cylinder; [N] in (-1, 1) -> [N, 3]."""
  across = np.clip(across, -0.95, 0.95).astype(np.float32)
  return np.stack([across, 0 * across, -np.sqrt(1 - across**2)], axis=-1)


def _paint_neck(image, person, camera, root, foot, half):
  unit, size = camera.scale, camera.size
  base = root[1] + 0.42 * unit
  left = [(root[0] - half, root[1] - 0.6 * unit), (root[0] - half, base)]
  right = [(root[0] + half, base), (root[0] + half, root[1] - 0.6 * unit)]
  floor = [(foot - 1.3 * half, size + 9), (foot + 1.3 * half, size + 9)]
  box, stencil = scene.polygon(camera, np.float32(left + floor + right), 0.7)
  columns = np.arange(box.left, box.right, dtype=np.float32)
  rows = np.arange(box.top, box.bottom, dtype=np.float32)
  under = np.clip((root[1] + 0.75 * unit - rows) / (0.8 * unit), 0, 1)
  shade = scene.light(person, _round((columns - root[0]) / half))
  shade = np.outer(np.float32(0.88) - np.float32(0.38) * under, shade)
  colour = scene.tint(shade, person.skin * person.light_colour)
  scene.over(box.part(image), colour, stencil)


def _paint_clothes(image, person, camera, foot, top, half):
  unit, size = camera.scale, camera.size
  shoulder = 1.75 * unit * (1 + 0.08 * person.shape.jaw)
  angle = np.linspace(np.pi, 2 * np.pi, 40)
  arc = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
  arc = np.sign(arc) * np.abs(arc) ** (0.7, 0.75)
  hill = arc * (shoulder, 0.75 * unit) + (foot, top + 0.62 * unit)
  cloth = np.concatenate([hill, [(size + 40, size + 99), (-40, size + 99)]])
  box, stencil = scene.polygon(camera, cloth, 0.7)
  depth = {"crew": 0.2, "vee": 0.62, "shirt": 0.42}[person.collar] * unit
  throat = np.stack([np.cos(angle), -np.sin(angle)], axis=-1)
  if person.collar != "crew":
    throat = np.float32([(-1, -0.3), (0, 1), (1, -0.3)])
  opening = throat * (1.12 * half, depth) + (foot, top - 0.12 * unit)
  lid = [
    (foot + 1.12 * half, top - 2 * unit),
    (foot - 1.12 * half, top - 2 * unit),
  ]
  hole_box, hole = scene.polygon(camera, np.concatenate([opening, lid]), 0.7)
  cover = np.zeros((size, size), np.float32)
  box.part(cover)[:] = stencil
  hole_box.part(cover)[:] *= 1 - hole
  columns = np.arange(box.left, box.right, dtype=np.float32)
  shade = scene.light(person, _round((columns - foot) / (1.3 * shoulder)))
  cloth_colour = person.clothes * person.light_colour
  shade = np.repeat(shade[None], len(stencil), axis=0)
  colour = np.minimum(scene.tint(shade, cloth_colour), 255)
  scene.over(box.part(image), colour, box.part(cover))
  if person.collar == "shirt":
    for side in (-1, 1):
      wing = np.float32([(1.15, -0.5), (0, 0.95), (0.75, 1.25), (1.5, 0.1)])
      wing = wing * (side * half, depth) + (foot, top - 0.1 * unit)
      wing_box, wing = scene.polygon(camera, wing, 0.7)
      scene.over(
        wing_box.part(image), np.minimum(cloth_colour * 1.1 + 12, 255), wing
      )


def _paint_body(image, person, camera):
  unit, jaw = camera.scale, person.shape.jaw + 0.5 * person.shape.width
  root = camera.project(np.float32([0, 1.0, 0.85]))[:2]
  half = (0.47 + 0.05 * jaw) * unit
  # The body stays more upright than the head.
  foot = 0.5 * root[0] + 0.25 * camera.size
  _paint_neck(image, person, camera, root, foot, half)
  top = root[1] + (0.72 - 0.06 * jaw) * unit
  _paint_clothes(image, person, camera, foot, top, half)


def _paint_ears(image, person, camera):
  angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
  for side in (-1, 1):
    centre = np.float32([side * 0.79, 0.16, 0.78])
    centre[0] *= 1 + 0.05 * person.shape.width
    normal = camera.rotation @ np.float32([side * 0.6, 0, -0.8])
    tone = scene.light(person, normal) * person.light_colour
    for grow, shade in ((1.0, 0.88), (0.6, 0.7)):
      ring = np.zeros((28, 3), np.float32)
      ring[:, 0] = side * grow * 0.07 * np.cos(angle)
      ring[:, 1] = grow * 0.25 * np.sin(angle) + 0.02 * np.cos(angle)
      ring[:, 2] = grow * 0.13 * np.cos(angle)
      box, stencil = scene.polygon(camera, camera.project(ring + centre), 0.8)
      colour = person.skin * np.float32([1, 0.93, 0.91]) * shade * tone
      scene.over(box.part(image), colour, stencil)


def _paint_head(image, person, camera, marks, rng):
  """The face, turned and lit. Returns its coverage, [size, size]."""
  head = surface.surface(person.shape)
  colours = texture.paint(person, marks, rng)
  # The bare cranium belongs to the surface too.
  outline = np.concatenate([camera.project(marks), camera.project(surface.TOP)])
  low, high = outline[:, :2].min(0) - 8, outline[:, :2].max(0) + 8
  box = scene.window(camera, low, high)
  hits = surface.trace(
    head, scene.rays(camera, box), camera.rotation[2], camera.scale
  )
  point = scene.enlarge(np.stack([hits.x, hits.y], axis=-1), box)
  margin = np.clip(scene.enlarge(hits.margin, box) + 1, 0, 1)
  colour = cv2.remap(
    colours,
    canvas.pixels(point),
    None,
    cv2.INTER_LINEAR,
    borderMode=cv2.BORDER_REPLICATE,
  )
  normal = cv2.remap(
    head.normal,
    surface.cells(point),
    None,
    cv2.INTER_LINEAR,
    borderMode=cv2.BORDER_REPLICATE,
  )
  normal = scene.affine(normal, camera.rotation)
  tone = scene.light(person, normal)
  tone *= np.clip(-normal[..., 2] * 3, 0, 1) * np.float32(0.3) + np.float32(0.7)
  colour *= scene.tint(tone, person.light_colour)
  shine = scene.gloss(person, normal, 0.0) ** 24
  colour += scene.spread(np.float32(26 * person.contrast) * shine)
  scene.over(box.part(image), colour, margin)
  cover = np.zeros(image.shape[:2], np.float32)
  box.part(cover)[:] = margin
  return cover


def _glasses_lines(person):
  """The frame in head space: lens rings, arms, bridge; [N, 3] each."""
  angle = np.linspace(0, 2 * np.pi, 40)
  power = 1.0 if person.glasses == "round" else 0.55
  ring = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
  ring = np.sign(ring) * np.abs(ring) ** power
  ring *= (0.25, 0.23) if power == 1 else (0.27, 0.19)
  lines = [np.float32([(-0.11, 0, -0.27), (0, -0.03, -0.29), (0.11, 0, -0.27)])]
  for side in (-1, 1):
    x = side * 0.36 + ring[:, 0]
    lens = np.stack([x, 0.05 + ring[:, 1], 0.28 * x * x - 0.27], axis=-1)
    lines.append(lens.astype(np.float32))
    arm = [(side * 0.62, 0.0, -0.15), (side * 0.8, 0.02, 0.62)]
    lines.append(np.float32(arm))
  return lines


def _paint_glasses(image, person, camera):
  mask = np.zeros(image.shape[:2], np.uint8)
  width = max(1, round(0.028 * camera.scale))
  for line in _glasses_lines(person):
    points = camera.project(line)[:, :2]
    if len(line) == 2 and (points[1, 0] - points[0, 0]) * line[0, 0] < 0:
      continue  # The far arm lies behind the head.
    fixed = np.round(points * 16).astype(np.int32)
    cv2.polylines(mask, [fixed], False, 255, width, cv2.LINE_AA, 4)
  x, y, w, h = cv2.boundingRect(mask)
  box = scene.window(
    camera, np.float32((x, y)) - 6, np.float32((x + w, y + h)) + 9
  )
  alpha = box.part(mask).astype(np.float32) * np.float32(1 / 255)
  shadow = cv2.GaussianBlur(alpha, (0, 0), max(0.6, 0.02 * camera.scale))
  part = box.part(image)
  shadow = np.roll(shadow, width, axis=0)
  part *= scene.spread(1 - np.float32(0.35) * shadow)
  tone = scene.light(person, np.float32([0, -0.3, -0.95]))
  scene.over(part, person.glasses_colour * tone, np.float32(0.95) * alpha)


def paint(seed: int, size: int = 320) -> Portrait:
  """Paints one portrait.

  Args:
    seed: an integer from 0; the same seed gives the same picture.
    size: the picture's side in pixels, at least 64.

  Returns:
    The picture and its face mesh, in pixels of the picture.

  Raises:
    ValueError: `size` is below 64 or `seed` below 0.
  """
  if size < MIN_SIZE:
    raise ValueError(
      f"size is {size}: a portrait needs at least {MIN_SIZE} pixels a side; "
      "paint it larger and shrink it."
    )
  if seed < 0:
    raise ValueError(f"seed is {seed}: pass an integer that is 0 or above.")
  rng = np.random.default_rng(seed)
  person = traits.sample(rng)
  camera = scene.view(person, size)
  marks = face.landmarks(person.shape)
  image = _background(person, size, rng)
  if hair.has_curtains(person):
    hair.paint_curtains(image, person, camera, front=False)
  if person.hair_style != "bald":
    hair.paint_back(image, person, camera)
  _paint_body(image, person, camera)
  _paint_ears(image, person, camera)
  head_alpha = _paint_head(image, person, camera, marks, rng)
  if hair.has_curtains(person):
    hair.paint_curtains(image, person, camera, front=True)
  hair.paint(image, person, camera, head_alpha)
  if person.glasses != "none":
    _paint_glasses(image, person, camera)
  grain = canvas.noise(rng, 0.6, 1.0, size, size)
  image += scene.spread(np.float32(1.5) * grain)
  landmarks = camera.project(marks)
  landmarks[:, 2] -= landmarks[:, 2].mean()
  picture = np.clip(np.rint(image), 0, 255).astype(np.uint8)
  return Portrait(picture, landmarks.astype(np.float32))
