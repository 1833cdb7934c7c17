"""The photo's light, sharpness and grain, read off the visible skin."""

from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax.masks.surface import head

# Skin that no mask hides: forehead, temples, nose bridge, upper cheeks.
_VISIBLE = (
  *(10, 151, 9, 8, 109, 338, 108, 337, 69, 299, 67, 297, 104, 333, 103, 332),
  *(54, 284, 68, 298, 71, 301, 21, 251, 162, 389, 127, 356, 34, 264, 116),
  *(345, 117, 346, 118, 347, 119, 348, 111, 340, 143, 372, 123, 352, 50, 280),
  *(66, 296, 107, 336, 139, 368, 6, 168),
)
# Mean chroma (each channel over the mean of the three) of skin in white light.
_SKIN_CHROMA = np.array([1.42, 0.92, 0.66])
# Side of the piece that softness and grain are measured on, px.
_SAMPLE = 160
# How much of what skin and highlights say of the light's colour white masks
# show: cameras balance them. Real ones are a little cooler still.
_BY_SKIN, _BY_WHITE = 0.25, 0.4
_COOL = np.array([-0.03, 0.0, 0.05])
# A face is large if its visible skin is, px.
_LARGE = 110
_DEFAULT_DIRECTION = np.array([0.0, -0.5, -0.87])


class Light(NamedTuple):
  """What falls on the face. Linear means the square of the 8-bit value."""

  colour: np.ndarray  # [3], linear, what white cloth facing the light shows
  direction: np.ndarray  # [3], unit, towards the light, picture axes
  contrast: float  # 0 flat .. 1 all from one direction
  saturation: float  # 0 in a black-and-white photo, else mostly 1
  blur: float  # sigma of the photo's softness, px
  grain: float  # standard deviation of its noise, 0..255


def estimate(image: np.ndarray, landmarks: np.ndarray) -> Light:
  """Fits the light to the face's visible skin.

  Lambert's law with an ambient term, by ridge regression of the skin's
  brightness on the normals of an ellipsoid through the mesh; colour from the
  skin's chroma against skin in white light; exposure from skin and
  highlights, since dark skin and a dark room look alike.

  Args:
    image: uint8 [H, W, 3], RGB.
    landmarks: float [468, 3], px.

  Returns:
    The light. Where no landmark lies inside the picture, a neutral one.
  """
  frame = head.head_frame(landmarks)
  height, width = image.shape[:2]
  points = landmarks[list(_VISIBLE)]
  x = np.round(points[:, 0]).astype(int)
  y = np.round(points[:, 1]).astype(int)
  inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
  if inside.sum() < 8:
    return Light(np.full(3, 0.6), _DEFAULT_DIRECTION, 0.4, 1.0, 0.5, 1.0)
  radius = max(1, int(frame.width * 0.02))
  low = np.array([x[inside].min(), y[inside].min()])
  high = np.array([x[inside].max(), y[inside].max()]) + 1
  window = image[low[1] : high[1], low[0] : high[0]]
  soft = cv2.blur(window, (2 * radius + 1,) * 2)
  skin = np.square(
    soft[y[inside] - low[1], x[inside] - low[0]].astype(np.float64) / 255
  )
  middle = np.maximum(np.median(skin, 0), 1e-3)
  direction, contrast = _direction(
    frame, points[inside], skin @ np.full(3, 1 / 3)
  )
  pixels, brightness = _sparse(image)
  chroma = middle / middle.mean() / _SKIN_CHROMA
  # Skins differ: a small deviation is the person's, a large one the light's.
  shift = np.log(np.maximum(chroma / chroma.mean(), 1e-2))
  by_skin = np.clip(shift * np.abs(shift) / (np.abs(shift) + 0.3), -0.7, 0.7)
  tint = np.exp(_BY_SKIN * by_skin + _BY_WHITE * _highlights(pixels) + _COOL)
  tint /= tint.mean()
  # Skin is never grey: if it is, the photo is, and its tone is the tint.
  saturation = float(np.clip(np.ptp(middle) / middle.mean() * 6 - 0.6, 0, 1))
  tint = saturation * tint + (1 - saturation) * middle / middle.mean()
  exposure = _exposure(middle.mean(), _sparse(window)[1], brightness)
  blur, grain = _texture(window)
  return Light(exposure * tint, direction, contrast, saturation, blur, grain)


def mute(colour: np.ndarray, saturation: float) -> np.ndarray:
  """Draws RGB [..., 3] to its own grey; 1 keeps it, 0 leaves none."""
  if saturation == 1:
    return colour
  grey = colour @ np.array([0.3, 0.59, 0.11], colour.dtype)
  return grey[..., None] + (colour - grey[..., None]) * saturation


