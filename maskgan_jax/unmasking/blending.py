"""Lays a completed face back into its photo so that no seam shows.

Colours are not shifted to match along the seam: on 60 drawn masks a membrane of
the difference beside the mask, carried inward, changed the PSNR in the mask by
less than 0.01 dB and near its rim by -0.02 to 0, whatever its width. The
network's colours beside the mask are the photo's already.
"""

import cv2
import numpy as np

from maskgan_jax.faces import alignment, anatomy
from maskgan_jax.unmasking import skin_grain

# What of the neck has a grain, in heights of the face below the chin.
_NECK = 0.35
# The face's edge, in widths of the face: there a little of it is background.
_MARGIN = 0.05


def put_back(
  image: np.ndarray,
  predicted: np.ndarray,
  blend: np.ndarray,
  transform: np.ndarray,
  landmarks: np.ndarray | None = None,
  grain: skin_grain.Grain | None = None,
) -> tuple[tuple[slice, slice], np.ndarray]:
  """Lays an aligned crop over its place in the photo, in place.

  Where the crop has no share, the photo stays equal to the bit.

  Args:
    image: uint8 [H, W, 3]; changed.
    predicted: [size, size, 3] in 0..255, or a whole number of times as fine.
    blend: float32 [size, size] in [0, 1], the crop's share.
    transform: photo pixels to crop pixels, float32 [2, 3].
    landmarks: of the face, [468, 3] in photo pixels, that show where its skin
      is. Without them no grain is added.
    grain: of this face in the film's earlier frames; of a photo, None.

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
    grain = grain or skin_grain.Grain()
    noise = grain.missing(part, content, skin, share, scale, corner)
    content += _with_grain(landmarks[:, :2] - corner, part.shape, scale) * noise
  mixed = share[..., None] * content + (1 - share[..., None]) * part
  changed = share > 0
  part[changed] = np.clip(np.round(mixed[changed]), 0, 255)
  return window, np.ceil(255 * share).astype(np.uint8)


def _with_grain(points, shape, scale) -> np.ndarray:
  """Face and neck, softly: float32 [h, w, 1] in [0, 1].

  On the background beside them, the grain of skin would be a ring of noise.
  """
  down = points[anatomy.CHIN] - points[anatomy.FOREHEAD]
  reached = np.concatenate([points, points + _NECK * down])
  region = np.zeros(shape[:2], np.float32)
  hull = cv2.convexHull(np.round(reached).astype(np.int32))
  cv2.fillConvexPoly(region, hull, 1.0)
  margin = max(1, round(_MARGIN * np.ptp(points[:, 0])))
  region = cv2.erode(region, np.ones((2 * margin + 1,) * 2, np.uint8))
  return cv2.GaussianBlur(region, (0, 0), 2 * scale)[..., None]


def enlarged(transform: np.ndarray, times: int) -> np.ndarray:
  """Returns a transform, [2, 3], to a crop so many times as fine."""
  # Pixel centres are whole.
  return times * transform + np.array([[0, 0, (times - 1) / 2]] * 2)


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
  transform = enlarged(transform, len(predicted) // len(blend))
  if (shrunk := alignment.enlargement(transform)) > 1:
    # warpAffine samples four pixels: smooth before against aliasing, as
    # scikit-image does, and hardly at all in photos about as fine as the crop.
    content = cv2.GaussianBlur(content, (0, 0), 0.5 * (shrunk - 1))
  content = cv2.warpAffine(
    content,
    transform,
    size,
    flags=inverse | cv2.INTER_CUBIC,
    borderMode=cv2.BORDER_REPLICATE,
  )
  return share, content
