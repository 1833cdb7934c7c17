"""Colours of faces as people see them: skin tone, and the seam of a mask."""

import math

import cv2
import numpy as np

from maskgan_jax import baselines, images

# Lower bounds of the individual typology angle in degrees (Chardon et al.,
# 1991; the six groups of Del Bino and Bernerd, 2013).
SKIN_TONES = {
  "very light": 55.0,
  "light": 41.0,
  "intermediate": 28.0,
  "tan": 10.0,
  "brown": -30.0,
  "dark": -math.inf,
}
NOT_VISIBLE = "not visible"
# Both rings of the seam, of the picture's height: 4 px at 256.
RING = 4 / 256
# Where the outer one begins: a completed picture is the photo's own from here.
OUTER_RING_FROM = 3 * images.BLEND_REACH


def lab(image: np.ndarray) -> np.ndarray:
  """Returns CIELAB (D65) of sRGB, uint8 [H, W, 3] to float32 [H, W, 3]."""
  return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def typology_angle(
  image: np.ndarray, mask: np.ndarray, valid: np.ndarray
) -> float:
  """Returns the individual typology angle of the visible skin, in degrees.

  atan((L* - 50) / b*) (Chardon et al., 1991), of the median L* and b* where an
  aligned crop shows bare skin. Of a photo it tells skin and light together.

  Args:
    image: uint8 [H, W, 3], an aligned crop.
    mask: [H, W], nonzero where hidden.
    valid: [H, W], nonzero where the pixel counts.

  Returns:
    NaN if no such skin is visible.
  """
  skin = baselines.visible_skin(mask) & (valid > 0)
  if not skin.any():
    return math.nan
  lightness, _, yellow = np.median(lab(image)[skin], axis=0)
  # Of two arguments: bluish skin (b* < 0) goes on from 90 degrees.
  return math.degrees(math.atan2(lightness - 50, yellow))


def skin_tone(angle: float) -> str:
  """Returns the group of a typology angle, NOT_VISIBLE for NaN."""
  names = [name for name, bound in SKIN_TONES.items() if angle > bound]
  return names[0] if names else NOT_VISIBLE


def seam(image: np.ndarray, mask: np.ndarray, valid: np.ndarray) -> float:
  """Returns the mean colour difference across a mask's edge.

  CIE 1976 (the distance in CIELAB) between a thin ring inside the mask and one
  outside, past where completion blends, each averaged around a pixel of the
  edge; then the mean along the edge.

  Args:
    image: uint8 [H, W, 3].
    mask: uint8 [H, W], nonzero inside.
    valid: [H, W], nonzero where the pixel counts.

  Returns:
    NaN where there is no edge.
  """
  inside_mask = (mask > 0).astype(np.uint8)
  if inside_mask.all() or not inside_mask.any():
    return math.nan
  height = len(mask)
  ring, gap = max(1, RING * height), OUTER_RING_FROM * height
  # To the nearest pixel of the other kind: 1 next to the edge.
  depth, distance = (
    cv2.distanceTransform(x, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    for x in (inside_mask, 1 - inside_mask)
  )
  colours = lab(image)
  reach = 2 * round(ring + gap) + 1
  means, shares = [], []
  for weight in (
    (depth > 0) & (depth <= ring),
    (distance > gap) & (distance <= gap + ring),
  ):
    weight = (weight & (valid > 0)).astype(np.float32)
    share = cv2.blur(weight, (reach, reach))
    total = cv2.blur(colours * weight[..., None], (reach, reach))
    means.append(total / np.maximum(share, 1e-6)[..., None])
    shares.append(share)
  pixel = 0.5 / reach**2  # Less than one of them: nothing to compare with.
  edge = (depth > 0) & (depth < 1.5)
  edge &= np.minimum(*shares) > pixel
  if not edge.any():
    return math.nan
  return float(np.linalg.norm(means[0] - means[1], axis=-1)[edge].mean())
