"""Lays a completed face back into its photo so that no seam shows.

The network works at a few hundred pixels; photos have more. What it predicts
is therefore the low frequencies of the region alone, and beside the photo it
looks like wax. So, where the photo is finer than the crop, the visible skin
around the mask is high-passed at the crop's resolution, its calm blocks are
kept (pores and noise, no hair and no wrinkles), and white noise is convolved
with that residual. This gives noise of the residual's power spectrum and colour
covariance, hence of its strength and its spatial correlation (random phase
textures: Galerne et al., 2011, https://doi.org/10.1109/TIP.2010.2052822). As
much of it is added as the prediction lacks. The noise follows from the photo's
own pixels: the same photo gives the same result.

Colours are not shifted to match along the seam: on 60 drawn masks a membrane of
the difference beside the mask, carried inward, changed the PSNR in the mask by
less than 0.01 dB and near its rim by -0.02 to 0, whatever its width. The
network's colours beside the mask are the photo's already.
"""

import math
import zlib

import cv2
import numpy as np

from maskgan_jax.faces import alignment, anatomy

# Blocks of skin whose grain is judged together, in pixels of the photo. Those
# with at most so many times the strength of the calmest tenth are believed to
# be nothing but skin; with fewer blocks nothing is believed.
_BLOCK = 8
_CALMEST = 0.1
_CALM_STRENGTH = 2.0
_MIN_BLOCKS = 12
# Noise is made in tiles of at most this side; they repeat without an edge.
_TILE = 1024
# Grain fades towards white, where a camera has none: over so many grey levels.
_HEADROOM = 40.0


def put_back(
  image: np.ndarray,
  predicted: np.ndarray,
  blend: np.ndarray,
  transform: np.ndarray,
  landmarks: np.ndarray | None = None,
) -> tuple[tuple[slice, slice], np.ndarray]:
  """Lays an aligned crop over its place in the photo, in place.

  Where the crop has no share, the photo stays equal to the bit.

  Args:
    image: uint8 [H, W, 3]; changed.
    predicted: [size, size, 3] in 0..255.
    blend: float32 [size, size] in [0, 1], the crop's share.
    transform: photo pixels to crop pixels, float32 [2, 3].
    landmarks: of the face, [468, 3] in photo pixels, that show where its skin
      is. Without them no grain is added.

  Returns:
    The rows and columns of the photo that hold the crop, and the crop's share
    in them, uint8 [h, w], above 0 wherever it has any.
  """
  window = _window(transform, len(blend), image.shape)
  part = image[window]
  if not part.size:
    return window, np.zeros(part.shape[:2], np.uint8)
  corner = np.array([window[1].start, window[0].start])
  transform = transform.astype(np.float64)
  transform[:, 2] += transform[:, :2] @ corner
  share, content = _warp(predicted, blend, transform, part.shape)
  scale = 1 / alignment.enlargement(transform)
  if landmarks is not None and scale > 1:
    skin = anatomy.skin_mask(landmarks[:, :2] - corner, part.shape)
    content += _missing_grain(part, content, skin, share, scale)
  mixed = share[..., None] * content + (1 - share[..., None]) * part
  changed = share > 0
  part[changed] = np.clip(np.round(mixed[changed]), 0, 255)
  return window, np.ceil(255 * share).astype(np.uint8)


def _window(transform, size, shape) -> tuple[slice, slice]:
  """The rows and columns of the photo that hold the crop."""
  corners = np.array([[x, y, 1] for x in (0, size) for y in (0, size)])
  inverse = cv2.invertAffineTransform(transform.astype(np.float64))
  corners = corners @ inverse.T
  limit = shape[1::-1]
  low = np.clip(np.floor(corners.min(0)).astype(int) - 1, 0, limit)
  high = np.clip(np.ceil(corners.max(0)).astype(int) + 1, 0, limit)
  return slice(low[1], high[1]), slice(low[0], high[0])


