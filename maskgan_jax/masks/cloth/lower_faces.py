"""Prints of mouths, teeth, beards, jaws and snouts, where a mask hides them."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy

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
_FURS = (
  *((200, 140, 80), (240, 236, 228), (120, 90, 66), (60, 56, 54)),
  *((226, 150, 60), (240, 170, 180), (150, 150, 152), (130, 170, 90)),
)
_BONE, _INK, _TOOTH = (226, 220, 204), (26, 22, 24), (244, 240, 230)


class _Canvas:
  """A cloth to print on, in face widths around the wearer's own mouth."""

  def __init__(self, ground, x, y, marks, rng):
    height, width = y.shape[0], x.shape[-1]
    self.pixels = np.full((height, width, 3), ground, np.float32)
    self._scale = (width / (2 * float(x[0, -1])), height / float(y.max()))
    self._origin = np.array([float(x[0, -1]), 0.0])
    corners = marks[list(anatomy.MOUTH_CORNERS)]
    # Printers know nothing of the wearer's nose and mouth.
    shift = rng.uniform(-0.02, 0.02, 2) + [0, 0.02]
    self.mouth = corners.mean(0) + shift
    self.nose = marks[anatomy.NOSE_TIP] + shift
    self.nose[1] = max(self.nose[1], 0.06)
    self.chin = marks[anatomy.CHIN] + shift
    self.half = 0.5 * np.linalg.norm(corners[1] - corners[0])
    self.rng = rng

  def _mask(self, outline, softness, line=0.0):
    corners = (np.asarray(outline) + self._origin) * self._scale
    corners = [np.round(corners * 16).astype(np.int32)]
    mask = np.zeros(self.pixels.shape[:2], np.uint8)
    if line:
      thick = max(1, round(line * self._scale[0]))
      cv2.polylines(mask, corners, False, 255, thick, cv2.LINE_AA, 4)
    else:
      cv2.fillPoly(mask, corners, 255, cv2.LINE_AA, 4)
    sigma = softness * self._scale[0]
    if sigma > 0.4:
      mask = cv2.GaussianBlur(mask, (0, 0), sigma)
    return mask / np.float32(255)

  def fill(self, outline, colour, amount=1.0, softness=0.004):
    self.lay(self._mask(outline, softness) * np.float32(amount), colour)

  def line(self, points, colour, width, amount=1.0, softness=0.0):
    mask = self._mask(points, softness, width) * np.float32(amount)
    self.lay(mask, colour)

  def lay(self, mask, colour):
    colour = np.array(colour, np.float32)
    self.pixels += (colour - self.pixels) * mask[..., None]

  def inside(self, outline, softness):
    return self._mask(outline, softness)

  def stroke(self, points, width):
    return self._mask(points, 0.0, width)

  def strands(self, mask, colour, contrast):
    """Short hair where `mask` says, drawn downwards."""
    noise = self.rng.standard_normal(mask.shape, np.float32)
    tall = max(1.0, 0.02 * self._scale[1])
    noise = cv2.GaussianBlur(noise, (0, 0), 0.6, sigmaY=tall)
    noise /= max(float(noise.std()), 1e-6)
    self.lay(mask, colour)
    self.pixels += (contrast * mask * noise)[..., None]


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
  canvas = _Canvas(ground, x, y, marks, rng)
  styles = (_person, _person, _bearded, _cartoon, _lips, _skull, _snout)
  styles[rng.integers(len(styles))](canvas, rng)
  # Ink runs a little, and never covers wholly.
  pixels = cv2.GaussianBlur(canvas.pixels, (0, 0), 0.6)
  return np.clip(pixels * 0.96 + 6, 0, 255)


def _pick(colours, rng):
  colour = np.array(colours[rng.integers(len(colours))])
  return np.clip(colour + rng.integers(-10, 11, 3), 0, 250)


def _ellipse(centre, size, count=28):
  angle = np.arange(count) * 2 * np.pi / count
  return centre + np.stack([np.cos(angle), np.sin(angle)], 1) * size


