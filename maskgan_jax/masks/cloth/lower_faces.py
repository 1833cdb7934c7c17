"""Prints of mouths, teeth, beards, jaws and snouts, where a mask hides them."""

import cv2
import numpy as np

from maskgan_jax.masks.cloth import creatures, ink

_SKINS = (
  *((236, 196, 170), (222, 174, 142), (198, 146, 112), (160, 110, 80)),
  *((118, 78, 56), (84, 56, 42)),
)
_LIPS = (
  *((190, 60, 70), (206, 40, 52), (176, 88, 84), (150, 40, 60)),
  *((222, 110, 130), (120, 50, 50)),
)
_HAIR = (
  *((40, 30, 26), (74, 50, 34), (120, 84, 50), (150, 146, 140)),
  *((176, 96, 44), (24, 22, 24)),
)
_THROATS = ((120, 20, 28), (40, 14, 18))
# A full beard's outline from cheek to cheek, half mouths from the mouth.
_BEARD = (
  *((-3.4, -1.4), (-2.2, 0.3), (-1.2, 0.2), (0, 0.6)),
  *((1.2, 0.2), (2.2, 0.3), (3.4, -1.4)),
)


def paint(
  ground: tuple[int, int, int],
  x: np.ndarray,
  y: np.ndarray,
  marks: np.ndarray,
  rng: np.random.Generator,
) -> np.ndarray:
  """A mouth, a beard, a skull's jaw or an animal's snout, in many colours.

  Args:
    ground: RGB in 0..255 of the cloth around it.
    x: float [1, w], face widths from the cloth's middle.
    y: float [h, 1] or [h, w], face widths from its top.
    marks: float [468, 2], where the wearer's landmarks lie below it.
    rng: draws what, in which colours and how large.

  Returns:
    RGB float32 [h, w, 3] in [0, 255].
  """
  canvas = ink.Canvas(ground, x, y, marks, rng)
  _STYLES[rng.integers(len(_STYLES))](canvas, rng)
  # Ink runs a little and never covers wholly.
  pixels = cv2.GaussianBlur(canvas.pixels, (0, 0), 0.6)
  return np.clip(pixels * 0.96 + 6, 0, 255)


def _mouth(upper, lower, smile, dip=0.0):
  """A closed outline through two corners at x = -1 and 1, [50, 2]."""
  t = np.linspace(-1, 1, 25)
  arch = np.sqrt(np.maximum(1 - t**2, 0))
  top = -upper * arch * (1 - dip * np.exp(-((t / 0.16) ** 2)))
  bottom = lower * arch**1.2
  bow = -smile * t**2
  return np.concatenate(
    [np.stack([t, top + bow], 1), np.stack([t, bottom + bow], 1)[::-1]]
  )


def _draw_lips(canvas, rng, size, colour, outlined=False):
  """Lips, closed or parted over teeth."""
  half, smile = canvas.half * size, rng.uniform(0.0, 0.4)
  parted = rng.random() < 0.6
  gap = rng.uniform(0.12, 0.34) if parted else 0.0
  thick = rng.uniform(0.2, 0.4)
  lips = _mouth(gap + thick * 0.8, gap + thick, smile, 0.28)
  lips = canvas.mouth + lips * half
  canvas.fill(lips, colour)
  if outlined:
    canvas.line(ink.closed(lips), ink.INK, 0.012)
  else:
    shine = canvas.mouth + [0, (gap + 0.55 * thick) * half]
    shine = ink.ellipse(shine, (0.4 * half, 0.1 * half))
    canvas.fill(shine, np.minimum(colour + 60, 255), 0.6, 0.12 * half)
    canvas.line(lips[:25], colour * 0.6, 0.008, 0.5, 0.006)
  if parted:
    _teeth(canvas, gap, smile, half)
  else:
    t = np.linspace(-1, 1, 17)
    wave = np.stack([t, -smile * t**2 + 0.03 * np.cos(t * 9)], 1)
    canvas.line(canvas.mouth + wave * half, colour * 0.35, 0.008, 0.9, 0.003)


def _teeth(canvas, gap, smile, half):
  """The upper row between parted lips."""
  inner = canvas.mouth + 0.92 * _mouth(gap, gap, smile / 0.92) * half
  canvas.fill(inner, (58, 18, 20))
  row = canvas.mouth + 0.9 * _mouth(gap * 0.95, gap * 0.45, smile / 0.9) * half
  canvas.fill(row, ink.TOOTH)
  for k in range(-4, 5):
    x = 0.9 * np.sin(k * 0.3)
    line = np.array([[x, -gap - 0.3 - smile], [x, gap + 0.1]]) * half
    canvas.line(canvas.mouth + line, (110, 90, 84), 0.004, 0.45, within=row)


