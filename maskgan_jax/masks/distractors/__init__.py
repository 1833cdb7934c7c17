"""Things other than masks that hide part of a lower face.

Baked into unmasked photos, they teach a network that a covered mouth or chin
is not yet a face mask. They need to be plausible, not perfect.
"""

import numpy as np

from maskgan_jax.masks.distractors import beards, hands, microphones, scarves
from maskgan_jax.masks.surface import head

_KINDS = {
  "beard": beards.draw,
  "hand": hands.draw,
  "scarf": scarves.draw,
  "microphone": microphones.draw,
}
KINDS = tuple(_KINDS)


def draw(
  image: np.ndarray,
  landmarks: np.ndarray,
  kind: str,
  rng: np.random.Generator,
) -> np.ndarray:
  """Bakes something that is not a mask into a photo of a bare face.

  Args:
    image: uint8 [H, W, 3], RGB.
    landmarks: float [468, 3], px.
    kind: one of `KINDS`.
    rng: draws shape and colour; the same state gives the same picture.

  Returns:
    uint8 [H, W, 3], a new picture.

  Raises:
    ValueError: the kind is unknown or the landmarks are not a face in pixels.
  """
  if kind not in _KINDS:
    raise ValueError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}.")
  head.check_landmarks(landmarks)
  return _KINDS[kind](image, landmarks.astype(np.float32), rng)