def _mouth(upper, lower, smile, dip=0.0):
  """A closed outline through two corners at x = -1 and 1."""
  t = np.linspace(-1, 1, 25)
  arch = np.sqrt(np.maximum(1 - t**2, 0))
  top = -upper * arch * (1 - dip * np.exp(-((t / 0.16) ** 2)))
  bottom = lower * arch**1.2
  bow = -smile * t**2
  return np.concatenate(
    [
      np.stack([t, top + bow], 1),
      np.stack([t, bottom + bow], 1)[::-1],
    ]
  )


def _draw_lips(canvas, rng, size, colour, outline=False):
  """Lips, closed or parted over teeth; returns their half-width."""
  half = canvas.half * size
  smile = rng.uniform(0.0, 0.4)
  parted = rng.random() < 0.6
  gap = rng.uniform(0.12, 0.34) if parted else 0.0
  thick = rng.uniform(0.2, 0.4)

  def place(points):
    return canvas.mouth + points * half

  lips = place(_mouth(gap + thick * 0.8, gap + thick, smile, 0.28))
  canvas.fill(lips, colour)
  if outline:
    canvas.line(np.concatenate([lips, lips[:1]]), _INK, 0.012)
  else:
    light = np.minimum(colour + 60.0, 255)
    shine = canvas.mouth + [0, (gap + 0.55 * thick) * half]
    canvas.fill(
      _ellipse(shine, (0.4 * half, 0.1 * half)), light, 0.6, 0.12 * half
    )
    canvas.line(lips[:25], colour * 0.6, 0.008, 0.5, 0.006)
  if parted:
    inner = place(0.92 * _mouth(gap, gap, smile / 0.92))
    canvas.fill(inner, (58, 18, 20))
    teeth = place(0.9 * _mouth(gap * 0.95, gap * 0.45, smile / 0.9))
    canvas.fill(teeth, _TOOTH)
    inside = canvas.inside(teeth, 0.0)
    for k in range(-4, 5):
      x = 0.9 * np.sin(k * 0.3)
      line = place(np.array([[x, -gap - 0.3 - smile], [x, gap + 0.1]]))
      canvas.lay(inside * canvas.stroke(line, 0.004) * 0.45, (110, 90, 84))
  else:
    t = np.linspace(-1, 1, 17)
    wave = np.stack([t, -smile * t**2 + 0.03 * np.cos(t * 9)], 1)
    canvas.line(place(wave), colour * 0.35, 0.008, 0.9, 0.003)
  return half


def _shaded_face(canvas, rng):
  """Skin with the shadows of nose, cheeks and chin."""
  skin = _pick(_SKINS, rng).astype(np.float32)
  canvas.pixels[:] = skin
  dark, light = skin * [0.62, 0.55, 0.52], np.minimum(skin * 1.14, 252)
  nose, mouth, chin, half = canvas.nose, canvas.mouth, canvas.chin, canvas.half
  for side in (-1, 1):
    cheek = mouth + [side * 3.1 * half, 0.2 * half]
    canvas.fill(_ellipse(cheek, (1.3 * half, 2.6 * half)), dark, 0.7, 0.06)
    fold = np.array([[0.75, 0.1], [1.3, 0.9], [1.5, 1.7]]) * [side, 1] * half
    fold = nose + fold
    canvas.line(fold, dark, 0.02, rng.uniform(0.2, 0.7), 0.016)
    wing = nose + np.array([side * 0.55, 0.2]) * half
    canvas.fill(_ellipse(wing, (0.3 * half, 0.3 * half)), dark, 0.35, 0.014)
    hole = nose + np.array([side * 0.26, 0.42]) * half
    canvas.fill(
      _ellipse(hole, (0.17 * half, 0.09 * half)), dark * 0.35, 0.9, 0.006
    )
    canvas.fill(
      _ellipse(mouth + [side * 1.8 * half, -0.9 * half], (half,) * 2),
      *(light, 0.35, 0.05),
    )
  canvas.fill(
    _ellipse(nose - [0, 0.2 * half], (0.24 * half, 0.5 * half)),
    *(light, 0.7, 0.016),
  )
  low = mouth + 0.55 * (chin - mouth)
  canvas.fill(_ellipse(low, (0.7 * half, 0.16 * half)), dark, 0.5, 0.02)
  canvas.fill(
    _ellipse(chin + [0, 0.7 * half], (4 * half, 0.7 * half)), dark, 0.7, 0.03
  )
  return skin


