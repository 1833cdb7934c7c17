import gc
import math
import types
import weakref

import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import report, score
from maskgan_jax.networks import images, perceptual, predict
from maskgan_jax.training import batches as batches_lib


def _perfect(source):
  """Completes every masked face of a source as it is, and finds no mask."""
  examples = [source[i] for i in range(len(source))]
  true = {e["masked_image"].tobytes(): e["image"] for e in examples}

  def complete(masked_image, mask=None):
    del mask
    image = np.stack([true.get(x.tobytes(), x) for x in masked_image])
    image = images.to_float(image)
    return predict.Prediction(jnp.zeros_like(image[..., :1]), image, image)

  return complete


@pytest.fixture
def source(built):
  return batches_lib.open_split(built[0], "train", 64)


@pytest.fixture
def few(source):
  """The first eight examples."""
  return [source[i] for i in range(8)]


def test_scores_of_a_picture():
  rng = np.random.default_rng(0)
  image = rng.integers(0, 256, (2, 64, 64, 3), np.uint8)
  changed = image.copy()
  changed[:, 20:40, 20:40] //= 2
  mask = np.zeros((2, 64, 64, 1), np.uint8)
  mask[0, 20:40, 20:40] = 1  # The second face is bare.
  found = score.image_scores(
    {"equal": image, "changed": changed}, image, mask, np.ones_like(mask)
  )
  assert set(found) == {
    f"{name}/{measure}"
    for name in ("equal", "changed")
    for measure in report.MEASURES
  }
  for name, value in found.items():
    assert np.isnan(value[1]) == name.endswith("_in_mask")
  assert found["equal/psnr"][0] == found["equal/psnr_in_mask"][0] == 100
  assert found["equal/lpips_in_mask"][0] == pytest.approx(0, abs=1e-5)
  assert found["changed/lpips_in_mask"][0] > found["changed/lpips"][0] > 0
  assert found["changed/psnr_in_mask"][0] < found["changed/psnr"][0] < 50


def test_a_perfect_completion(source):
  face = score.mean_face(source)
  rows, vectors = score.score_split(_perfect(source), source, 8, face)
  assert [row["id"] for row in rows] == [
    source[i]["id"] for i in range(len(source))
  ]
  assert vectors.shape == (len(source), 128)
  for row, vector in zip(rows, vectors, strict=True):
    assert row["false_positive"] == 0
    assert row["source"] == ""
    assert row["skin_tone"] and math.isfinite(row["completed_true_mask/psnr"])
    masked = row["mask_area"] > 0
    assert masked == (row["mask_type"] != "none") == bool(row["wear"])
    assert np.isnan(row["iou"]) != masked
    known = not np.isnan(vector).any()
    assert not known or masked
    name = "completed_predicted_mask"
    if masked:
      assert row[f"{name}/psnr_in_mask"] == 100
      assert row[f"{name}/seam"] == pytest.approx(row["true/seam"], nan_ok=True)
    if known:
      assert row[f"{name}/identity"] == pytest.approx(1, abs=1e-5)
      assert row["masked_input/identity"] < 0.99
  # The painted faces are found.
  assert not np.isnan(vectors).all()
  assert report.summarise(rows, vectors)["seam"]["excess"]["mean"] == 0


def test_source_and_wear_come_from_the_example():
  found = types.SimpleNamespace(
    ids=["federal/a.jpg#0", "b.jpg#0"],
    person_ids=["a", "b"],
    mask_types=["kn95", "none"],
    mask_params=[{"wear": "under the nose"}, {}],
  )
  first, second = score._descriptions(found)
  assert (first["source"], first["wear"]) == ("federal", "under the nose")
  assert (second["source"], second["wear"]) == ("", "")


def test_pictures_are_not_kept(few, monkeypatch):
  """Two batches at a time at most: the one scored and the one read."""
  alive, most = [], 0
  batches = batches_lib.eval_batches
  monkeypatch.setattr(
    perceptual, "vgg16_features", lambda x: np.zeros((len(x), 512))
  )

  def watched(*arguments):
    nonlocal most
    for found in batches(*arguments):
      alive.append(weakref.ref(found.batch.image))
      gc.collect()
      most = max(most, sum(x() is not None for x in alive))
      yield found

  monkeypatch.setattr(batches_lib, "eval_batches", watched)
  score.fd_vgg16(_perfect(few), few, 2)
  assert len(alive) == 4 and most <= 2


def test_fd_of_equal_and_of_other_faces(few):
  perfect = score.fd_vgg16(_perfect(few), few, 8)
  masked = [bool(few[i]["mask"].any()) for i in range(8)]
  assert perfect["n"] == sum(masked) < 8
  assert perfect["completed_predicted_mask"] == pytest.approx(0, abs=1e-2)

  def grey(masked_image):
    image = images.to_float(masked_image)
    return predict.Prediction(image[..., :1], image, 0 * image)

  other = score.fd_vgg16(grey, few, 8)
  assert other["completed_predicted_mask"] > 10


def test_fd_needs_two_masked_faces(source, monkeypatch):
  monkeypatch.setattr(
    perceptual, "vgg16_features", lambda x: np.zeros((len(x), 512))
  )
  chosen = next(
    source[i] for i in range(len(source)) if source[i]["mask"].any()
  )
  with pytest.raises(
    errors.UserError, match="two masked faces.*Leave --fd out"
  ):
    score.fd_vgg16(_perfect([chosen]), [chosen], 1)
