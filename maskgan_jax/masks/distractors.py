"""Things other than masks that hide part of a lower face.

Baked into unmasked photos, they teach a network that a covered mouth or chin
is not yet a face mask. They need to be plausible, not perfect.
"""

import cv2
import numpy as np

from maskgan_jax.masks import head
from maskgan_jax.masks import light as light_lib

_LIPS = (
  *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
  *(375, 321, 405, 314, 17, 84, 181, 91, 146),
)
# From ear to ear along the jaw, then back over cheeks and upper lip.
_BEARD = (
  *(93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365),
  *(397, 288, 361, 323, 435, 434, 436, 426, 391, 393, 164, 167, 165, 206),
  *(216, 214, 215),
)
_HAIR = (
  (38, 28, 22),
  (62, 44, 32),
  (96, 66, 42),
  (24, 22, 22),
  (150, 146, 140),
)
_SCARF = (
  (150, 40, 44),
  (52, 66, 96),
  (92, 92, 96),
  (180, 160, 130),
  (44, 70, 56),
)


def _cover(image, colour, alpha):
  """Lays colour [H, W, 3] over the image where alpha [H, W] says."""
  alpha = alpha[..., None].astype(np.float32)
  mixed = image * (1 - alpha) + colour * alpha
  return np.round(np.clip(mixed, 0, 255)).astype(np.uint8)


def _region(shape, polygon, softness):
  """A filled, softened polygon, [H, W] in [0, 1]."""
  mask = np.zeros(shape[:2], np.uint8)
  corners = np.round(np.asarray(polygon) * 16).astype(np.int32)
  cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, 4)
  return cv2.GaussianBlur(
    mask.astype(np.float32) / 255, (0, 0), max(softness, 0.4)
  )


def _noise(shape, sigma, rng):
  """Smooth noise of unit standard deviation, [H, W]."""
  noise = rng.standard_normal(shape[:2], np.float32)
  noise = cv2.GaussianBlur(noise, (0, 0), max(sigma, 0.3))
  return noise / max(float(noise.std()), 1e-6)


def _skin(image, landmarks):
  """The face's median colour around forehead and cheeks, 0..255."""
  height, width = image.shape[:2]
  points = landmarks[[151, 108, 337, 50, 280, 117, 346, 6], :2]
  points = np.clip(np.round(points), 0, [width - 1, height - 1]).astype(int)
  return np.median(image[points[:, 1], points[:, 0]], 0).astype(np.float32)


def _axes(landmarks):
  """Chin [2] and width of the face, px; its right and down, unit [2]."""
  width = float(np.linalg.norm(landmarks[454] - landmarks[234]))
  down = landmarks[152, :2] - landmarks[10, :2]
  down = down / max(float(np.linalg.norm(down)), 1e-6)
  return landmarks[152, :2], width, np.array([down[1], -down[0]]), down


def _beard(image, landmarks, rng):
  """Hair on chin, cheeks and upper lip that leaves the lips free."""
  chin, width, _, down = _axes(landmarks)
  light = light_lib.estimate(image, landmarks)
  outline = landmarks[list(_BEARD), :2].copy()
  jaw = 15  # the outline's first points lie on the jaw: hair grows past it
  hang = rng.uniform(0.01, 0.1) * width
  depth = np.sin(np.linspace(0, np.pi, jaw))[:, None]
  outline[:jaw] += down * hang * depth
  region = _region(image.shape, outline, 0.025 * width)
  lips = _region(image.shape, landmarks[list(_LIPS), :2], 0.008 * width)
  # Strands: noise drawn out along the direction of growth.
  streak = _noise(image.shape, 0.004 * width, rng)
  length = max(3, int(0.03 * width))
  kernel = np.zeros((2 * length + 1,) * 2, np.float32)
  end = np.round(down * length).astype(int)
  cv2.line(
    kernel,
    (length - int(end[0]), length - int(end[1])),
    (length + int(end[0]), length + int(end[1])),
    1.0,
  )
  strands = cv2.filter2D(streak, -1, kernel / kernel.sum())
  strands /= max(float(strands.std()), 1e-6)
  # Ragged where the beard thins out, whole inside, nothing far away.
  rim = 4 * region * (1 - region)
  ragged = np.clip((region - 0.45 + 0.2 * strands * rim) * 3.5, 0, 1)
  density = rng.uniform(0.75, 0.97)
  alpha = ragged * density * (1 - np.clip(lips * 1.3, 0, 1))
  hair = np.square(np.array(_HAIR[rng.integers(len(_HAIR))]) / 255)
  shade = np.clip(0.85 + 0.3 * strands, 0.3, 2.0)[..., None]
  colour = 255 * np.sqrt(np.clip(hair * light.colour * shade, 0, 1))
  alpha = alpha * np.clip(0.9 + 0.12 * strands, 0.4, 1)
  return _cover(image, colour, np.clip(alpha, 0, 1))


