"""An Unmasker without networks, for tests of what surrounds it."""

import types

import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.unmasking import unmasker


class FakeUnmasker:
  """Paints the middle of a photo; the photo's colours say what it shows.

  No face where all is grey, no mask where the upper left pixel is white.
  """

  def __init__(self):
    self.networks = types.SimpleNamespace(weights_sha256="abc", latent_size=2)
    self.calls = []

  def unmask(self, image, *, faces="all", mask=None, sample=0):
    self.calls.append((faces, mask))
    if (image == image[..., :1]).all():
      raise errors.UserError("No face found. Give another photo.")
    bare = bool((image[0, 0] > 250).all())
    result, shown = image.copy(), np.zeros(image.shape[:2], np.uint8)
    if not bare:
      shown[10:20, 10:30] = 255
      result[10:20, 10:30] = [10, 200, 30 + sample]
    crop = np.zeros((8, 8, 3), np.uint8)
    face = unmasker.FaceResult(
      box=np.float32([10, 8, 20, 12.34]),
      landmarks=np.zeros((468, 3), np.float32),
      transform=np.eye(2, 3, dtype=np.float32),
      crop=crop,
      completed_crop=crop,
      mask=np.zeros((8, 8), np.float32),
      mask_share=0.004 if bare else 0.25,
      found_mask=not bare,
    )
    return unmasker.UnmaskResult(result, (face,), shown)


def photo(bare: bool = False) -> np.ndarray:
  """What FakeUnmasker takes for a face, uint8 [40, 60, 3]."""
  y, x = np.mgrid[:40, :60]
  pixels = np.stack([x * 4, y * 6, 200 - x * 3], axis=2).astype(np.uint8)
  pixels[0, 0] = 255 if bare else 0
  return pixels