def _person(canvas, rng):
  skin = _shaded_face(canvas, rng)
  lips = 0.55 * _pick(_LIPS, rng) + 0.35 * skin
  _draw_lips(canvas, rng, rng.uniform(0.95, 1.35), lips)


def _bearded(canvas, rng):
  skin = _shaded_face(canvas, rng)
  hair, half = _pick(_HAIR, rng).astype(np.float32), canvas.half
  mouth, chin = canvas.mouth, canvas.chin
  moustache = mouth + _mouth(0.6, 0.1, -0.7, 0.3) * [1.6 * half, half]
  moustache = moustache - [0, 0.12 * half]
  beard = [
    mouth + np.array(p) * half
    for p in ((-3.4, -1.4), (-2.2, 0.3), (-1.2, 0.2), (0, 0.6))
  ]
  beard += [mouth + np.array(p) * half for p in ((1.2, 0.2), (2.2, 0.3))]
  beard += [mouth + np.array([3.4, -1.4]) * half]
  low = chin[1] - mouth[1] + half
  beard += [mouth + [3.2 * half, low], mouth + [-3.2 * half, low]]
  whole = rng.random() < 0.7
  if whole:
    canvas.strands(canvas.inside(beard, 0.03), hair, 16.0)
  _draw_lips(
    *(canvas, rng, rng.uniform(0.8, 1.05)),
    0.4 * _pick(_LIPS, rng) + 0.5 * skin,
  )
  canvas.strands(canvas.inside(moustache, 0.012), hair, 16.0)
  if not whole:
    goatee = _ellipse(0.4 * mouth + 0.6 * chin, (0.8 * half, 0.9 * half))
    canvas.strands(canvas.inside(goatee, 0.014), hair, 16.0)


def _cartoon(canvas, rng):
  """A grin in bold lines on plain cloth."""
  half = canvas.half * rng.uniform(1.3, 2.4)
  smile, gap = rng.uniform(0.2, 0.6), rng.uniform(0.25, 0.5)
  outline = canvas.mouth + _mouth(gap * 0.4, gap, smile) * half
  canvas.fill(outline, _pick(((120, 20, 28), (40, 14, 18)), rng))
  row = canvas.mouth + _mouth(gap * 0.4, gap * 0.5, smile) * 0.97 * half
  teeth = rng.random()
  if teeth < 0.75:
    canvas.fill(row if teeth < 0.45 else outline, _TOOTH)
    mask = canvas.inside(row if teeth < 0.45 else outline, 0.0)
    step = rng.uniform(0.14, 0.3)
    for x in np.arange(-1, 1, step).tolist():
      line = canvas.mouth + np.array([[x, -2], [x, 2]]) * half
      canvas.lay(mask * canvas.stroke(line, 0.008), _INK)
    if teeth >= 0.45:
      t = np.linspace(-1, 1, 17)
      middle = np.stack([t, -smile * t**2 + 0.25 * gap], 1)
      canvas.line(canvas.mouth + middle * half, _INK, 0.01)
  if teeth < 0.3:
    tongue = canvas.mouth + [0.1 * half, 0.75 * gap * half]
    canvas.fill(_ellipse(tongue, (0.4 * half, 0.5 * gap * half)), (226, 92, 104))
  canvas.line(np.concatenate([outline, outline[:1]]), _INK, 0.016)


def _lips(canvas, rng):
  """Lips alone, sometimes with a tongue."""
  colour = _pick(_LIPS, rng).astype(np.float32)
  half = _draw_lips(
    canvas, rng, rng.uniform(1.1, 2.0), colour, rng.random() < 0.4
  )
  if rng.random() < 0.3:
    tongue = canvas.mouth + [0.2 * half, 0.5 * half]
    canvas.fill(_ellipse(tongue, (0.34 * half, 0.6 * half)), (214, 84, 96))
    line = tongue + np.array([[0, -0.4], [0, 0.35]]) * half
    canvas.line(line, (150, 40, 56), 0.008, 0.8, 0.004)


