"""A piece of cloth on which a lower face is painted, shape by shape."""

import cv2
import numpy as np

from maskgan_jax.faces import anatomy

INK, TOOTH = (26, 22, 24), (244, 240, 230)


class Canvas:
  """Cloth to print on; places and lengths are those of the cloth, face widths.

  Attributes:
    pixels: RGB float32 [h, w, 3] in 0..255.
    mouth: its middle, [2].
    nose: its tip, [2].
    chin: [2].
    half: half the mouth's width.
  """

  def __init__(
    self,
    ground: tuple[int, int, int],
    x: np.ndarray,
    y: np.ndarray,
    marks: np.ndarray,
    rng: np.random.Generator,
  ):
    """Takes what `lower_faces.paint` does."""
    height, width = y.shape[0], x.shape[-1]
    self.pixels = np.full((height, width, 3), ground, np.float32)
    # As dense downwards as across, whatever folds do to `y`.
    self._scale = np.full(2, width / (2 * float(x[0, -1])))
    self._origin = np.array([float(x[0, -1]), 0.0])
    self._rng = rng
    corners = marks[list(anatomy.MOUTH_CORNERS)]
    # Printers know the wearer's nose and mouth only roughly.
    shift = rng.uniform(-0.02, 0.02, 2) + [0, 0.02]
    self.mouth = corners.mean(0) + shift
    self.nose = marks[anatomy.NOSE_TIP] + shift
    self.nose[1] = max(self.nose[1], 0.06)
    self.chin = marks[anatomy.CHIN] + shift
    self.half = 0.5 * float(np.linalg.norm(corners[1] - corners[0]))

  def place(self, x: float, y: float) -> np.ndarray:
    """A place so many half mouths to the right of the mouth and below it."""
    return self.mouth + self.half * np.array([x, y])

  def fill(
    self,
    outline: np.ndarray,
    colour: np.ndarray | tuple[int, int, int],
    amount: float = 1.0,
    softness: float = 0.004,
    within: np.ndarray | None = None,
  ) -> None:
    """Fills a closed outline [n, 2] with RGB; `within` another one at most."""
    self._lay(self._mask(outline, softness, 0.0, within), colour, amount)

  def line(
    self,
    points: np.ndarray,
    colour: np.ndarray | tuple[int, int, int],
    width: float,
    amount: float = 1.0,
    softness: float = 0.0,
    within: np.ndarray | None = None,
  ) -> None:
    """Draws a line through points [n, 2] in RGB."""
    self._lay(self._mask(points, softness, width, within), colour, amount)

  def hair(
    self,
    outline: np.ndarray,
    colour: np.ndarray,
    contrast: float,
    softness: float,
  ) -> None:
    """Fills an outline with short hair that falls down."""
    part, mask = self._mask(outline, softness, 0.0, None)
    if not mask.size:
      return  # OpenCV blurs no empty picture.
    noise = self._rng.standard_normal(mask.shape, np.float32)
    tall = max(1.0, 0.02 * self._scale[1])
    noise = cv2.GaussianBlur(noise, (0, 0), 0.6, sigmaY=tall)
    noise *= contrast / max(float(noise.std()), 1e-6)
    self._lay((part, mask), colour, 1.0)
    self.pixels[part] += (mask * noise)[..., None]

  def _mask(self, points, softness, width, within):
    """A part of the canvas and what to paint of it, [h, w] in [0, 1]."""
    corners = (np.asarray(points) + self._origin) * self._scale
    sigma = softness * self._scale[0]
    margin = 3 * sigma + width * self._scale[0] + 2
    limit = np.array(self.pixels.shape[1::-1])
    low = np.clip(np.floor(corners.min(0) - margin), 0, limit).astype(int)
    high = np.clip(np.ceil(corners.max(0) + margin), 0, limit).astype(int)
    part = np.s_[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(self.pixels[part].shape[:2], np.uint8)
    if not mask.size:
      return part, mask.astype(np.float32)
    fixed = [np.round((corners - low) * 16).astype(np.int32)]
    if width:
      thick = max(1, round(width * self._scale[0]))
      cv2.polylines(mask, fixed, False, 255, thick, cv2.LINE_AA, 4)
    else:
      cv2.fillPoly(mask, fixed, 255, cv2.LINE_AA, 4)
    if sigma > 0.4:
      mask = cv2.GaussianBlur(mask, (0, 0), sigma)
    mask = mask / np.float32(255)
    if within is not None:
      limits = np.zeros(mask.shape, np.uint8)
      edge = (np.asarray(within) + self._origin) * self._scale - low
      edge = np.round(edge * 16).astype(np.int32)
      cv2.fillPoly(limits, [edge], 255, cv2.LINE_AA, 4)
      mask *= limits / np.float32(255)
    return part, mask

  def _lay(self, where, colour, amount):
    part, mask = where
    below = self.pixels[part]
    below += (np.array(colour, np.float32) - below) * (amount * mask)[..., None]


def pick(
  colours: tuple[tuple[int, int, int], ...], rng: np.random.Generator
) -> np.ndarray:
  """One of some colours, a little changed, float32 [3] in 0..250."""
  colour = np.array(colours[rng.integers(len(colours))])
  return np.clip(colour + rng.integers(-10, 11, 3), 0, 250).astype(np.float32)


def ellipse(
  centre: np.ndarray, size: tuple[float, float], count: int = 28
) -> np.ndarray:
  """A closed outline [count, 2]."""
  angle = np.arange(count) * 2 * np.pi / count
  return centre + np.stack([np.cos(angle), np.sin(angle)], 1) * size


def closed(outline: np.ndarray) -> np.ndarray:
  """A closed outline as a line that ends where it began."""
  return np.concatenate([outline, outline[:1]])
