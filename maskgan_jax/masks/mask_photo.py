"""Masks drawn on all faces of a photo, at its own resolution."""

import dataclasses
from typing import Any, NamedTuple

import numpy as np

from maskgan_jax import masks
from maskgan_jax.faces import finder, usability

# Landmarks are kept to a hundredth of a pixel.
_DIGITS = 2


class MaskedPhoto(NamedTuple):
  """A photo after masks were drawn on its faces."""

  image: np.ndarray  # [H, W, 3] uint8, equal to the photo outside the masks
  mask: np.ndarray  # [H, W] uint8, 1 where a face mask hides a face
  alpha: np.ndarray  # [H, W] uint8, the masks' opacity
  # What JSON holds: "photo", "seed", "faces" (each its "params" and
  # "landmarks") and "skipped", why other faces were left as they are.
  record: dict[str, Any]


def mask_photo(
  image: np.ndarray,
  name: str,
  distribution: masks.MaskDistribution,
  seed: int = 0,
) -> MaskedPhoto:
  """Draws a random mask on every usable face.

  Args:
    image: uint8 [H, W, 3], RGB, upright.
    name: of the photo; with the seed and a face's number it decides the mask.
    distribution: what is how likely.
    seed: of all photos.
  """
  found = finder.shared().find(image)
  drawn, skipped = [], [] if found else ["no face found"]
  # Nearer faces are larger: their masks come last and lie on top.
  for number, face in enumerate(reversed(found)):
    landmarks = np.round(face.landmarks, _DIGITS).astype(np.float32)
    reason = usability.reason_not_to_mask(
      landmarks, face.confidence, image.shape
    )
    if reason:
      skipped.append(reason)
      continue
    rng = masks.rng_for(name, seed, number)
    params = masks.sample_params(rng, distribution)
    drawn.append(
      {
        "params": dataclasses.asdict(params),
        # In double precision the decimals are short again.
        "landmarks": np.round(landmarks.astype(np.float64), _DIGITS).tolist(),
      }
    )
  record = {"photo": name, "seed": seed, "faces": drawn, "skipped": skipped}
  return redraw(image, record)


def redraw(image: np.ndarray, record: dict[str, Any]) -> MaskedPhoto:
  """Draws the masks that a record tells of, equal to the bit.

  Args:
    image: the photo, uint8 [H, W, 3].
    record: of `MaskedPhoto`, or what JSON made of it.
  """
  mask = np.zeros(image.shape[:2], np.uint8)
  alpha = np.zeros(image.shape[:2], np.uint8)
  for face in record["faces"]:
    masked = masks.draw_params(
      image,
      np.array(face["landmarks"], np.float32),
      masks.MaskParams(**face["params"]),
    )
    image = masked.image
    np.maximum(mask, masked.mask, out=mask)
    np.maximum(alpha, masked.alpha, out=alpha)
  return MaskedPhoto(image, mask, alpha, record)
