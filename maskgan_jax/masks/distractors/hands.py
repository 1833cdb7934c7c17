"""A hand of the person's own skin before mouth or chin."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks.light import estimate, layers

# Each finger's length, face widths, and how far its root lies before the
# palm's middle.
_FINGERS = ((0.4, 0.05), (0.47, 0.1), (0.45, 0.08), (0.35, 0.0))
# Shares of a finger's length at which it bends, and its radius there.
_JOINTS = (0.0, 0.45, 0.75, 1.0)
_RADII = (1.0, 0.97, 0.88, 0.7)


def draw(
  image: np.ndarray, landmarks: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
  """Bent fingers with nails over chin or mouth, the wrist out of sight.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    rng: draws place, direction and bend.
  """
  return lay(image, landmarks, rng)[0]


def lay(
  image: np.ndarray, landmarks: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
  """Draws a hand, as `draw` does, and says where it is.

  Returns:
    The picture uint8 [H, W, 3], and the hand's opacity, float32 [H, W] in
    [0, 1]: what `drawing.draw_overlay` takes as `in_front`.
  """
  chin, width, right, down = layers.axes(landmarks)
  side = int(rng.choice([-1, 1]))
  mouth = landmarks[anatomy.MOUTH_CORNERS[side > 0], :2]
  target = chin + (mouth - chin) * rng.uniform(0.1, 0.8)
  reach = -down * rng.uniform(0.6, 1.0) - side * right * rng.uniform(0.3, 0.9)
  reach = reach / np.linalg.norm(reach)
  across = np.array([-reach[1], reach[0]]) * side
  radius = rng.uniform(0.05, 0.06) * width
  palm = target - reach * 0.5 * width
  bumps = np.zeros(image.shape[:2], np.float32)
  wrist = palm - reach * 0.7 * width + side * right * 0.15 * width
  _limb(bumps, wrist, palm, (0.2 * width, 0.23 * width))
  curl = rng.uniform(0.05, 0.35) * int(rng.choice([-1, 1]))
  nails, creases = [], []
  for k, (length, before) in enumerate(_FINGERS):
    root = palm + across * (k - 1.5) * 1.9 * radius + reach * before * width
    spread = (k - 1.5) * rng.uniform(0.03, 0.09)
    joints = _finger(root, reach, across, length * width, spread, curl)
    for a, b, *radii in zip(
      joints[:-1], joints[1:], _RADII[:-1], _RADII[1:], strict=True
    ):
      _limb(bumps, a, b, np.array(radii) * radius)
    nails.append((joints[2], joints[3]))
    creases += [(joint, joints[3] - joints[2]) for joint in joints[1:3]]
  return _flesh(image, landmarks, bumps, nails, creases, radius, rng)


def _finger(root, reach, across, length, spread, curl):
  """Root, two joints and tip, [4, 2]."""
  joints, angle = [root], spread
  for step in np.diff(_JOINTS):
    direction = reach * np.cos(angle) + across * np.sin(angle)
    joints.append(joints[-1] + direction * step * length)
    angle += curl
  return np.array(joints)


def _limb(bumps, start, end, radii):
  """Adds a rounded, tapered limb to a height map in radii, in place."""
  margin = float(max(radii)) + 2
  low = np.floor(np.minimum(start, end) - margin).astype(int)
  high = np.ceil(np.maximum(start, end) + margin).astype(int) + 1
  x0, y0 = np.maximum(low, 0)
  x1, y1 = np.minimum(high, bumps.shape[::-1])
  if x0 >= x1 or y0 >= y1:
    return
  y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
  along = end - start
  t = ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / (along @ along)
  t = np.clip(t, 0, 1)
  distance = np.hypot(x - start[0] - t * along[0], y - start[1] - t * along[1])
  radius = radii[0] + (radii[1] - radii[0]) * t
  bump = np.sqrt(np.clip(1 - np.square(distance / radius), 0, 1))
  part = bumps[y0:y1, x0:x1]
  np.maximum(part, bump, out=part)


def _flesh(image, landmarks, bumps, nails, creases, radius, rng):
  """Lays skin with nails and creases over the height map."""
  light = estimate.estimate(image, landmarks)
  alpha = cv2.GaussianBlur(
    (bumps > 0.08).astype(np.float32), (0, 0), max(light.blur, 0.6)
  )
  soft = cv2.GaussianBlur(bumps, (0, 0), max(0.25 * radius, 0.5))
  slope_x = cv2.Sobel(soft, cv2.CV_32F, 1, 0, None, 1, 0.5)
  slope_y = cv2.Sobel(soft, cv2.CV_32F, 0, 1, None, 1, 0.5)
  tilt = -(
    slope_x * light.direction[0] + slope_y * min(light.direction[1], -0.3)
  )
  shade = 0.6 + 0.36 * soft + tilt * radius * 0.4
  shade += 0.025 * layers.noise(image.shape, 0.5 * radius, rng)
  shade += 0.02 * layers.noise(image.shape, 0.5, rng)
  redness = 1 - soft
  for place, along in creases:
    mark = _ellipse(image.shape, place, along, (0.16, 0.8), radius, 0.12)
    shade -= 0.1 * mark
    redness = np.maximum(redness, 0.6 * mark)
  shine = np.zeros_like(shade)
  for joint, tip in nails:
    middle = joint + (tip - joint) * 1.12
    nail = _ellipse(
      image.shape, middle, tip - joint, (0.62, 0.42), radius, 0.07
    )
    shade += 0.1 * nail
    redness = np.maximum(redness * (1 - nail), 0.35 * nail)
    shine += 0.08 * nail
  # Where fingers meet, blood shows and light does not get.
  tone = 1 - np.multiply.outer(redness, np.float32([0.02, 0.14, 0.16]))
  skin = layers.skin(image, landmarks) * tone
  colour = skin * np.clip(shade, 0.2, 1.12)[..., None] + 255 * shine[..., None]
  shadow = cv2.GaussianBlur(alpha, (0, 0), 0.6 * radius) * 0.4 * (1 - alpha)
  image = layers.cover(image, np.float32([30, 16, 12]), shadow)
  return layers.cover(image, colour, alpha), alpha


def _ellipse(shape, place, along, axes, radius, softness):
  """A soft ellipse of half-axes in radii, along and across a direction."""
  direction = along / max(float(np.linalg.norm(along)), 1e-6)
  across = np.array([-direction[1], direction[0]])
  turn = np.linspace(0, 2 * np.pi, 24)
  outline = place + radius * (
    np.outer(np.cos(turn) * axes[0], direction)
    + np.outer(np.sin(turn) * axes[1], across)
  )
  return layers.region(shape, outline, softness * radius)