def _limb(canvas_height, shape, start, end, radius, softness):
  """Adds a rounded finger to a height map, in place."""
  height, width = shape[:2]
  y, x = np.mgrid[0:height, 0:width].astype(np.float32)
  along = end - start
  t = ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / (along @ along)
  t = np.clip(t, 0, 1)
  distance = np.hypot(x - start[0] - t * along[0], y - start[1] - t * along[1])
  bump = np.sqrt(np.clip(1 - np.square(distance / radius), 0, 1))
  np.maximum(canvas_height, bump * softness, out=canvas_height)


def _hand(image, landmarks, rng):
  """Fingers of the person's own skin over chin or mouth."""
  chin, width, right, down = _axes(landmarks)
  side = rng.choice([-1, 1])
  mouth = landmarks[[61, 291], :2][int(side > 0)]
  target = chin + (mouth - chin) * rng.uniform(0.1, 0.8)
  reach = -down * rng.uniform(0.75, 1.0) - side * right * rng.uniform(0.2, 0.6)
  reach = reach / np.linalg.norm(reach)
  across = np.array([-reach[1], reach[0]]) * side
  bumps = np.zeros(image.shape[:2], np.float32)
  radius = rng.uniform(0.062, 0.075) * width
  palm = target - reach * 0.52 * width + across * 0.05 * width
  wrist = palm - reach * 0.9 * width + side * right * 0.2 * width
  _limb(bumps, image.shape, wrist, palm, 0.24 * width, 0.8)
  for k, length in enumerate((0.36, 0.44, 0.42, 0.34)):
    root = palm + across * (k - 1.5) * 1.75 * radius + reach * 0.1 * width
    tip = root + reach * length * width + across * (k - 1.5) * 0.02 * width
    _limb(bumps, image.shape, root, tip, radius, 1.0)
  alpha = cv2.GaussianBlur((bumps > 0.05).astype(np.float32), (0, 0), 0.8)
  slope_x, slope_y = np.gradient(
    cv2.GaussianBlur(bumps, (0, 0), 0.012 * width), axis=(1, 0)
  )
  light = light_lib.estimate(image, landmarks)
  tilt = -(slope_x * light.direction[0] + slope_y * light.direction[1])
  shade = 0.8 + 0.22 * bumps + tilt * radius * 0.35
  shade += 0.02 * _noise(image.shape, 0.02 * width, rng)
  colour = _skin(image, landmarks) * np.clip(shade, 0.3, 1.15)[..., None]
  # Where fingers meet, blood shows and light does not get.
  redder = np.array([1.0, 0.95, 0.95], np.float32)
  colour *= 1 + (redder - 1) * (1 - bumps[..., None])
  shadow = cv2.GaussianBlur(alpha, (0, 0), 0.03 * width) * 0.35 * (1 - alpha)
  image = _cover(image, np.array([30, 16, 12], np.float32), shadow)
  return _cover(image, colour, alpha)


def _scarf(image, landmarks, rng):
  """Folds of cloth round the neck, up to the chin."""
  chin, width, right, down = _axes(landmarks)
  light = light_lib.estimate(image, landmarks)
  top = chin + down * rng.uniform(-0.1, 0.06) * width
  s = np.linspace(-1, 1, 15)[:, None]
  sway = 0.015 * np.sin(5 * s + rng.uniform(0, 6))
  upper = top + (right * s * 0.52 - down * (0.13 * s**2 + sway)) * width
  # It widens over the shoulders and leaves the picture.
  flank = np.array([[0.66, 0.08], [0.84, 0.3], [1.3, 0.75], [1.6, 3.0]])
  lower = top + (flank[:, :1] * right + flank[:, 1:] * down) * width
  other = top + (flank[::-1, 1:] * down - flank[::-1, :1] * right) * width
  lower = np.concatenate([lower, other])
  rounded = _region(image.shape, np.concatenate([upper, lower]), 0.05 * width)
  alpha = np.clip((rounded - 0.5) * 0.1 * width + 0.5, 0, 1)
  height, columns = image.shape[:2]
  y, x = np.mgrid[0:height, 0:columns].astype(np.float32)
  a = ((x - top[0]) * right[0] + (y - top[1]) * right[1]) / width
  b = ((x - top[0]) * down[0] + (y - top[1]) * down[1]) / width
  b = b + 0.13 * np.square(a) + 0.02 * _noise(image.shape, 0.12 * width, rng)
  turns = rng.uniform(9, 15)
  folds = np.sin(b * turns * 2 + 1.4 * a * rng.choice([-1, 1]))
  knit = np.sin(a * 190) * np.sin(b * 190)
  base = np.square(np.array(_SCARF[rng.integers(len(_SCARF))]) / 255)
  if rng.random() < 0.4:
    stripe = (np.sin(b * rng.uniform(18, 30)) > 0.3)[..., None]
    base = np.where(stripe, base * 0.45 + 0.1, base)
  shade = 0.72 + 0.16 * folds + 0.05 * knit - 0.4 * np.square(a)
  colour = base * light.colour * np.clip(shade, 0.12, 1.2)[..., None] + 0.004
  face = _region(image.shape, landmarks[list(head.FACE_OVAL), :2], 0.6)
  shadow = 0.8 * rounded * face * (1 - alpha)
  image = _cover(image, np.array([24, 14, 12], np.float32), shadow)
  return _cover(image, 255 * np.sqrt(np.clip(colour, 0, 1)), alpha)


