"""Stands in for trained networks where only what is around them is tested."""

import types

import cv2
import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.unmasking import unmasker

SIZE = 64
COLOUR = (10, 200, 30)
# Of the photo, in pixels: x, y, width, height.
BOX = (40, 20, 128, 128)


def photo() -> np.ndarray:
  """A grey slope that is wider than high."""
  row = np.linspace(30, 220, 300).astype(np.uint8)
  return np.repeat(np.tile(row, (200, 1))[..., None], 3, axis=2)


class Unmasker:
  """Finds one face at BOX, masked in its lower half, and paints it COLOUR.

  Photos of a single colour have no face; black corners mean no mask. Other
  samples than the first are painted in other colours.
  """

  networks = types.SimpleNamespace(latent_size=2)

  def unmask(self, image, *, faces="all", mask=None, sample=0):
    if (image == image[0, 0]).all():
      raise errors.UserError("No face found. Give a photo of a face.")
    x, y, width, height = BOX
    scale = SIZE / width
    transform = np.array(
      [[scale, 0, -scale * x], [0, scale, -scale * y]], np.float32
    )
    hidden = np.zeros((SIZE, SIZE), np.float32)
    if mask is not None:
      part = mask[y : y + height, x : x + width].astype(np.float32)
      hidden = cv2.resize(part, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    elif image[0, 0].max() > 5:
      hidden[SIZE // 2 :] = 0.97
    inverse = cv2.WARP_INVERSE_MAP | cv2.INTER_NEAREST
    size = image.shape[1::-1]
    shown = cv2.warpAffine(hidden, transform, size, flags=inverse) > 0.5
    colour = np.uint8(np.roll(COLOUR, sample))
    result = np.where(shown[..., None], colour, image)
    crop = cv2.warpAffine(image, transform, (SIZE, SIZE))
    face = unmasker.FaceResult(
      np.array(BOX, np.float32),
      np.zeros((468, 3), np.float32),
      transform,
      crop,
      crop,
      hidden,
      float(hidden.mean()),
      bool(shown.any()),
    )
    return unmasker.UnmaskResult(
      result, (face,), np.where(shown, np.uint8(255), np.uint8(0))
    )
