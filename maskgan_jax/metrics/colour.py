"""Colours of faces as people see them: skin tone, and the seam of a mask."""

import math
from collections.abc import Mapping

import cv2
import numpy as np

from maskgan_jax.faces import alignment
from maskgan_jax.networks import mask_postprocess

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
UNKNOWN = "unknown"
# b* of the least yellow skin: with less, a photo is grey or badly tinted.
_MIN_YELLOW = 2.0
# Both rings of the seam, of the picture's height: 4 px at 256.
RING = 4 / 256
# Where the outer one begins: a completed picture is the photo's own from here.
OUTER_RING_FROM = 3 * mask_postprocess.BLEND_REACH
# The true face goes on across the edge if it changes by less than this.
GOES_ON = 10.0


def lab(image: np.ndarray) -> np.ndarray:
  """Returns CIELAB (D65) of sRGB, uint8 [H, W, 3] to float32 [H, W, 3]."""
  return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


def typology_angle(
  image: np.ndarray, mask: np.ndarray, valid: np.ndarray
) -> float:
  """Returns the individual typology angle of the visible skin, in degrees.

  atan((L* - 50) / b*) (Chardon et al., 1991), of the median L* and b* where an
  aligned crop shows bare skin. It measures skin and light together.

  Args:
    image: uint8 [H, W, 3], an aligned crop.
    mask: [H, W], nonzero where hidden.
    valid: [H, W], nonzero where the pixel counts.

  Returns:
    In (-90, 90); NaN if no such skin is visible, or it has no colour of skin.
  """
  skin = alignment.visible_skin(mask) & (valid > 0)
  if not skin.any():
    return math.nan
  lightness, _, yellow = np.median(lab(image)[skin], axis=0)
  if yellow < _MIN_YELLOW:
    return math.nan
  return math.degrees(math.atan((lightness - 50) / yellow))


def skin_tone(angle: float) -> str:
  """Returns the group of a typology angle, UNKNOWN for NaN."""
  names = [name for name, bound in SKIN_TONES.items() if angle > bound]
  return names[0] if names else UNKNOWN


def seams(
  image: np.ndarray,
  others: Mapping[str, np.ndarray],
  mask: np.ndarray,
  valid: np.ndarray,
) -> dict[str, float]:
  """Returns the mean colour difference across a mask's edge, by picture.

  CIE 1976 (the distance in CIELAB) between a thin ring inside the mask and one
  outside, past where completion blends, each averaged around a pixel of the
  edge; then the mean along the edge where the true face goes on across it, not
  where it ends in hair, collar or background.

  Args:
    image: the true picture, uint8 [H, W, 3].
    others: by name, same shape.
    mask: uint8 [H, W], nonzero inside.
    valid: [H, W], nonzero where the pixel counts.

  Returns:
    Of the true picture under "true", of the others by their names; NaN where
    there is no such edge.
  """
  ring, gap = max(1, RING * len(mask)), OUTER_RING_FROM * len(mask)
  *rings, rim = _rings(mask, valid, ring, gap)
  reach = 2 * round(ring + gap) + 1

  def around(x):
    return cv2.blur(x.astype(np.float32), (reach, reach))

  shares = [around(x) for x in rings]
  # At least one pixel of each ring to compare.
  edge = rim & (np.minimum(*shares) > 0.5 / reach**2)

  def differences(picture):
    colours = lab(picture)
    inner, outer = (
      around(colours * x[..., None])[edge] / share[edge][:, None]
      for x, share in zip(rings, shares, strict=True)
    )
    return np.linalg.norm(inner - outer, axis=-1)

  true = differences(image)
  chosen = true < GOES_ON
  if not chosen.any():
    return dict.fromkeys(("true", *others), math.nan)
  found = {name: differences(picture) for name, picture in others.items()}
  return {
    name: float(values[chosen].mean())
    for name, values in ({"true": true} | found).items()
  }


def _rings(mask, valid, ring, gap):
  """Where the rings inside and outside a mask lie, and its own rim."""
  inside = (mask > 0).astype(np.uint8)
  # To the nearest pixel of the other kind: 1 next to the edge.
  depth, distance = (
    cv2.distanceTransform(x, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    for x in (inside, 1 - inside)
  )
  return (
    (valid > 0) & (depth > 0) & (depth <= ring),
    (valid > 0) & (distance > gap) & (distance <= gap + ring),
    (depth > 0) & (depth < 1.5),
  )
