"""What makes photos worse: compression, noise, blur, darkness, few pixels."""

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np

JPEG_QUALITY = 30
NOISE = 12.0  # Standard deviation, of 255.
BLUR = 2 / 256  # Standard deviation of a Gaussian, of the picture's height.
LOW_LIGHT = 0.3  # Of the light.
LOW_LIGHT_NOISE = 2.0  # Standard deviation of the sensor's noise, of 255.


def jpeg(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Compresses uint8 [H, W, 3] RGB with JPEG_QUALITY."""
  del rng
  options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
  _, data = cv2.imencode(".jpg", image[..., ::-1], options)
  return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]


def noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Adds Gaussian noise."""
  return _to_uint8(image + NOISE * rng.standard_normal(image.shape))


def blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Convolves with a Gaussian."""
  del rng
  return cv2.GaussianBlur(image, (0, 0), BLUR * len(image))


def low_light(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Takes light away and adds a sensor's noise."""
  darker = LOW_LIGHT * image
  return _to_uint8(darker + LOW_LIGHT_NOISE * rng.standard_normal(image.shape))


def half_resolution(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Shrinks to half the side and enlarges again."""
  del rng
  height, width = image.shape[:2]
  size = (max(1, width // 2), max(1, height // 2))
  small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
  return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def _to_uint8(values):
  return np.clip(np.round(values), 0, 255).astype(np.uint8)


@dataclasses.dataclass(frozen=True)
class Corruption:
  """A way in which photos are worse.

  Attributes:
    apply: from uint8 [H, W, 3] and a generator to the worse picture.
    light: share of the light that is left; the completed picture is lit up
      again before it is compared with the truth.
  """

  apply: Callable[[np.ndarray, np.random.Generator], np.ndarray]
  light: float = 1.0


CORRUPTIONS = {
  "clean": Corruption(lambda image, rng: image),
  f"JPEG {JPEG_QUALITY}": Corruption(jpeg),
  "noise": Corruption(noise),
  "blur": Corruption(blur),
  "low light": Corruption(low_light, LOW_LIGHT),
  "half resolution": Corruption(half_resolution),
}
