"""A linear regression from the visible pixels to the hidden ones."""

from collections.abc import Iterable
from typing import Any

import cv2
import jax
import numpy as np

from maskgan_jax.evaluation.baselines import fills
from maskgan_jax.metrics import image as image_lib
from maskgan_jax.metrics import intervals
from maskgan_jax.training import batches

# Side of the images it works on.
SIZE = 48


class Ridge:
  """Linear regression from the visible pixels and the mask to the face.

  Works at 48 px: hidden pixels are set to the training mean, the mask itself
  is part of the input, one weight decay for all.
  """

  def __init__(self, weight_decay: float = 300.0):
    self._weight_decay = weight_decay

  def fit(
    self, examples: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]]
  ) -> "Ridge":
    """Learns from (image, masked_image, mask) of `fill`'s types."""
    small = [self._shrink(*example) for example in examples]
    targets = np.stack([image for image, _, _ in small])
    self._mean = targets.mean(0)
    inputs = np.stack([self._input(m, k) for _, m, k in small])
    targets = (targets - self._mean).reshape(len(targets), -1)
    gram = inputs.T @ inputs
    gram[np.diag_indices_from(gram)] += self._weight_decay
    self._weights = np.linalg.solve(gram, inputs.T @ targets)
    return self

  def predict(self, masked_image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Returns the masked image with its hidden pixels predicted, uint8."""
    _, small, hidden = self._shrink(masked_image, masked_image, mask)
    found = self._mean + (self._input(small, hidden) @ self._weights).reshape(
      self._mean.shape
    )
    size = masked_image.shape[1::-1]
    found = cv2.resize(
      found.astype(np.float32), size, interpolation=cv2.INTER_CUBIC
    )
    found = np.clip(np.round(found * 255), 0, 255).astype(np.uint8)
    return fills.fill(masked_image, mask, found)

  def _shrink(self, image, masked_image, mask):
    size = (SIZE, SIZE)
    shrunk = [
      cv2.resize(x, size, interpolation=cv2.INTER_AREA).astype(np.float32)
      for x in (image, masked_image, (mask > 0).astype(np.float32))
    ]
    return shrunk[0] / 255, shrunk[1] / 255, (shrunk[2] > 0).astype(np.float32)

  def _input(self, masked_image, mask):
    visible = (masked_image - self._mean) * (1 - mask[..., None])
    one = np.ones(1, np.float32)
    return np.concatenate([visible.reshape(-1), mask.reshape(-1), one])


_scores = jax.jit(image_lib.image_scores)


def score(data_dir: str, image_size: int) -> dict[str, Any]:
  """Fits `Ridge` on the train split and scores it on test.

  Returns:
    {"n", "psnr_in_mask": {"mean", "low", "high"}}, of the masked faces.
  """

  def examples(split):
    source = batches.open_split(data_dir, split, image_size)
    for index in range(len(source)):
      example = source[index]
      if example["mask"].any():
        yield example

  model = Ridge().fit(
    (e["image"], e["masked_image"], e["mask"][..., 0])
    for e in examples("train")
  )
  values, persons = [], []
  for e in examples("test"):
    completed = model.predict(e["masked_image"], e["mask"][..., 0])
    scores = _scores(
      *(x[None] for x in (completed, e["image"], e["mask"], e["valid"]))
    )
    values.append(float(scores["psnr_in_mask"][0]))
    persons.append(e["person_id"])
  interval = intervals.confidence_interval(np.array(values), np.array(persons))
  return {"n": len(values), "psnr_in_mask": interval}