def _skull(canvas, rng):
  """A jaw of bone on dark cloth."""
  ink = np.array(_pick(((24, 24, 26), (34, 30, 32)), rng), np.float32)
  bone = _pick((_BONE, (236, 236, 234), (196, 190, 178)), rng)
  canvas.pixels[:] = ink
  mouth, nose, half = canvas.mouth, canvas.nose, canvas.half
  jaw = mouth + np.array(
    [(-2.6, -2.2), (-1.9, 0.6), (-1.1, 1.9), (0, 2.2), (1.1, 1.9), (1.9, 0.6)]
    + [(2.6, -2.2), (1.2, -1.5), (0, -2.4), (-1.2, -1.5)]
  ) * half
  canvas.fill(jaw, bone, 1.0, 0.014)
  canvas.fill(jaw * [0.9, 1] + [0, 0.03], bone * 0.8, 0.4, 0.05)
  for side in (-1, 1):
    hollow = mouth + np.array([side * 1.75, -0.7]) * half
    canvas.fill(_ellipse(hollow, (0.5 * half, 0.9 * half)), ink, 0.9, 0.02)
    hole = nose + np.array([side * 0.2, 0.1]) * half
    canvas.fill(_ellipse(hole, (0.2 * half, 0.42 * half)), ink)
  wide = rng.uniform(1.3, 1.8)
  mouth_line = mouth + np.array([[-wide, -0.1], [0, 0.02], [wide, -0.1]]) * half
  canvas.line(mouth_line, ink, 0.016)
  count = int(rng.integers(6, 11))
  for row in (-1, 1):
    tall = rng.uniform(0.5, 0.75)
    for k in range(count):
      x = wide * (2 * (k + 0.5) / count - 1)
      size = wide / count * 0.84, tall / 2
      tooth = _ellipse(mouth + np.array([x, row * (tall / 2 + 0.06)]) * half, 1)
      centre = tooth.mean(0)
      tooth = centre + np.sign(tooth - centre) * (
        np.abs(tooth - centre) ** 0.5
      ) * np.array(size) * half
      canvas.fill(tooth + 0.004, ink, 0.9, 0.006)
      canvas.fill(tooth, np.minimum(bone * 1.08, 250), 1.0, 0.003)


def _snout(canvas, rng):
  """An animal's nose, muzzle and whiskers on fur."""
  fur = _pick(_FURS, rng).astype(np.float32)
  canvas.strands(np.ones(canvas.pixels.shape[:2], np.float32), fur, 7.0)
  mouth, half = canvas.mouth, canvas.half
  nose = canvas.nose + [0, 0.1 * half]
  pale = np.minimum(fur + rng.uniform(20, 80), 250)
  if rng.random() < 0.5:  # stripes
    for side in (-1, 1):
      for k in range(int(rng.integers(2, 5))):
        start = mouth + np.array([side * 3.4, -1.4 + 0.8 * k]) * half
        end = mouth + np.array([side * 2.1, -0.9 + 0.5 * k]) * half
        canvas.line(np.stack([start, end]), fur * 0.3, 0.03, 0.85, 0.006)
  for side in (-1, 1):
    cheek = mouth + np.array([side * 0.75, -0.15]) * half
    canvas.strands(
      canvas.inside(_ellipse(cheek, (1.05 * half, 0.85 * half)), 0.02),
      *(pale, 7.0),
    )
  canvas.fill(_ellipse(nose, (0.75 * half, 0.5 * half)), _INK, 1.0, 0.006)
  canvas.fill(
    _ellipse(nose - [0.15 * half, 0.18 * half], (0.3 * half, 0.1 * half)),
    *((190, 180, 180), 0.6, 0.01),
  )
  middle = mouth + [0, 0.1 * half]
  canvas.line(np.stack([nose, middle]), _INK, 0.012)
  t = np.linspace(0, np.pi, 13)
  for side in (-1, 1):
    arc = np.stack([side * (1 - np.cos(t)) * 0.5, np.sin(t) * 0.45], 1)
    canvas.line(middle + arc * half, _INK, 0.012)
    for k in range(3):
      start = mouth + np.array([side * 0.9, -0.3 + 0.22 * k]) * half
      end = start + np.array([side * 1.9, -0.35 + 0.35 * k]) * half
      canvas.line(np.stack([start, end]), (240, 238, 232), 0.005, 0.8)
  if rng.random() < 0.4:
    tongue = middle + [0, 0.75 * half]
    canvas.fill(_ellipse(tongue, (0.4 * half, 0.6 * half)), (224, 104, 116))
