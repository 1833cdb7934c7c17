import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import variety
from maskgan_jax.networks import mask_postprocess, predict
from maskgan_jax.training import batches


def _network(strength, shown, latent):
  """Fills the frame with a grey that the code makes brighter or darker."""
  level = jnp.tanh(strength * latent.sum(axis=1))[:, None, None, None]
  pictures = jnp.broadcast_to(level, shown.shape)
  mask = jnp.ones_like(shown[..., :1])
  completed = mask_postprocess.complete(pictures, shown, mask)
  return predict.Prediction(mask, pictures, completed)


def _measure(built, strength, **changes):
  arguments = {"latent_size": 2, "num_samples": 3} | changes
  return variety.measure(
    jax.tree_util.Partial(_network, strength),
    batches.open_split(built[0], "train", 64),
    4,
    **arguments,
  )


def test_one_and_the_same_has_no_variety(built):
  found = _measure(built, 0.0)
  assert found["diversity"]["mean"] == 0.0
  for measure in ("psnr_in_mask", "lpips_in_mask"):
    assert (
      found[measure]["likely"]
      == found[measure]["other"]
      == found[measure]["best"]
    )


def test_variety_costs_the_average_and_helps_the_best(built):
  found = _measure(built, 0.1)
  assert found["diversity"]["mean"] > 0.01
  psnr = {name: x["mean"] for name, x in found["psnr_in_mask"].items()}
  assert psnr["best"] > max(psnr["likely"], psnr["other"])
  lpips = {name: x["mean"] for name, x in found["lpips_in_mask"].items()}
  assert lpips["best"] < min(lpips["likely"], lpips["other"])
  text = variety.table(found)
  assert "3 completions each" in text and "| the best one of all |" in text
  assert f"{found['diversity']['mean']:.3f}" in text


@pytest.mark.parametrize(
  ("changes", "message"),
  [
    ({"latent_size": 0}, "complete a face in one way.*configs/diverse.py"),
    ({"num_samples": 1}, "it takes two"),
  ],
)
def test_nothing_to_compare(built, changes, message):
  with pytest.raises(errors.UserError, match=message):
    _measure(built, 1.0, **changes)


def test_bare_faces_do_not_count(built):
  source = batches.open_split(built[0], "train", 64)
  masked = [bool(source[i]["mask"].any()) for i in range(len(source))]
  assert _measure(built, 1.0)["n"] == np.sum(masked)
