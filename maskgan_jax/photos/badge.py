"""Shows in a corner of a picture that a network made part of it."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Of the text, in shares of the picture's shorter side, and in pixels.
_HEIGHT = 1 / 24
_MIN_HEIGHT = 10


def with_badge(image: np.ndarray) -> np.ndarray:
  """Returns uint8 [H, W, 3] with "AI" in its lower right corner."""
  picture = Image.fromarray(image)
  height = max(_MIN_HEIGHT, round(_HEIGHT * min(picture.size)))
  draw = ImageDraw.Draw(picture)
  font = ImageFont.load_default(height)
  corner = (picture.width - height, picture.height - height)
  box = draw.textbbox(corner, "AI", font, anchor="rs")
  margin = height // 3
  frame = [
    edge + side * margin for edge, side in zip(box, (-1, -1, 1, 1), strict=True)
  ]
  draw.rectangle(frame, fill=(0, 0, 0))
  draw.text(corner, "AI", (255, 255, 255), font, anchor="rs")
  return np.asarray(picture)
