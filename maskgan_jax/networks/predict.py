"""The forward pass that evaluation and use share."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
from flax import linen as nn

from maskgan_jax.networks import (
  aligned_landmarks,
  images,
  mask_postprocess,
)


class Prediction(NamedTuple):
  """What the networks make of a masked image."""

  probability: jax.Array  # [B, H, W, 1], of the mask, in [0, 1]
  predicted_image: jax.Array  # [B, H, W, 3], float32 in [-1, 1]
  completed_image: jax.Array  # [B, H, W, 3], float32 in [-1, 1]


class _View(NamedTuple):
  """How a network is shown a picture, and its answer turned back."""

  shift: int = 0  # Pixels to the right and down.
  mirrored: bool = False

  def of(self, x: jax.Array) -> jax.Array:
    x = images.moved(x, self.shift, self.shift)
    return x[:, :, ::-1] if self.mirrored else x

  def back(self, x: jax.Array) -> jax.Array:
    x = x[:, :, ::-1] if self.mirrored else x
    return images.moved(x, -self.shift, -self.shift)


_PLAIN = (_View(),)
# A network that works on squares of 4 pixels errs alike where these lie alike:
# moved by half a square, the mean of both views is nearer to the truth.
_MIRRORED = (_View(), _View(2, mirrored=True))


def make_predict_step(
  *,
  modules: Mapping[str, nn.Module],
  train_mode: bool = False,
  mirrored: bool = False,
  hidden_reach: float = 0.0,
  landmark_size: int = 0,
) -> Callable[..., Prediction]:
  """Returns predict(variables, masked_image, key, ...) -> Prediction.

  Args:
    modules: "segmenter" and "generator"; without the latter nothing is
      predicted but the mask; a "landmarker" where it is to find the landmarks.
    train_mode: keep dropout and the batch's own statistics, as pix2pix does at
      test (Isola et al., 2017, section 3.2).
    mirrored: predict the mean of what the segmenter makes of a picture and of
      its mirror image, moved apart. The generator's would be a blur.
    hidden_reach: how far beyond the mask to complete the generator is shown
      nothing, in shares of the picture's height; all of it is completed.
    landmark_size: side of the landmarker's rough crops in pixels.

  The returned function takes the networks' variables by name, masked images
  [B, H, W, 3] in [-1, 1], a key, the mask to complete [B, H, W, 1], or what
  makes it of the predicted probability, by default the predicted one; and the
  landmarks [B, 468, 3] in pixels, for a generator that draws along them, by
  default those that the landmarker finds.
  """

  views = _MIRRORED if mirrored else _PLAIN

  def segment(variables, masked_image):
    return modules["segmenter"].apply(
      variables["segmenter"], masked_image, train=False
    )

  def look(variables, rough_crops):
    found = modules["landmarker"].apply(variables["landmarker"], rough_crops)
    return found.points

  def generate(variables, masked_image, key, mask, landmarks):
    predicted_image, _ = modules["generator"].apply(
      variables["generator"],
      masked_image,
      mask,
      landmarks,
      train=train_mode,
      mutable=["batch_stats"],
      rngs={"dropout": key},
    )
    return predicted_image

  def predict_step(
    variables: Mapping[str, Any],
    masked_image: jax.Array,
    key: jax.Array,
    mask: jax.Array | Callable[[jax.Array], jax.Array] | None = None,
    landmarks: jax.Array | None = None,
  ) -> Prediction:
    logits = [v.back(segment(variables, v.of(masked_image))) for v in views]
    probability = jax.nn.sigmoid(sum(logits) / len(logits))
    if mask is None:
      mask = mask_postprocess.completed_mask
    if callable(mask):
      mask = mask(probability)
    mask = mask_postprocess.hidden_mask(mask, hidden_reach)
    if "generator" not in modules:
      return Prediction(probability, masked_image, masked_image)
    if landmarks is None and landmark_size:
      landmarks = aligned_landmarks.find(
        functools.partial(look, variables), masked_image, landmark_size
      )
    predicted_image = generate(variables, masked_image, key, mask, landmarks)
    completed_image = mask_postprocess.complete(
      predicted_image, masked_image, mask
    )
    return Prediction(probability, predicted_image, completed_image)

  return predict_step