def _microphone(image, landmarks, rng):
  """A handheld microphone before mouth or chin, from below."""
  chin, width, right, down = _axes(landmarks)
  light = light_lib.estimate(image, landmarks)
  lower_lip = landmarks[17, :2]
  head = lower_lip + (chin - lower_lip) * rng.uniform(0.1, 0.9)
  head = head + right * rng.uniform(-0.12, 0.12) * width
  lean = down + right * rng.uniform(-0.6, 0.6)
  lean = lean / np.linalg.norm(lean)
  radius = rng.uniform(0.11, 0.15) * width
  across = np.array([-lean[1], lean[0]])
  near, far = head + lean * radius * 0.6, head + lean * 3 * width
  handle = np.stack(
    [
      near - across * radius * 0.72,
      near + across * radius * 0.72,
      far + across * radius * 0.3,
      far - across * radius * 0.3,
    ]
  )
  height, columns = image.shape[:2]
  y, x = np.mgrid[0:height, 0:columns].astype(np.float32)
  dx, dy = (x - head[0]) / radius, (y - head[1]) / radius
  ball = np.square(dx) + np.square(dy)
  grille = np.clip((1 - np.sqrt(ball)) * radius + 0.5, 0, 1)
  z = np.sqrt(np.clip(1 - ball, 0, 1))
  lit = -(dx * light.direction[0] + dy * light.direction[1]) * -1
  lit = np.clip(0.35 * lit + z * -light.direction[2], 0, 1)
  mesh = 0.6 + 0.4 * np.sin(dx * 16 + dy * 16) * np.sin(dx * 16 - dy * 16)
  metal = rng.choice([0.05, 0.3])
  tone = (metal * mesh * (0.25 + 0.75 * lit) + 0.35 * lit**14)[..., None]
  side = ((x - head[0]) * across[0] + (y - head[1]) * across[1]) / radius
  tube = 0.03 + 0.1 * np.exp(-np.square((side + 0.25) / 0.16))[..., None]
  shadow = _region(image.shape, handle + down * 0.02 * width, 0.03 * width)
  shadow = np.maximum(shadow, cv2.GaussianBlur(grille, (0, 0), 0.03 * width))
  image = _cover(image, np.array([20, 12, 10], np.float32), 0.4 * shadow)
  for alpha, linear in (
    (_region(image.shape, handle, 0.6), tube),
    (cv2.GaussianBlur(grille, (0, 0), 0.5), tone),
  ):
    colour = 255 * np.sqrt(np.clip(linear * light.colour, 0, 1))
    image = _cover(image, colour, alpha)
  return image


_KINDS = {
  "beard": _beard,
  "hand": _hand,
  "scarf": _scarf,
  "microphone": _microphone,
}
KINDS = tuple(_KINDS)


def draw_distractor(
  image: np.ndarray,
  landmarks: np.ndarray,
  kind: str,
  rng: np.random.Generator,
) -> np.ndarray:
  """Bakes something that is not a mask into a photo of a bare face.

  Args:
    image: uint8 [H, W, 3], RGB.
    landmarks: float [468, 3], px.
    kind: one of `KINDS`.
    rng: draws shape and colour; the same state gives the same picture.

  Returns:
    uint8 [H, W, 3], a new picture.

  Raises:
    ValueError: the kind is unknown or the landmarks are not a face in pixels.
  """
  if kind not in _KINDS:
    raise ValueError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}.")
  head.check_landmarks(landmarks)
  return _KINDS[kind](image, landmarks.astype(np.float32), rng)
