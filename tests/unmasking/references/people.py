"""A real face as a masked face has it and as references have it."""

import functools
import pathlib

import matplotlib
import numpy as np

from maskgan_jax import photos
from maskgan_jax.faces import alignment, embedding, finder
from maskgan_jax.unmasking import aligned_face
from maskgan_jax.unmasking.references import reference

HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)


@functools.cache
def hopper() -> tuple[np.ndarray, np.ndarray]:
  """A photo, uint8 [H, W, 3], and its face's landmarks, [468, 3]."""
  image = photos.read(HOPPER)
  return image, finder.shared().find(image, "largest")[0].landmarks


def align(size: int = 256) -> tuple[aligned_face.AlignedFace, np.ndarray]:
  """The face of that photo, and its landmarks in its crop."""
  image, landmarks = hopper()
  found = finder.LandmarkedFace(
    np.float32([0, 0, 1, 1]), np.zeros((5, 2), np.float32), landmarks, 1.0
  )
  face = aligned_face.align(image, found, size)
  return face, alignment.transform_landmarks(landmarks, face.transform)


def refer(
  image: np.ndarray, landmarks: np.ndarray, name: str = "other.jpg", **changes
) -> reference.Reference:
  """A reference, of whose vector no use is made."""
  fields = {
    "name": name,
    "sha256": "0" * 64,
    "image": image,
    "visible": np.full(image.shape[:2], 255, np.uint8),
    "landmarks": landmarks,
    "vector": np.eye(embedding.DIMENSIONS, dtype=np.float32)[0],
  }
  return reference.Reference(**fields | changes)
