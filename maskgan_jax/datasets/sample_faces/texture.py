"""The face's colours in the frontal plane, before it is turned and lit."""

import cv2
import numpy as np

from maskgan_jax.datasets.sample_faces import beard, canvas, scene, traits
from maskgan_jax.faces import anatomy


def _paint_skin(sheet, marks, person, rng):
  """Mottling, redness, freckles."""
  mottle = canvas.noise(rng, 6.0, 1.0, canvas.HEIGHT, canvas.WIDTH)
  sheet.image *= scene.spread(1 + np.float32(0.018) * mottle)
  red = person.skin * np.float32((1.0, 0.72, 0.7))
  strength = 0.4 * person.redness
  for x in (-0.46, 0.46):
    blob = canvas.ellipse(x, marks[anatomy.CHEEK_BONES[0], 1] + 0.02, 0.2, 0.15)
    sheet.fill(blob, red, blur=16, strength=strength)
  sheet.fill(canvas.ellipse(0, marks[1, 1], 0.12, 0.1), red, 8, strength)
  chin = canvas.ellipse(0, marks[anatomy.CHIN, 1] - 0.12, 0.18, 0.1)
  sheet.fill(chin, red, 12, strength)
  if person.freckles > 0.15:
    spots = np.zeros((canvas.HEIGHT, canvas.WIDTH), np.uint8)
    for x, y in rng.normal((0, 0.35), (0.36, 0.28), (110, 2)):
      where = tuple(int(v) for v in canvas.fixed(np.float32([x, y])))
      cv2.circle(spots, where, 12 + rng.integers(14), 255, -1, 16, canvas.SHIFT)
    stencil = cv2.GaussianBlur(spots, (0, 0), 0.7).astype(np.float32) / 255
    sheet.lay(stencil, person.skin * (0.74, 0.6, 0.5), 0.45 * person.freckles)


def _paint_age(sheet, marks, person):
  """Lines of age and of the smile, eye bags."""
  dark = person.skin * np.float32((0.62, 0.5, 0.46))
  age, smile = person.age, person.shape.smile
  folds, bags, feet, frowns = [], [], [], []
  for side, wing, corner, outer, inner in zip(
    (-1, 1),
    anatomy.NOSE_WINGS,
    anatomy.MOUTH_CORNERS,
    anatomy.OUTER_EYE_CORNERS,
    anatomy.INNER_EYE_CORNERS,
    strict=True,
  ):
    wing, corner = marks[wing, :2], marks[corner, :2]
    outer, inner = marks[outer, :2], marks[inner, :2]
    bow = (wing + corner) / 2 + (side * (0.09 + 0.03 * smile), -0.02)
    folds.append(
      canvas.curve(
        wing + (side * 0.02, -0.03), bow, corner + (side * 0.1, 0.02)
      )
    )
    middle = (outer + inner) / 2 + (0, 0.13)
    bags.append(canvas.curve(inner + (0, 0.05), middle, outer + (0, 0.06)))
    for step in (-1, 0, 1):
      steps = [(0.05, 0.02 * step), (0.12, 0.05 * step), (0.19, 0.1 * step)]
      feet.append(
        canvas.curve(*(outer + np.float32(s) * (side, 1) for s in steps))
      )
    steps = [(0.03, 0.04), (0.07, 0.12), (0.07, 0.22)]
    frowns.append(
      canvas.curve(*(corner + np.float32(s) * (side, 1) for s in steps))
    )
  sheet.lines(folds, dark, 4, 2.2, 0.1 + 0.4 * age + 0.4 * smile)
  sheet.lines(bags, dark, 3, 2.4, 0.12 + 0.45 * age)
  sheet.lines(feet, dark, 2, 1.0, 0.6 * max(0, age - 0.3) + 0.25 * smile * age)
  sheet.lines(frowns, dark, 3, 1.8, 0.5 * max(0, age - 0.4))
  waves = []
  for y in np.float32([-0.3, -0.39, -0.48]) - 0.04 * person.shape.brow:
    waves.append(
      canvas.curve(
        (-0.36, y + 0.02), (-0.12, y - 0.01), (0.12, y), (0.36, y + 0.02)
      )
    )
  sheet.lines(waves, dark, 2, 1.4, 0.75 * max(0.0, age - 0.3))