def _skin(canvas, rng):
  """Skin with the shadows of nose, cheeks and chin; returns its colour."""
  skin = ink.pick(_SKINS, rng)
  canvas.pixels[:] = skin
  dark, light = skin * [0.62, 0.55, 0.52], np.minimum(skin * 1.14, 252)
  nose, chin, half = canvas.nose, canvas.chin, canvas.half
  for side in (-1, 1):
    cheek = canvas.place(side * 3.1, 0.2)
    canvas.fill(ink.ellipse(cheek, (1.3 * half, 2.6 * half)), dark, 0.7, 0.06)
    fold = np.array([[0.75, 0.1], [1.3, 0.9], [1.5, 1.7]]) * [side, 1] * half
    canvas.line(nose + fold, dark, 0.02, rng.uniform(0.2, 0.7), 0.016)
    wing = nose + np.array([side * 0.55, 0.2]) * half
    canvas.fill(ink.ellipse(wing, (0.3 * half, 0.3 * half)), dark, 0.35, 0.014)
    hole = nose + np.array([side * 0.26, 0.42]) * half
    hole = ink.ellipse(hole, (0.17 * half, 0.09 * half))
    canvas.fill(hole, dark * 0.35, 0.9, 0.006)
    bone = ink.ellipse(canvas.place(side * 1.8, -0.9), (half, half))
    canvas.fill(bone, light, 0.35, 0.05)
  ridge = ink.ellipse(nose - [0, 0.2 * half], (0.24 * half, 0.5 * half))
  canvas.fill(ridge, light, 0.7, 0.016)
  below = canvas.mouth + 0.55 * (chin - canvas.mouth)
  canvas.fill(ink.ellipse(below, (0.7 * half, 0.16 * half)), dark, 0.5, 0.02)
  jaw = ink.ellipse(chin + [0, 0.7 * half], (4 * half, 0.7 * half))
  canvas.fill(jaw, dark, 0.7, 0.03)
  return skin


def _person(canvas, rng):
  """A bare lower face."""
  skin = _skin(canvas, rng)
  lips = 0.55 * ink.pick(_LIPS, rng) + 0.35 * skin
  _draw_lips(canvas, rng, rng.uniform(0.95, 1.35), lips)


def _bearded(canvas, rng):
  """A moustache with a full beard or a goatee."""
  skin, hair, half = _skin(canvas, rng), ink.pick(_HAIR, rng), canvas.half
  mouth, chin = canvas.mouth, canvas.chin
  full = rng.random() < 0.7
  if full:
    low = (chin[1] - mouth[1]) / half + 1
    outline = [canvas.place(*p) for p in (*_BEARD, (3.2, low), (-3.2, low))]
    canvas.hair(np.array(outline), hair, 16.0, 0.03)
  lips = 0.4 * ink.pick(_LIPS, rng) + 0.5 * skin
  _draw_lips(canvas, rng, rng.uniform(0.8, 1.05), lips)
  moustache = _mouth(0.6, 0.1, -0.7, 0.3) * [1.6 * half, half]
  canvas.hair(mouth + moustache - [0, 0.12 * half], hair, 16.0, 0.012)
  if not full:
    goatee = ink.ellipse(0.4 * mouth + 0.6 * chin, (0.8 * half, 0.9 * half))
    canvas.hair(goatee, hair, 16.0, 0.014)


def _cartoon(canvas, rng):
  """A grin in bold lines on plain cloth."""
  mouth, half = canvas.mouth, canvas.half * rng.uniform(1.3, 2.4)
  smile, gap = rng.uniform(0.2, 0.6), rng.uniform(0.25, 0.5)
  outline = mouth + _mouth(gap * 0.4, gap, smile) * half
  canvas.fill(outline, ink.pick(_THROATS, rng))
  # One row of teeth, two of them clenched, or none.
  rows = int(rng.choice([0, 1, 1, 2]))
  row = outline
  if rows == 1:
    row = mouth + _mouth(gap * 0.4, gap * 0.5, smile) * 0.97 * half
  if rows:
    canvas.fill(row, ink.TOOTH)
    for x in np.arange(-1, 1, rng.uniform(0.14, 0.3)).tolist():
      line = mouth + np.array([[x, -2], [x, 2]]) * half
      canvas.line(line, ink.INK, 0.008, within=row)
  if rows == 2:
    t = np.linspace(-1, 1, 17)
    middle = np.stack([t, -smile * t**2 + 0.25 * gap], 1)
    canvas.line(mouth + middle * half, ink.INK, 0.01)
  elif rng.random() < 0.4:
    tongue = mouth + [0.1 * half, 0.75 * gap * half]
    tongue = ink.ellipse(tongue, (0.4 * half, 0.5 * gap * half))
    canvas.fill(tongue, (226, 92, 104), within=outline)
  canvas.line(ink.closed(outline), ink.INK, 0.016)


def _lips(canvas, rng):
  """Lips alone, sometimes with a tongue."""
  colour, size = ink.pick(_LIPS, rng), rng.uniform(1.1, 2.0)
  _draw_lips(canvas, rng, size, colour, rng.random() < 0.4)
  if rng.random() < 0.3:
    half = size * canvas.half
    tongue = canvas.mouth + [0.2 * half, 0.5 * half]
    canvas.fill(ink.ellipse(tongue, (0.34 * half, 0.6 * half)), (214, 84, 96))
    line = tongue + np.array([[0, -0.4], [0, 0.35]]) * half
    canvas.line(line, (150, 40, 56), 0.008, 0.8, 0.004)


_STYLES = (
  *(_person, _person, _bearded, _cartoon, _lips),
  *(creatures.skull, creatures.snout),
)