def _direction(frame, points, brightness):
  normals = frame.to_head(points.astype(np.float64))
  # The ellipsoid's centre lies behind the nose bridge; heads are tall.
  normals = (normals - [0.0, 0.1, 0.15]) * [1.0, 0.5, 0.9]
  normals = normals @ frame.axes
  normals /= np.linalg.norm(normals, axis=1, keepdims=True)
  design = np.concatenate([normals, np.ones((len(normals), 1))], 1)
  prior = np.append(_DEFAULT_DIRECTION * 0.45, 0.55)
  target = np.clip(brightness / max(np.median(brightness), 1e-3), 0, 2)
  ridge = 0.08 * len(design) * np.diag([1.0, 2.0, 2.0, 0.3])
  fit = prior + np.linalg.solve(
    design.T @ design + ridge, design.T @ (target - design @ prior)
  )
  strength = np.linalg.norm(fit[:3])
  direction = fit[:3] / max(strength, 1e-6)
  return direction, float(
    np.clip(strength / (strength + max(fit[3], 0.2)), 0.2, 0.7)
  )


def _sparse(image):
  """Some thousands of an image's pixels, [n, 3], and each one's maximum."""
  step = max(1, min(image.shape[:2]) // 64)
  pixels = image[::step, ::step].reshape(-1, 3)
  return pixels, pixels.T.max(0)


def _quantile(values, share):
  """A quantile of [n] values; NumPy's own takes longer than the rest here."""
  k = int(share * (len(values) - 1))
  return float(np.partition(values, k)[k])


def _highlights(pixels):
  """Logarithm of the colour [3] of the photo's brightest places, mean 0."""
  # What is bright in all channels is white; a red cloth is so in one.
  least = pixels.T.min(0)
  bright = pixels[least >= _quantile(least, 0.95)]
  chroma = np.square(bright.mean(0) / 255) + 1e-3
  chroma = np.log(chroma / chroma.mean())
  return np.clip(chroma - chroma.mean(), -0.22, 0.22)


def _exposure(skin, face, photo):
  """Linear brightness of white cloth, from the skin's and the photo's own.

  Skin alone is not enough: its reflectance is taken as log-normal around
  0.34, the light as log-normal around 0.8, and the likeliest light given the
  skin is averaged (in logarithms) with what highlights on the face and the
  photo's brightest tenth suggest.
  """
  by_skin = np.log(0.8) + 0.45 * np.log(max(skin, 1e-3) / (0.8 * 0.34))
  bright = np.square(_quantile(face, 0.97) / 255)
  photo = np.square(_quantile(photo, 0.9) / 255)
  by_face = np.log(max(bright, 0.02) / 0.7)
  by_photo = np.log(np.clip(photo, 0.25, 0.8) / 0.7)
  exposure = np.exp(0.45 * by_skin + 0.3 * by_face + 0.25 * by_photo)
  return float(np.clip(1.36 * exposure, 0.03, 1.2))


def _texture(window):
  """Sigma of softness and standard deviation of noise, of a face window."""
  # Only large faces have room for the softness of an enlarged photo. A part
  # tells as much as the whole.
  large = min(window.shape[:2]) > _LARGE
  y, x = (max(0, (side - _SAMPLE) // 2) for side in window.shape[:2])
  window = window[y : y + _SAMPLE, x : x + _SAMPLE]
  if min(window.shape[:2]) < 16:
    return 0.5, 1.0
  grey = cv2.cvtColor(window, cv2.COLOR_RGB2GRAY).astype(np.float32)
  soft = [cv2.GaussianBlur(grey, (0, 0), s) for s in (0.8, 2.4, 4.8)]
  fine, coarse = grey - soft[0], soft[0] - soft[1]
  ratio = fine.std() / max(float(coarse.std()), 1e-3)
  blur = float(np.clip(1.0 - 1.4 * ratio, 0.35, 0.9))
  if large:
    # Two broader bands; line fitted to photos blurred by known sigmas.
    broad = coarse.std() / max(float((soft[1] - soft[2]).std()), 1e-3)
    blur = float(np.clip(0.7 + 8.0 * (0.82 - broad), blur, 4.0))
  # A low percentile ignores edges and pores; 0.57 and 1.48 turn it into a
  # standard deviation, and the high pass keeps about 0.8 of white noise.
  grain = 1.48 * _quantile(np.abs(fine[::2, ::2]).ravel(), 0.3) / (0.57 * 0.8)
  return blur, float(np.clip(grain, 0.3, 3.0))
