"""A photo of one tone stays so: grey, sepia, or whatever it was toned in.

In such a photo the colour of a pixel follows from how bright it is. Where that
holds of what can be seen, what is completed follows too, so that no skin colour
shows in an old photo, or in a grey one that a camera saved as JPEG.
"""

import cv2
import numpy as np

# How far a photo's colours may be off what their brightness says, on average
# and of 255: up to the first it is of one tone, from the second on in colour.
# The palest of 95 faces of photos in colour has 3.3.
_ONE_TONE = (1.8, 3.0)
# Colour as a polynomial of brightness: sepia bends once.
_DEGREE = 2
# With fewer pixels, or levels of brightness, nothing is known.
_LEAST_PIXELS = 500
_LEAST_RANGE = 60.0
# Where OpenCV has no colour.
_MIDDLE = np.float32([0.0, 0.5, 0.5])


def tone(
  predicted: np.ndarray, crop: np.ndarray, seen: np.ndarray
) -> np.ndarray:
  """Returns a completed crop in the tone of what is seen, if that has one.

  Args:
    predicted: the completion, [S, S, 3] RGB in 0..255, of any side.
    crop: the masked face, uint8 [size, size, 3] RGB.
    seen: where that shows the photo and no mask, bool [size, size].

  Returns:
    float32 [S, S, 3] in 0..255; the prediction itself where the photo is in
    colour.
  """
  predicted = predicted.astype(np.float32)
  if seen.sum() < _LEAST_PIXELS:
    return predicted
  shown = _brightness_and_colour(crop.astype(np.float32))[seen]
  # Beyond what is seen, a polynomial says anything.
  darkest, brightest = np.percentile(shown[:, 0], (1, 99))
  if brightest - darkest < _LEAST_RANGE:
    return predicted
  terms = np.vander(shown[:, 0] / 255, _DEGREE + 1)
  factors = np.linalg.lstsq(terms, shown[:, 1:], rcond=None)[0]
  off = np.sqrt(np.square(shown[:, 1:] - terms @ factors).mean())
  low, high = _ONE_TONE
  share = np.clip((high - off) / (high - low), 0, 1)
  if not share:
    return predicted
  found = _brightness_and_colour(predicted)
  bright = np.clip(found[..., 0], darkest, brightest)
  own = np.vander(bright.ravel() / 255, _DEGREE + 1) @ factors
  own = own.reshape(*found.shape[:2], 2).astype(np.float32)
  found[..., 1:] += np.float32(share) * (own - found[..., 1:])
  toned = 255 * cv2.cvtColor(found / 255 + _MIDDLE, cv2.COLOR_YCrCb2RGB)
  return np.clip(toned, 0, 255)


def _brightness_and_colour(image) -> np.ndarray:
  """Y, Cr and Cb of float32 [H, W, 3], in 255ths; colours from 0."""
  return 255 * (cv2.cvtColor(image / 255, cv2.COLOR_RGB2YCrCb) - _MIDDLE)
