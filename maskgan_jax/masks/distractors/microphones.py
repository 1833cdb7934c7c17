"""A handheld microphone before mouth or chin."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.masks.light import estimate, layers


def draw(
  image: np.ndarray, landmarks: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
  """A handheld microphone before mouth or chin, from below.

  Args:
    image: uint8 [H, W, 3].
    landmarks: float [468, 3], px.
    rng: draws place, lean and metal.
  """
  chin, width, right, down = layers.axes(landmarks)
  light = estimate.estimate(image, landmarks)
  lower_lip = landmarks[anatomy.LOWER_LIP, :2]
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
