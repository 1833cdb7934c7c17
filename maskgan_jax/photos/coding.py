"""Pictures to bytes and back, as the dataset stores them."""

import cv2
import numpy as np

JPEG_QUALITY = 95


def jpeg(image: np.ndarray) -> bytes:
  """Encodes uint8 [H, W, 3] RGB."""
  bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
  options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
  return cv2.imencode(".jpg", bgr, options)[1].tobytes()


def png(pixels: np.ndarray) -> bytes:
  """Encodes uint8 [H, W], [H, W, 3] RGB or [H, W, 4] RGBA without loss."""
  if pixels.ndim == 3:
    alpha = pixels.shape[2] == 4
    order = cv2.COLOR_RGBA2BGRA if alpha else cv2.COLOR_RGB2BGR
    pixels = cv2.cvtColor(pixels, order)
  # Run lengths alone: a third of the time of the default strategy on overlays,
  # and no larger.
  options = [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
  return cv2.imencode(".png", pixels, options)[1].tobytes()


def rgb(data: bytes) -> np.ndarray:
  """Decodes to uint8 [H, W, 3] RGB."""
  bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
  return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)


def rgba(data: bytes) -> np.ndarray:
  """Decodes to uint8 [H, W, 4] RGBA."""
  bgra = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
  return cv2.cvtColor(bgra, cv2.COLOR_BGRA2RGBA)


def grey(data: bytes) -> np.ndarray:
  """Decodes to uint8 [H, W]."""
  return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