def _warp(predicted, blend, transform, shape):
  """Share [h, w] and content [h, w, 3] of a crop in its window."""
  size, inverse = shape[1::-1], cv2.WARP_INVERSE_MAP
  # Crops have no picture beyond their border: keep it out of the blend.
  blend = blend.copy()
  blend[[0, -1]] = blend[:, [0, -1]] = 0
  share = cv2.warpAffine(
    blend, transform, size, flags=inverse | cv2.INTER_LINEAR
  )
  content = predicted.astype(np.float32)
  if (shrunk := alignment.enlargement(transform)) > 1:
    # warpAffine samples four pixels: smooth before against aliasing.
    content = cv2.GaussianBlur(content, (0, 0), 0.5 * shrunk)
  content = cv2.warpAffine(
    content,
    transform,
    size,
    flags=inverse | cv2.INTER_CUBIC,
    borderMode=cv2.BORDER_REPLICATE,
  )
  return share, content


def _missing_grain(part, content, skin, share, scale) -> np.ndarray:
  """Noise [h, w, 3] like the visible skin's, as far as content has none."""
  residual = _high_pass(part.astype(np.float32), scale)
  # The high-pass must not see the mask's edge.
  hidden = cv2.dilate(share, np.ones((2 * math.ceil(2 * scale) + 1,) * 2))
  calm, strength = _calm_blocks(residual, (skin > 0) & (hidden == 0))
  _, own_strength = _calm_blocks(_high_pass(content, scale), share > 0.9)
  missing = strength**2 - own_strength**2
  if missing <= 0:
    return np.zeros_like(content)
  grain = _noise_like(residual, calm, zlib.crc32(np.ascontiguousarray(part)))
  grain *= np.sqrt(missing) / strength
  return grain * np.clip((255 - content) / _HEADROOM, 0, 1)


def _high_pass(image, scale) -> np.ndarray:
  """What float32 [h, w, 3] loses at a scale: a Gaussian's sigma, in pixels."""
  size = image.shape[1::-1]
  reduced = tuple(max(1, round(length / scale)) for length in size)
  # On the reduced picture a wide Gaussian costs little.
  low = cv2.resize(image, reduced, interpolation=cv2.INTER_AREA)
  low = cv2.GaussianBlur(low, (0, 0), 0.9)
  return image - cv2.resize(low, size, interpolation=cv2.INTER_CUBIC)


def _noise_like(residual, where, seed) -> np.ndarray:
  """Gaussian noise [h, w, 3] of a residual's spectrum in a region."""
  height, width = residual.shape[:2]
  tile = (min(height, _TILE), min(width, _TILE))
  # The window with most of the region in it.
  count = cv2.boxFilter(
    where.astype(np.float32),
    -1,
    tile[::-1],
    anchor=(0, 0),
    normalize=False,
    borderType=cv2.BORDER_CONSTANT,
  )
  y, x = np.unravel_index(count.argmax(), count.shape)
  window = np.s_[y : y + tile[0], x : x + tile[1]]
  inside = where[window][..., None]
  spot = (residual[window] - residual[window][inside[..., 0]].mean(0)) * inside
  white = np.random.default_rng(seed).standard_normal(tile, np.float32)
  spectrum = np.fft.rfft2(white)[..., None] * np.fft.rfft2(
    spot, tile, axes=(0, 1)
  )
  noise = np.fft.irfft2(spectrum, tile, axes=(0, 1)) / np.sqrt(inside.sum())
  repeats = (-(-height // tile[0]), -(-width // tile[1]), 1)
  return np.tile(noise, repeats)[:height, :width].astype(np.float32)


def _calm_blocks(residual, where) -> tuple[np.ndarray, float]:
  """The calm ones of the blocks that lie in a region, and their strength.

  Returns:
    Bool [h, w], and the standard deviation in them; no block and 0 where the
    region is too small to tell.
  """
  height, width = (n // _BLOCK * _BLOCK for n in where.shape)
  blocks = (height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
  whole = where[:height, :width].reshape(blocks).all(axis=(1, 3))
  energy = np.square(residual[:height, :width]).mean(axis=2)
  energy = energy.reshape(blocks).mean(axis=(1, 3))
  calm = np.zeros(where.shape, bool)
  if whole.sum() < _MIN_BLOCKS:
    return calm, 0.0
  calmest = np.quantile(energy[whole], _CALMEST)
  chosen = whole & (energy <= _CALM_STRENGTH**2 * calmest)
  calm[:height, :width] = chosen.repeat(_BLOCK, 0).repeat(_BLOCK, 1)
  return calm, float(np.sqrt(energy[chosen].mean()))
