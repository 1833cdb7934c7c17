"""Scores of the landmarker while it trains, and samples to look at."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import cv2
import numpy as np

from maskgan_jax.datasets.landmark_crops import build
from maskgan_jax.faces import alignment, anatomy, rough_crop, usability
from maskgan_jax.metrics import landmarks
from maskgan_jax.networks import images, landmarker
from maskgan_jax.photos import tiles
from maskgan_jax.training import state as state_lib

_BATCH_SIZE = 64
_SAMPLE_SHAPE = (4, 6)  # Rows and columns.
_GREEN = (0, 255, 0)


class _Found(NamedTuple):
  crop: np.ndarray  # uint8 [size, size, 3]
  points: np.ndarray  # [468, 3] in its pixels
  in_photo: np.ndarray  # [468, 3] in those of the wide crop


class Validator:
  """Scores a state on the faces of a split that are to be completed.

  Those turned further than faces to learn completion from are left out.
  """

  def __init__(
    self,
    predict: Callable[[Any, np.ndarray], landmarker.Landmarks],
    source: Any,
    size: int,
  ):
    """Takes what stays the same from validation to validation.

    Args:
      predict: from variables and crops [B, size, size, 3] in [-1, 1].
      source: of the split, see `build.open_split`.
      size: side of the rough crops in pixels.
    """
    self._predict = predict
    self._source = source
    self._size = size

  def __call__(
    self, state: state_lib.TrainState
  ) -> tuple[dict[str, float], np.ndarray]:
    """Returns scores, and samples in one image, uint8 [H, W, 3]."""
    variables = state_lib.inference_variables(state.networks["landmarker"])
    shifts, mouths, masked, samples = [], [], [], []
    for first in range(0, len(self._source), _BATCH_SIZE):
      indices = range(first, min(first + _BATCH_SIZE, len(self._source)))
      examples = [build.to_arrays(self._source[i]) for i in indices]
      found_all = self._found(variables, examples)
      for example, found in zip(examples, found_all, strict=True):
        if len(samples) < np.prod(_SAMPLE_SHAPE):
          samples.append(_sample(found))
        true = example["landmarks"]
        if abs(anatomy.yaw(true)) > usability.UsabilityRule.max_turn:
          continue
        shifts.append(landmarks.corner_shift(found.in_photo, true))
        mouths.append((landmarks.mouth(found.in_photo), landmarks.mouth(true)))
        masked.append(example["is_masked"])
    masked = np.array(masked)
    scores = {}
    for name, chosen in (("masked", masked), ("bare", ~masked)):
      values = np.array(shifts)[chosen]
      scores[f"{name}_corner_shift"] = float(np.median(values))
      scores[f"{name}_corner_shift_p90"] = float(np.percentile(values, 90))
    found_mouths, true_mouths = np.array(mouths)[masked].swapaxes(0, 1)
    for i, name in enumerate(landmarks.Mouth._fields):
      scores[f"mouth_{name}"] = landmarks.correlation(
        found_mouths[:, i], true_mouths[:, i]
      )
    columns = _SAMPLE_SHAPE[1]
    rows = [samples[i : i + columns] for i in range(0, len(samples), columns)]
    return scores, tiles.tile(rows)

  def _found(self, variables, examples) -> Iterator[_Found]:
    """What is found on wide crops, by their detections."""
    size = self._size
    transforms = [
      rough_crop.of_box(example["box"], example["keypoints"], size)
      for example in examples
    ]
    crops = np.stack(
      [
        rough_crop.cut(example["image"], transform, size)
        for example, transform in zip(examples, transforms, strict=True)
      ]
    )
    # One size compiles once.
    padding = ((0, _BATCH_SIZE - len(crops)), (0, 0), (0, 0), (0, 0))
    predicted = self._predict(
      variables, images.to_float(np.pad(crops, padding))
    )
    points = size * np.asarray(predicted.points[: len(crops)])
    for crop, transform, found in zip(crops, transforms, points, strict=True):
      back = cv2.invertAffineTransform(transform)
      yield _Found(crop, found, alignment.transform_landmarks(found, back))


def _sample(found: _Found) -> np.ndarray:
  """The crop with its landmarks as dots."""
  picture = found.crop.copy()
  for x, y in np.round(found.points[:, :2]).astype(int):
    if 0 <= x < len(picture) and 0 <= y < len(picture):
      picture[y, x] = _GREEN
  return picture
