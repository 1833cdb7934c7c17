"""An Unmasker without detector and networks; what is between them is real."""

import numpy as np

from maskgan_jax import unmasking
from maskgan_jax.common import errors
from maskgan_jax.faces import anatomy, expression, finder
from maskgan_jax.unmasking import aligned_face, backends

# Of the one face of a photo: x, y, width, height. Its crop is as large.
BOX = (40, 20, 128, 128)
SIZE = 128
_TO_CROP = np.float32([[1, 0, -BOX[0]], [0, 1, -BOX[1]]])
# What its lower half is completed with.
COLOUR = (10, 200, 30)


def photo(bare: bool = False) -> np.ndarray:
  """Returns a photo, uint8 [200, 300, 3], whose blue tells of a mask.

  It is restless, so that nothing of it goes on behind a face.
  """
  y, x = np.mgrid[:200, :300]
  blue = np.zeros_like(x) if bare else 200 - x // 2
  checks = 60 * ((x // 4 + y // 4) % 2)
  red, green = 30 + x // 3 + checks, 40 + y // 2 + checks
  return np.stack([red, green, blue], axis=2).astype(np.uint8)


def faceless() -> np.ndarray:
  """Returns a photo without a face: it has one colour."""
  return np.full((200, 300, 3), 99, np.uint8)


def colour(sample: int, name: str = expression.LIKELY) -> tuple[int, ...]:
  """Returns what a sample of an expression completes a face with."""
  shade = 15 * expression.NAMES.index(name)
  return tuple((np.roll(COLOUR, sample) + shade).tolist())


class Networks:
  """Finds a mask on a crop's lower half, but for its last row."""

  image_size, max_batch, landmark_size = SIZE, 8, 0
  structure, hidden_reach = True, 0.0
  weights_sha256 = "abc"

  def __call__(self, crops, given=None, landmarks=None):
    drawn = (0,) if landmarks is None else _told(landmarks[0])
    probability = np.zeros((len(crops), SIZE, SIZE, 1), np.float32)
    masked = crops[..., 2].max(axis=(1, 2)) > 0
    probability[masked, SIZE // 2 : -1] = 0.97
    probability[~masked, :8, :8] = 0.97
    predicted = np.broadcast_to(np.uint8(colour(*drawn)), crops.shape)
    return backends.Answer(predicted, probability)


class Unmasker(unmasking.Unmasker):
  """Finds one face at BOX.

  Attributes:
    looked: the `faces` of each call of `find`.
    masks: the `mask` of each call of `complete`.
  """

  def __init__(self):
    self.networks = Networks()
    self.looked, self.masks = [], []

  def find(self, image, faces="all", mask=None):
    self.looked.append(faces)
    if (image == image[0, 0]).all():
      raise errors.UserError("No face found. Give a photo with a face.")
    found = finder.LandmarkedFace(
      np.float32(BOX), np.zeros((5, 2), np.float32), _landmarks(), 1.0
    )
    return [aligned_face.align(image, found, SIZE, transform=_TO_CROP)]

  def complete(self, image, faces, mask=None, **options):
    self.masks.append(mask)
    return super().complete(image, faces, mask, **options)


def _told(landmarks) -> tuple[int, str]:
  """Which sample of which expression a crop's landmarks are.

  Of a face that is cut elsewhere, the likely one.
  """
  told = (
    (sample, name)
    for name in expression.NAMES
    for sample in range(5)
    if np.allclose(
      landmarks,
      expression.of_crop(_landmarks(), _TO_CROP, name, sample),
      atol=1e-3,
    )
  )
  return next(told, (0, expression.LIKELY))


def _landmarks() -> np.ndarray:
  """Points of which eyes, cheeks, mouth and chin are in their places."""
  x, y, width, height = BOX
  points = np.full((468, 3), [x + width / 2, y + height / 2, 0])
  points[list(anatomy.RIGHT_EYE), :2] = x + 0.3 * width, y + 0.4 * height
  points[list(anatomy.LEFT_EYE), :2] = x + 0.7 * width, y + 0.4 * height
  for place, across, down in (
    (anatomy.RIGHT_CHEEK, 0.1, 0.5),
    (anatomy.LEFT_CHEEK, 0.9, 0.5),
    (anatomy.MOUTH_CORNERS[0], 0.33, 0.74),
    (anatomy.MOUTH_CORNERS[1], 0.67, 0.74),
    (anatomy.UPPER_LIP, 0.5, 0.7),
    (anatomy.LIPS_MIDDLE[0], 0.5, 0.735),
    (anatomy.LIPS_MIDDLE[1], 0.5, 0.765),
    (anatomy.LOWER_LIP, 0.5, 0.8),
    (anatomy.CHIN, 0.5, 0.95),
  ):
    points[place, :2] = x + across * width, y + down * height
  return points
