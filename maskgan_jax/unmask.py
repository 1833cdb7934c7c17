"""Takes the mask off the largest face of one photo."""

import os
import pathlib
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax import (
  errors,
  evaluate,
  face_models,
  faces,
  images,
  metrics,
  photos,
)


class UnmaskResult(NamedTuple):
  """What became of a photo."""

  image: np.ndarray  # [H, W, 3] uint8, equal to the photo outside the blend
  crop: np.ndarray  # [size, size, 3] uint8, the aligned face as it was
  completed_crop: np.ndarray  # [size, size, 3] uint8
  mask: np.ndarray  # [size, size] float32, probability
  found_mask: bool


def unmask(evaluator: evaluate.Evaluator, image: np.ndarray) -> UnmaskResult:
  """Finds, aligns, segments, completes and blends back the largest face.

  Args:
    evaluator: a trained run's networks.
    image: uint8 [H, W, 3], upright.

  Raises:
    errors.UserError: no face is found.
  """
  landmarks = face_models.largest_face(image)
  size = evaluator.run.image_size
  transform = faces.crop_transform(landmarks, size)
  crop, _ = faces.warp(image, transform, size)
  prediction = evaluator(crop[None])
  probability = np.asarray(prediction.probability)
  completed = np.asarray(images.to_uint8(prediction.completed_image[0]))
  found_mask = bool(metrics.has_mask(probability)[0])
  result = image
  if found_mask:
    predicted = np.asarray(images.to_uint8(prediction.predicted_image[0]))
    mask = images.completed_mask(probability)
    blend = np.asarray(images.blend_mask(mask))[0, ..., 0]
    result = put_back(image, predicted, blend, transform)
  return UnmaskResult(
    result, crop, completed, probability[0, ..., 0], found_mask
  )


def put_back(
  image: np.ndarray,
  predicted: np.ndarray,
  blend: np.ndarray,
  transform: np.ndarray,
) -> np.ndarray:
  """Lays an aligned crop over its place in the photo.

  Args:
    image: uint8 [H, W, 3].
    predicted: uint8 [size, size, 3].
    blend: float32 [size, size] in [0, 1], the crop's share.
    transform: photo pixels to crop pixels, float32 [2, 3].

  Returns:
    uint8 [H, W, 3], equal to the bit where blend is 0.
  """
  size = image.shape[1::-1]
  # Crops have no picture beyond their border: keep it out of the blend.
  blend = blend.copy()
  blend[[0, -1]] = blend[:, [0, -1]] = 0
  inverse = cv2.WARP_INVERSE_MAP
  share = cv2.warpAffine(
    blend, transform, size, flags=inverse | cv2.INTER_LINEAR
  )[..., None]
  content = cv2.warpAffine(
    predicted,
    transform,
    size,
    flags=inverse | cv2.INTER_CUBIC,
    borderMode=cv2.BORDER_REPLICATE,
  )
  mixed = share * content + (1.0 - share) * image
  return np.where(share > 0, np.round(mixed), image).astype(np.uint8)


def unmask_file(
  input_path: str | os.PathLike,
  output_path: str | os.PathLike,
  workdir: str | None = None,
  which: str = "latest",
) -> UnmaskResult:
  """Unmasks one photo file into another; a bare face writes nothing.

  Args:
    input_path: the photo.
    output_path: of the photo without the mask.
    workdir: of a trained run, None for the released weights.
    which: "latest" or "best" checkpoint.

  Raises:
    errors.UserError: the photo cannot be read or shows no face, the output
      exists or is of no known kind, or the workdir holds no run.
  """
  if pathlib.Path(output_path).exists():
    raise errors.UserError(
      f"{output_path} exists. Give another --output, or remove it."
    )
  photos.format_of(output_path)  # Before the work, not after it.
  image = photos.read(input_path)
  evaluator = evaluate.Evaluator(workdir, which)
  try:
    result = unmask(evaluator, image)
  except errors.UserError as error:
    raise errors.UserError(f"{input_path}: {error}") from error
  if result.found_mask:
    photos.save(output_path, result.image, like=input_path)
  return result
