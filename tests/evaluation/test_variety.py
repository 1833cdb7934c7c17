import types

import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.datasets import sample_faces
from maskgan_jax.evaluation import variety
from maskgan_jax.faces import alignment, anatomy, expression
from maskgan_jax.networks import images, mask_postprocess, predict
from maskgan_jax.training import batches

SIZE = 64


def _landmarks():
  points = sample_faces.paint(0).landmarks
  transform = alignment.crop_transform(points, SIZE)
  return alignment.transform_landmarks(points, transform)


class Networks:
  """Fills the frame with a grey, brighter or darker as the mouth is open.

  Attributes:
    drawn: the landmarks of each call.
  """

  max_batch = 4

  def __init__(self, strength, structure=True):
    self.model = types.SimpleNamespace(structure=structure)
    self.drawn = []
    self._strength, self._likely = strength, _landmarks()

  def aligned_landmarks(self, masked_image):
    assert masked_image.shape[1:] == (SIZE, SIZE, 3)
    return np.stack([self._likely] * len(masked_image))

  def __call__(self, masked_image, mask=None, landmarks=None):
    assert mask is None and len(landmarks) == len(masked_image) <= 4
    self.drawn.append(landmarks)
    places = list(anatomy.LIPS_MIDDLE + anatomy.MOUTH_CORNERS)
    moved = (landmarks - self._likely)[:, places].sum(axis=(1, 2))
    level = np.tanh(self._strength * moved)[:, None, None, None]
    shown = images.to_float(masked_image)
    pictures = jnp.broadcast_to(level, shown.shape)
    mask = jnp.ones_like(shown[..., :1])
    completed = mask_postprocess.complete(pictures, shown, mask)
    return predict.Prediction(mask, pictures, completed)


def _measure(built, networks, num_samples=3):
  source = batches.open_split(built[0], "train", SIZE)
  return variety.measure(networks, source, num_samples=num_samples)


def test_one_and_the_same_has_no_variety(built):
  found = _measure(built, Networks(0.0))
  assert found["diversity"]["mean"] == 0.0
  for measure in ("psnr_in_mask", "lpips_in_mask"):
    assert (
      found[measure]["likely"]
      == found[measure]["other"]
      == found[measure]["best"]
    )


def test_variety_costs_the_average_and_helps_the_best(built):
  networks = Networks(0.1)
  found = _measure(built, networks)
  assert found["num_samples"] == 3
  for number, drawn in enumerate(networks.drawn[:3]):
    expected = expression.draw(_landmarks(), number)
    np.testing.assert_array_equal(drawn, np.stack([expected] * len(drawn)))
  assert found["diversity"]["mean"] > 0.01
  psnr = {name: x["mean"] for name, x in found["psnr_in_mask"].items()}
  assert psnr["best"] > max(psnr["likely"], psnr["other"])
  lpips = {name: x["mean"] for name, x in found["lpips_in_mask"].items()}
  assert lpips["best"] < min(lpips["likely"], lpips["other"])
  text = variety.table(found)
  assert "3 completions each" in text and "| the best one of all |" in text
  assert f"{found['diversity']['mean']:.3f}" in text


@pytest.mark.parametrize(
  ("structure", "num_samples", "message"),
  [
    (False, 3, "complete a face in one way.*config.completion.structure"),
    (True, 1, "it takes two"),
  ],
)
def test_nothing_to_compare(built, structure, num_samples, message):
  with pytest.raises(errors.UserError, match=message):
    _measure(built, Networks(1.0, structure), num_samples)


def test_bare_faces_do_not_count(built):
  source = batches.open_split(built[0], "train", SIZE)
  masked = [bool(source[i]["mask"].any()) for i in range(len(source))]
  assert _measure(built, Networks(1.0), 2)["n"] == np.sum(masked)
