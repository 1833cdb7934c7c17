"""Beards drawn on bare faces."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks.light import estimate, layers

# From the right corner over the upper lip. Another order would change pixels at
# the edge, and with them every dataset.
_LIPS = (anatomy.OUTER_LIPS[0], *anatomy.OUTER_LIPS[:0:-1])
# From ear to ear along the jaw, then back over cheeks and upper lip.
_JAW = anatomy.JAW[1:-1]
_BEARD = (
  *(*_JAW, 435, 434, 436, 426, 391, 393),
  *(164, 167, 165, 206, 216, 214, 215),
)
_HAIR = (
  (38, 28, 22),
  (62, 44, 32),
  (96, 66, 42),
  (24, 22, 22),
  (150, 146, 140),
)


def draw(
  image: np.ndarray,
  landmarks: np.ndarray,
  rng: np.random.Generator,
  *,
  hang: tuple[float, float] = (0.0, 0.09),
) -> np.ndarray:
  """Hair on chin, cheeks and upper lip that leaves the lips free.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    rng: draws length, density and colour.
    hang: how far it hangs below the chin, least and most, in widths of the
      face. Where the least is 0 it may be stubble.
  """
  _, width, _, down = layers.axes(landmarks)
  light = estimate.estimate(image, landmarks)
  stubble = hang[0] <= 0 and rng.random() < 0.35
  outline = landmarks[list(_BEARD), :2].copy()
  jaw = len(_JAW)  # As far as it lies on the jaw, it grows past it.
  length = 0.0 if stubble else rng.uniform(*hang)
  depth = np.sin(np.linspace(0, np.pi, jaw))[:, None]
  outline[:jaw] += down * length * width * depth
  region = layers.region(image.shape, outline, 0.04 * width)
  lips = landmarks[list(_LIPS), :2]
  lips = layers.region(image.shape, lips, 0.008 * width)
  strands = _strands(image.shape, down, width, rng)
  patches = layers.noise(image.shape, 0.05 * width, rng)
  # Dense inside; at the rim ever fewer single hairs.
  grown = np.clip(2.2 * region - 0.55 + 0.08 * patches, 0, 1)
  if stubble:
    density = rng.uniform(0.25, 0.5)
    alpha = grown * np.clip(density * (1 + 0.5 * strands), 0, 0.8)
  else:
    thin = np.sqrt(grown) * (1.1 - grown)
    reach = np.clip(grown * 1.1 + 0.4 * strands * thin, 0, 1)
    alpha = reach**1.5 * rng.uniform(0.75, 0.93)
  alpha *= 1 - np.clip(lips * 1.4, 0, 1)
  hair = np.square(np.array(_HAIR[rng.integers(len(_HAIR))]) / 255)
  # Hair takes the light of the skin that it grows on.
  below = cv2.GaussianBlur(image, (0, 0), 0.04 * width).mean(-1)
  skin = float(layers.skin(image, landmarks).mean())
  relief = np.clip(below / max(skin, 1), 0.45, 1.25)
  shade = relief * np.clip(0.95 + 0.36 * strands + 0.1 * patches, 0.3, 1.9)
  linear = hair * light.colour * shade[..., None]
  soft = cv2.GaussianBlur(np.sqrt(np.clip(linear, 0, 1)), (0, 0), light.blur)
  return layers.cover(image, 255 * soft, np.clip(alpha, 0, 1))


def _strands(shape, down, width, rng):
  """Noise drawn out along the direction of growth, unit deviation."""
  total = 0
  for length, turn in ((0.02, -0.5), (0.02, 0.5), (0.03, 0.0)):
    fine = layers.noise(shape, max(0.0025 * width, 0.35), rng)
    reach = max(2, round(length * width))
    along = np.array(
      [
        down[0] * np.cos(turn) - down[1] * np.sin(turn),
        down[0] * np.sin(turn) + down[1] * np.cos(turn),
      ]
    )
    kernel = np.zeros((2 * reach + 1,) * 2, np.float32)
    end = np.round(along * reach).astype(int)
    cv2.line(
      kernel,
      (reach - int(end[0]), reach - int(end[1])),
      (reach + int(end[0]), reach + int(end[1])),
      1.0,
    )
    total = total + cv2.filter2D(fine, -1, kernel / kernel.sum())
  return total / max(float(total.std()), 1e-6)
