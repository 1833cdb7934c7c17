"""Things other than masks that hide part of a lower face.

Baked into unmasked photos, they teach a network that a covered mouth or chin
is not yet a face mask. They need to be plausible, not perfect.
"""

import dataclasses

import cv2
import numpy as np

from maskgan_jax.masks import distribution, drawing
from maskgan_jax.masks.distractors import beards, hands
from maskgan_jax.masks.light import estimate, layers
from maskgan_jax.masks.surface import head

_AROUND_THE_NECK = distribution.MaskDistribution().only(["scarf"], ["chin"])


def _scarf(image, landmarks, rng):
  """Folds of cloth round the neck, up to the chin."""
  params = distribution.sample_params(rng, _AROUND_THE_NECK)
  params = dataclasses.replace(
    params,
    coverage=float(rng.uniform(-2.3, -1.7)),
    drop=params.drop + 0.3,
    opacity=1.0,
  )
  rgba = drawing.draw(image, landmarks, params).rgba
  return drawing.composite(image, rgba)


def _microphone(image, landmarks, rng):
  """A handheld microphone before mouth or chin, from below."""
  chin, width, right, down = layers.axes(landmarks)
  light = estimate.estimate(image, landmarks)
  lower_lip = landmarks[17, :2]
  ball_at = lower_lip + (chin - lower_lip) * rng.uniform(0.1, 0.9)
  ball_at = ball_at + right * rng.uniform(-0.12, 0.12) * width
  lean = down + right * rng.uniform(-0.6, 0.6)
  lean = lean / np.linalg.norm(lean)
  radius = rng.uniform(0.11, 0.15) * width
  across = np.array([-lean[1], lean[0]])
  near, far = ball_at + lean * radius * 0.6, ball_at + lean * 3 * width
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
  dx, dy = (x - ball_at[0]) / radius, (y - ball_at[1]) / radius
  ball = np.square(dx) + np.square(dy)
  grille = np.clip((1 - np.sqrt(ball)) * radius + 0.5, 0, 1)
  z = np.sqrt(np.clip(1 - ball, 0, 1))
  lit = dx * light.direction[0] + dy * light.direction[1]
  lit = np.clip(0.35 * lit + z * -light.direction[2], 0, 1)
  mesh = 0.6 + 0.4 * np.sin(dx * 16 + dy * 16) * np.sin(dx * 16 - dy * 16)
  metal = rng.choice([0.05, 0.3])
  tone = (metal * mesh * (0.25 + 0.75 * lit) + 0.35 * lit**14)[..., None]
  side = ((x - ball_at[0]) * across[0] + (y - ball_at[1]) * across[1]) / radius
  tube = 0.03 + 0.1 * np.exp(-np.square((side + 0.25) / 0.16))[..., None]
  shadow = layers.region(
    image.shape, handle + down * 0.02 * width, 0.03 * width
  )
  shadow = np.maximum(shadow, cv2.GaussianBlur(grille, (0, 0), 0.03 * width))
  image = layers.cover(image, np.array([20, 12, 10], np.float32), 0.4 * shadow)
  for alpha, linear in (
    (layers.region(image.shape, handle, 0.6), tube),
    (cv2.GaussianBlur(grille, (0, 0), 0.5), tone),
  ):
    colour = 255 * np.sqrt(np.clip(linear * light.colour, 0, 1))
    image = layers.cover(image, colour, alpha)
  return image


_KINDS = {
  "beard": beards.draw,
  "hand": hands.draw,
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
