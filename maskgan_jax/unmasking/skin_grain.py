"""Grain: what of a photo is finer than the crop of a face.

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
"""

import math
import zlib

import cv2
import numpy as np

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


class Grain:
  """The grain of one face: noise that is drawn once and stays in its place.

  In a film, noise drawn anew in each frame would flicker.
  """

  def __init__(self):
    self._tile = None  # Noise [h, w, 3] that repeats without an edge.
    self._strength = 0.0  # Its standard deviation.
    self._corner = None  # Where in the frame the tile begins: x, y.

  def missing(
    self,
    part: np.ndarray,
    content: np.ndarray,
    skin: np.ndarray,
    share: np.ndarray,
    scale: float,
    corner: np.ndarray,
  ) -> np.ndarray:
    """Returns noise like the visible skin's, as far as content has none.

    Args:
      part: the window of the frame, uint8 [h, w, 3].
      content: what is laid over it, float32 [h, w, 3] in 0..255.
      skin: nonzero where `part` may show skin, [h, w].
      share: of the content in the result, float32 [h, w] in [0, 1].
      scale: photo pixels per crop pixel, above 1.
      corner: of the window in the frame: x, y, int [2].

    Returns:
      float32 [h, w, 3].
    """
    residual = _high_pass(part.astype(np.float32), scale)
    # The high-pass must not see the mask's edge.
    hidden = cv2.dilate(share, np.ones((2 * math.ceil(2 * scale) + 1,) * 2))
    calm, strength = _calm_blocks(residual, (skin > 0) & (hidden == 0))
    _, own_strength = _calm_blocks(_high_pass(content, scale), share > 0.9)
    missing = strength**2 - own_strength**2
    if missing <= 0:
      return np.zeros_like(content)
    if self._tile is None:
      seed = zlib.crc32(np.ascontiguousarray(part))
      self._tile = _noise_like(residual, calm, seed)
      self._strength, self._corner = strength, corner
    noise = self._noise(corner, part.shape)
    noise *= np.sqrt(missing) / self._strength
    return noise * np.clip((255 - content) / _HEADROOM, 0, 1)

  def _noise(self, corner, shape) -> np.ndarray:
    """The noise [h, w, 3] of a window."""
    left, top = corner - self._corner
    rows, columns = (
      (np.arange(length) + first) % period
      for length, first, period in zip(
        shape, (top, left), self._tile.shape[:2], strict=False
      )
    )
    return self._tile[rows[:, None], columns]


def _high_pass(image, scale) -> np.ndarray:
  """What float32 [h, w, 3] loses at a scale: a Gaussian's sigma, in pixels."""
  size = image.shape[1::-1]
  reduced = tuple(max(1, round(length / scale)) for length in size)
  # On the reduced picture a wide Gaussian costs little.
  low = cv2.resize(image, reduced, interpolation=cv2.INTER_AREA)
  low = cv2.GaussianBlur(low, (0, 0), 0.9)
  return image - cv2.resize(low, size, interpolation=cv2.INTER_CUBIC)


def _noise_like(residual, where, seed) -> np.ndarray:
  """A tile of Gaussian noise of a residual's spectrum in a region."""
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
  return noise.astype(np.float32)


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
