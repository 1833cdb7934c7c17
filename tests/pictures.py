"""Pictures as files hold them."""

import io

import numpy as np
from PIL import Image


def encode(pixels: np.ndarray, format: str = "PNG") -> bytes:
  """Encodes uint8 [H, W], [H, W, 3] or [H, W, 4] pixels."""
  buffer = io.BytesIO()
  Image.fromarray(pixels).save(buffer, format=format)
  return buffer.getvalue()