def _paint_eye(sheet, marks, person, index):
  """One eye with its lids, lashes and brow."""
  ring = marks[list(anatomy.EYES[index]), :2]
  side = -1 if index == 0 else 1
  middle, reach = ring.mean(0), np.ptp(ring[:, 0]) / 2
  dark = person.skin * np.float32((0.55, 0.42, 0.4))
  upper = np.concatenate([ring[8:], ring[:1]])[::-1]
  lower = ring[:9]
  shade = person.skin * np.float32((0.72, 0.6, 0.58))
  socket = canvas.ellipse(middle[0], middle[1] - 0.045, reach * 1.05, 0.085)
  sheet.fill(socket, shade, 4, 0.35)
  if person.lid_paint > 0.2:
    tint = 0.5 * person.lips * (0.8, 0.9, 1.1) + 0.15 * person.skin
    sheet.fill(socket, tint, 3, 0.5 * person.lid_paint)
  crease = upper + np.float32([0, -0.045])
  sheet.lines([crease], dark, 2, 1.0, 0.6)
  sheet.fill(ring, (226, 222, 218), 0.6)
  gaze = np.float32(person.gaze) * (0.28 * reach, 0.02)
  spot = middle + gaze + (0, -0.008)
  sheet.fill(
    canvas.ellipse(*spot, 0.073, 0.073), person.iris * 0.6, 0.5, 1, ring
  )
  sheet.fill(canvas.ellipse(*spot, 0.06, 0.06), person.iris, 1.0, 1, ring)
  sheet.fill(canvas.ellipse(*spot, 0.03, 0.03), (12, 10, 10), 0.6, 1, ring)
  sheet.lines([upper + np.float32([0, 0.022])], (60, 48, 46), 3, 1.6, 0.45)
  glint = spot + np.float32([0.03 * np.sign(person.light[0] + 1e-6), -0.025])
  sheet.fill(canvas.ellipse(*glint, 0.014, 0.014), (255, 255, 255), 0.5, 0.95)
  lash = 0.3 * dark * (1 - 0.6 * person.lid_paint)
  sheet.lines([upper], lash, 2 if person.lid_paint < 0.6 else 3, 0.6, 0.95)
  sheet.lines([lower], dark, 1, 0.8, 0.5 + 0.3 * person.lid_paint)
  sheet.fill(
    canvas.ellipse(
      middle[0] - side * reach * 0.93, middle[1] + 0.012, 0.018, 0.013
    ),
    person.skin * (0.9, 0.6, 0.58),
    0.8,
    0.7,
  )


def _paint_brow(sheet, marks, person, index, rng):
  ring = marks[list(anatomy.BROWS[index]), :2]
  middle = ring.mean(0)
  thin = 0.55 + 0.75 * person.brow_weight
  shaped = middle + (ring - middle) * np.float32([0.95, thin])
  colour = 0.75 * person.hair
  sheet.fill(shaped, colour, 2.2, 0.5 + 0.3 * person.brow_weight)
  upper, lower = shaped[:5], shaped[:4:-1]
  at = rng.uniform(0, 4, 16).astype(np.float32)
  first = np.minimum(at.astype(int), 3)
  share = (at - first)[:, None]
  top = upper[first] + share * (upper[first + 1] - upper[first])
  low = lower[first] + share * (lower[first + 1] - lower[first])
  lean = np.float32([-0.05 if index == 0 else 0.05, 0])
  sheet.lines(np.stack([low, top + lean], axis=1), colour, 1, 0.6, 0.55)


def _paint_nose(sheet, marks, person):
  dark = person.skin * np.float32((0.5, 0.36, 0.33))
  soft = person.skin * np.float32((0.74, 0.62, 0.58))
  base = marks[anatomy.NOSE_BASE, 1]
  creases, ridges = [], []
  for side, nostril, wing in zip(
    (-1, 1), anatomy.NOSTRILS, anatomy.NOSE_WINGS, strict=True
  ):
    out, wing = marks[nostril, 0], marks[wing, 0]
    creases.append(
      canvas.curve(
        (wing - side * 0.02, base - 0.13),
        (wing + side * 0.005, base - 0.07),
        (out + side * 0.015, base - 0.005),
      )
    )
    ridges.append(
      canvas.curve((side * 0.1, -0.08), (side * 0.09, 0.1), (side * 0.11, 0.3))
    )
    sheet.fill(
      canvas.ellipse(0.62 * out, base - 0.012, 0.046, 0.02), dark, 1.4, 0.9
    )
  sheet.lines(creases, dark, 2, 1.5, 0.5)
  sheet.lines(ridges, soft, 6, 4, 0.2)
  sheet.fill(canvas.ellipse(0, base + 0.005, 0.16, 0.025), soft, 3, 0.55)
  light = np.minimum(person.skin * 1.2 + 12, 255)
  sheet.lines([canvas.curve((0, 0.05), (0, 0.38))], light, 5, 3, 0.25)
  sheet.fill(
    canvas.ellipse(0, marks[anatomy.NOSE_TIP, 1], 0.035, 0.03), light, 3, 0.4
  )


