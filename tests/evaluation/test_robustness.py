import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import corruptions, robustness
from maskgan_jax.networks import predict as predict_lib
from maskgan_jax.training import batches


def test_low_light_is_lit_up_before_it_is_compared(examples):
  """A network that leaves the true face as it is loses nothing to the dark."""
  shown = np.round(corruptions.LOW_LIGHT * examples.image).astype(np.uint8)

  def same(shown, mask=None):
    return predict_lib.Prediction(jnp.ones_like(shown[..., :1]), shown, shown)

  same = jax.tree_util.Partial(same)
  _, dark = robustness._scores(same, shown, examples, 1.0)
  _, lit = robustness._scores(same, shown, examples, corruptions.LOW_LIGHT)
  masked = examples.mask.any(axis=(1, 2, 3))
  assert (lit["psnr_in_mask"][masked] > 40).all()
  assert (dark["psnr_in_mask"][masked] < 20).all()


def test_every_condition_is_scored(predict, built):
  source = batches.open_split(built[0], "train", 64)
  found = robustness.measure(predict, source, 4, 6)
  assert found["robustness_images"] == found["n"] == 6
  assert list(found["conditions"]) == [
    "clean",
    "JPEG 30",
    "noise",
    "blur",
    "low light",
    "half resolution",
    "attack 2/255",
    "attack 4/255",
  ]
  for scores in found["conditions"].values():
    assert list(scores) == ["psnr_in_mask", "identity", "iou"]
  psnr = {k: v["psnr_in_mask"]["mean"] for k, v in found["conditions"].items()}
  assert psnr["clean"] > psnr["attack 2/255"] > psnr["attack 4/255"]
  lines = robustness.table(found).splitlines()
  assert lines[0] == "6 masked faces, completed with the predicted mask"
  assert len(lines) == 4 + 8
  assert {line.count("|") for line in lines[2:]} == {5}
  assert lines[4].startswith(f"| clean | {psnr['clean']:.2f} (")


def test_fewer_masked_faces_than_asked_for(built):
  source = batches.open_split(built[0], "train", 64)
  masked = [bool(source[i]["mask"].any()) for i in range(len(source))]
  assert 0 < sum(masked) < len(source)
  assert len(robustness._masked_examples(source, 99)) == sum(masked)
  bare = source.take(i for i, is_masked in enumerate(masked) if not is_masked)
  with pytest.raises(errors.UserError, match="No example of this split has a"):
    robustness._masked_examples(bare, 3)
