import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.networks import predict
from maskgan_jax.training import batch, batches, validation
from maskgan_jax.training import state as state_lib


def test_sample_row_shows_input_mask_completion_and_truth():
  pixels = np.arange(2 * 16 * 16 * 3).reshape(2, 16, 16, 3).astype(np.uint8)
  mask = np.ones((2, 16, 16, 1), np.uint8)
  probability = np.zeros((2, 16, 16, 1), np.float32)
  probability[1, :8] = 0.5
  completed = np.full((2, 16, 16, 3), -1, np.float32)
  completed[1] = 1
  row = validation.sample_row(
    batch.Batch(
      *(pixels, 255 - pixels, mask, mask),
      landmarks=np.zeros((2, 468, 3)),
      distractor=np.zeros(2, bool),
    ),
    predict.Prediction(probability, completed, completed),
    1,
  )
  assert all(p.shape == (16, 16, 3) and p.dtype == np.uint8 for p in row)
  np.testing.assert_array_equal(row[0], 255 - pixels[1])
  assert (row[1][:8] == 128).all() and (row[1][8:] == 0).all()
  assert (row[2] == 255).all()
  np.testing.assert_array_equal(row[3], pixels[1])


def _state(level):
  """Networks that are a number each; of the generator, the average counts."""
  return state_lib.TrainState(
    np.asarray(7),
    {
      "segmenter": state_lib.NetworkState(level, {}, (), {}),
      "generator": state_lib.NetworkState(-9.0, {}, (), level),
      "discriminator": state_lib.NetworkState(-9.0, {}, (), {}),
    },
  )


def test_scores_are_means_over_all_examples(built):
  """Also over those of a last batch that is not full."""
  source = batches.open_split(built[0], "train", 64)
  seen = []

  def predict_step(variables, masked_image, key, *, landmarks):
    assert set(variables) == {"segmenter", "generator"}
    seen.append(len(masked_image))
    assert landmarks.shape == (5, 468, 3)
    level = variables["generator"]["params"]
    completed = jnp.full_like(masked_image, level)
    probability = jnp.ones((*masked_image.shape[:-1], 1))
    return predict.Prediction(probability, completed, completed)

  validator = validation.Validator(
    predict_step,
    source,
    batch_size=5,
    key=jax.random.key(0),
  )
  assert len(source) == 18
  scores, samples = validator(_state(0.25))
  assert seen == [5, 5, 5, 5]
  assert samples.shape == (validation.NUM_SAMPLES * 64, 4 * 64, 3)
  assert samples.dtype == np.uint8
  # All is taken for mask: it overlaps with the mask's share.
  masks = [source[i]["mask"] for i in range(18)]
  np.testing.assert_allclose(scores["mask_iou"], np.mean(masks), rtol=1e-5)
  assert scores["psnr_in_mask"] > validator(_state(1.0))[0]["psnr_in_mask"]