def _paint_mouth(sheet, marks, person):
  outer = marks[list(anatomy.OUTER_LIPS), :2]
  inner = marks[list(anatomy.INNER_LIPS), :2]
  lips = person.lips
  seam = np.concatenate([inner[11:][::-1], inner[10:11]])
  seam = np.concatenate([inner[:1], seam])
  below = outer[5] + np.float32([0, 0.05])
  shade = person.skin * np.float32((0.74, 0.64, 0.6))
  sheet.fill(canvas.ellipse(*below, 0.15, 0.025), shade, 4, 0.5)
  groove = canvas.curve(
    (0, marks[anatomy.NOSE_BASE, 1] + 0.03), (0, outer[15, 1] - 0.01)
  )
  sheet.lines([groove], shade, 5, 2.5, 0.3)
  sheet.fill(outer, lips, 1.3, 0.92)
  upper = np.concatenate([outer[10:], outer[:1], inner[:1], inner[:9:-1]])
  sheet.fill(upper, lips * 0.8, 1.6, 0.6)
  light = np.minimum(lips * 1.25 + 22, 255)
  spot = (outer[5] + inner[5]) / 2
  sheet.fill(canvas.ellipse(*spot, 0.11, 0.018), light, 2.5, 0.5)
  dark = lips * np.float32((0.4, 0.3, 0.3))
  opening = person.shape.mouth_opening
  if opening > 0.12:
    sheet.fill(inner, (58, 22, 24), 0.5)
    top, low = inner[11:, 1].min(), inner[1:10, 1].max()
    edge = top + (low - top) * min(0.8, 0.06 / max(low - top, 1e-3) + 0.25)
    ivory = np.float32((236, 228, 212)) - 26 * person.age
    half = 0.8 * inner[10, 0]
    teeth = np.float32([(-half, top - 0.02), (half, top - 0.02)])
    bite = canvas.curve(
      (half, edge - 0.03), (0, edge + 0.01), (-half, edge - 0.03)
    )
    sheet.fill(np.concatenate([teeth, bite]), ivory, 0.8, 0.96, inner)
    columns = np.linspace(-0.75, 0.75, 9) * half
    gaps = [np.float32([(x, top), (x, edge - 0.01)]) for x in columns]
    sheet.lines(gaps, ivory * 0.7, 1, 0.6, 0.4)
    sheet.lines([seam], dark, 2, 1.0, 0.5)
  else:
    sheet.lines([seam], dark, 2, 0.8, 0.85)
  for corner, side in ((inner[0], -1), (inner[10], 1)):
    nook = corner + np.float32([side * 0.012, 0])
    sheet.fill(canvas.ellipse(*nook, 0.022, 0.016), dark, 2, 0.6)


def paint(
  person: traits.Traits, marks: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
  """Paints the face.

  Args:
    person: the person.
    marks: float32 [468, 3], the face's mesh in head space.
    rng: for spots and single hairs.

  Returns:
    RGB, float32 [canvas.HEIGHT, canvas.WIDTH, 3] in 0-255.
  """
  sheet = canvas.Canvas(person.skin)
  _paint_skin(sheet, marks, person, rng)
  _paint_nose(sheet, marks, person)
  if person.beard > 0 or person.moustache > 0:
    beard.paint(sheet, marks, person, rng)
  _paint_age(sheet, marks, person)
  _paint_mouth(sheet, marks, person)
  for index in (0, 1):
    _paint_eye(sheet, marks, person, index)
    _paint_brow(sheet, marks, person, index, rng)
  return sheet.image
