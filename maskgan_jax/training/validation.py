"""Scores of the networks while they train, and samples to look at."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.metrics import image
from maskgan_jax.networks import build, images, predict
from maskgan_jax.photos import tiles
from maskgan_jax.training import batch as batch_lib
from maskgan_jax.training import batches as batches_lib
from maskgan_jax.training import state as state_lib

NUM_SAMPLES = 6


class Validator:
  """Scores a state on the validation split, and draws its first examples."""

  def __init__(
    self,
    predict_step: Callable[..., predict.Prediction],
    source: Any,
    *,
    batch_size: int,
    key: jax.Array,
  ):
    """Takes what stays the same from validation to validation.

    Args:
      predict_step: from variables by network, masked images and a key.
      source: of the split, see `batches.open_split`.
      batch_size: examples predicted together.
      key: `RunKeys.validation`, for networks that draw noise at test, too.
    """
    self._predict = predict_step
    self._source = source
    self._batch_size = batch_size
    self._key = key

  def __call__(
    self, state: state_lib.TrainState
  ) -> tuple[dict[str, float], np.ndarray]:
    """Returns mean scores, and the samples in one image, uint8 [H, W, 3]."""
    variables = {
      name: state_lib.inference_variables(network)
      for name, network in state.networks.items()
      if name in build.INFERENCE
    }
    scores: dict[str, list[np.ndarray]] = {}
    rows: list[list[np.ndarray]] = []
    for found in batches_lib.eval_batches(self._source, self._batch_size):
      batch, count = found.batch, len(found.ids)
      prediction = self._predict(
        variables,
        images.to_float(batch.masked_image),
        self._key,
        landmarks=batch.landmarks,
      )
      for name, values in _scores(batch, prediction).items():
        scores.setdefault(name, []).append(np.asarray(values)[:count])
      for i in range(min(count, NUM_SAMPLES - len(rows))):
        rows.append(sample_row(batch, prediction, i))
    return _means(scores), tiles.tile(rows)


@jax.jit
def _scores(batch, prediction) -> dict[str, jax.Array]:
  completed = images.to_uint8(prediction.completed_image)
  scores = image.image_scores(completed, batch.image, batch.mask, batch.valid)
  mask = batch.mask.astype(jnp.float32)
  return scores | {"mask_iou": image.iou(prediction.probability, mask)}


def _means(scores: Mapping[str, list[np.ndarray]]) -> dict[str, float]:
  return {
    name: float(np.nanmean(np.concatenate(values)))
    for name, values in scores.items()
  }


def sample_row(
  batch: batch_lib.Batch, prediction: predict.Prediction, index: int
) -> list[np.ndarray]:
  """Returns input, predicted mask, completed and true image, uint8."""
  probability = np.asarray(prediction.probability[index])
  return [
    np.asarray(batch.masked_image[index]),
    np.round(probability * 255).astype(np.uint8).repeat(3, axis=-1),
    np.asarray(images.to_uint8(prediction.completed_image[index])),
    np.asarray(batch.image[index]),
  ]
