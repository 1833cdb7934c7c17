"""Prints of a skull's jaw and of animals' snouts."""

import numpy as np

from maskgan_jax.masks.cloth import ink

_BONES = ((226, 220, 204), (236, 236, 234), (196, 190, 178))
_NIGHT = ((24, 24, 26), (34, 30, 32))
_FURS = (
  *((200, 140, 80), (240, 236, 228), (120, 90, 66), (60, 56, 54)),
  *((226, 150, 60), (240, 170, 180), (150, 150, 152), (130, 170, 90)),
)
# In half mouths from the mouth's middle.
_JAW = (
  *((-2.6, -2.2), (-1.9, 0.6), (-1.1, 1.9), (0, 2.2), (1.1, 1.9), (1.9, 0.6)),
  *((2.6, -2.2), (1.2, -1.5), (0, -2.4), (-1.2, -1.5)),
)


def skull(canvas: ink.Canvas, rng: np.random.Generator) -> None:
  """A jaw of bone on dark cloth."""
  night, bone = ink.pick(_NIGHT, rng), ink.pick(_BONES, rng)
  canvas.pixels[:] = night
  nose, half = canvas.nose, canvas.half
  jaw = np.array([canvas.place(*p) for p in _JAW])
  canvas.fill(jaw, bone, softness=0.014)
  canvas.fill(jaw * [0.9, 1] + [0, 0.03], bone * 0.8, 0.4, 0.05)
  for side in (-1, 1):
    hollow = canvas.place(side * 1.75, -0.7)
    canvas.fill(ink.ellipse(hollow, (0.5 * half, 0.9 * half)), night, 0.9, 0.02)
    hole = nose + np.array([side * 0.2, 0.1]) * half
    canvas.fill(ink.ellipse(hole, (0.2 * half, 0.42 * half)), night)
  wide, count = rng.uniform(1.3, 1.8), int(rng.integers(6, 11))
  line = [canvas.place(x, y) for x, y in ((-wide, -0.1), (0, 0), (wide, -0.1))]
  canvas.line(np.array(line), night, 0.016)
  for row in (-1, 1):
    tall = rng.uniform(0.5, 0.75)
    for k in range(count):
      x = wide * (2 * (k + 0.5) / count - 1)
      square = ink.ellipse(np.zeros(2), (1, 1))
      square = np.sign(square) * np.sqrt(np.abs(square))
      size = np.array([wide / count * 0.84, tall / 2]) * half
      tooth = canvas.place(x, row * (tall / 2 + 0.06)) + square * size
      canvas.fill(tooth + 0.004, night, 0.9, 0.006)
      canvas.fill(tooth, np.minimum(bone * 1.08, 250), softness=0.003)


def snout(canvas: ink.Canvas, rng: np.random.Generator) -> None:
  """An animal's nose, muzzle and whiskers on fur."""
  fur, half = ink.pick(_FURS, rng), canvas.half
  nose = canvas.nose + [0, 0.1 * half]
  pale = np.minimum(fur + rng.uniform(20, 80), 250)
  canvas.hair(ink.ellipse(canvas.mouth, (9.0, 9.0)), fur, 7.0, 0.0)
  if rng.random() < 0.5:
    _stripes(canvas, fur * 0.3, rng)
  for side in (-1, 1):
    cheek = canvas.place(side * 0.75, -0.15)
    canvas.hair(ink.ellipse(cheek, (1.05 * half, 0.85 * half)), pale, 7.0, 0.02)
  canvas.fill(
    ink.ellipse(nose, (0.75 * half, 0.5 * half)), ink.INK, softness=0.006
  )
  gleam = nose - [0.15 * half, 0.18 * half]
  canvas.fill(
    ink.ellipse(gleam, (0.3 * half, 0.1 * half)), (190, 180, 180), 0.6, 0.01
  )
  middle = canvas.place(0, 0.1)
  canvas.line(np.stack([nose, middle]), ink.INK, 0.012)
  t = np.linspace(0, np.pi, 13)
  for side in (-1, 1):
    arc = np.stack([side * (1 - np.cos(t)) * 0.5, np.sin(t) * 0.45], 1)
    canvas.line(middle + arc * half, ink.INK, 0.012)
    for k in range(3):
      start = canvas.place(side * 0.9, -0.3 + 0.22 * k)
      end = start + np.array([side * 1.9, -0.35 + 0.35 * k]) * half
      canvas.line(np.stack([start, end]), (240, 238, 232), 0.005, 0.8)
  if rng.random() < 0.4:
    tongue = middle + [0, 0.75 * half]
    canvas.fill(ink.ellipse(tongue, (0.4 * half, 0.6 * half)), (224, 104, 116))


def _stripes(canvas, colour, rng):
  for side in (-1, 1):
    for k in range(int(rng.integers(2, 5))):
      start = canvas.place(side * 3.4, -1.4 + 0.8 * k)
      end = canvas.place(side * 2.1, -0.9 + 0.5 * k)
      canvas.line(np.stack([start, end]), colour, 0.03, 0.85, 0.006)
