"""The forward pass that evaluation and use share."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from maskgan_jax.networks import images, mask_postprocess


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
# Networks that draw squares of 4 pixels err alike where these lie alike: moved
# by half a square, the mean of both views is nearer to the truth, and shows no
# grid.
_MIRRORED = (_View(), _View(2, mirrored=True))


def make_predict_step(
  *,
  modules: Mapping[str, nn.Module],
  train_mode: bool = False,
  mirrored: bool = False,
) -> Callable[..., Prediction]:
  """Returns predict(variables, masked_image, key, mask, latent) -> Prediction.

  Args:
    modules: "segmenter" and "generator"; without the latter nothing is
      predicted but the mask.
    train_mode: keep dropout and the batch's own statistics, as pix2pix does at
      test (Isola et al., 2017, section 3.2).
    mirrored: predict the mean of what the networks make of a picture and of
      its mirror image, moved apart: of the segmenter's logits, of the
      generator's pictures. The latter only of the most likely completion: a
      code may mean other things in a mirror.

  The returned function takes the networks' variables by name, masked images
  [B, H, W, 3] in [-1, 1], a key, the mask to complete [B, H, W, 1], or what
  makes it of the predicted probability, by default the predicted one; and the
  latent codes [B, size], by default those of the most likely completion.
  """

  views = _MIRRORED if mirrored else _PLAIN

  def segment(variables, masked_image):
    return modules["segmenter"].apply(
      variables["segmenter"], masked_image, train=False
    )

  def generate(variables, masked_image, key, mask, latent):
    predicted_image, _ = modules["generator"].apply(
      variables["generator"],
      masked_image,
      mask,
      *([] if latent is None else [latent]),
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
    latent: jax.Array | None = None,
  ) -> Prediction:
    shown = [view.of(masked_image) for view in views]
    logits = _mean(
      [v.back(segment(variables, x)) for v, x in zip(views, shown, strict=True)]
    )
    probability = jax.nn.sigmoid(logits)
    if mask is None:
      mask = mask_postprocess.completed_mask
    if callable(mask):
      mask = mask(probability)
    if "generator" not in modules:
      return Prediction(probability, masked_image, masked_image)
    pictures = [
      v.back(generate(variables, x, key, v.of(mask), latent))
      for v, x in zip(views, shown, strict=True)
    ]
    predicted_image = _mean(pictures)
    if latent is not None:
      likely = (latent == 0).all(axis=1)[:, None, None, None]
      predicted_image = jnp.where(likely, predicted_image, pictures[0])
    completed_image = mask_postprocess.complete(
      predicted_image, masked_image, mask
    )
    return Prediction(probability, predicted_image, completed_image)

  return predict_step


def _mean(arrays):
  return sum(arrays) / len(arrays)
