import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.training.step import step_inputs, step_settings, variety


def test_candidates_are_normal_and_of_each_example():
  found = variety.draw_candidates(jax.random.key(0), (64, 4, 8), None)
  assert found.shape == (64, 4, 8)
  assert abs(float(found.mean())) < 0.1 and abs(float(found.std()) - 1) < 0.05
  assert len(np.unique(found)) == found.size


def test_the_code_nearest_to_the_truth_is_chosen(tiny_config):
  """Of codes that draw brighter or darker, the one that is as bright wins."""
  level = np.array([[-0.9, 0.1, 0.6], [-0.2, 0.5, 0.9]], np.float32)
  truth = np.array([0.5, -0.3], np.float32)[:, None, None, None]
  image = np.broadcast_to(truth, (2, 32, 32, 3))
  ones = np.ones((2, 32, 32, 1), np.float32)
  inputs = step_inputs.Inputs(image, image * 0, ones, ones, ones)

  def generate(inputs, latent):
    assert inputs.shown_mask.shape == (6, 32, 32, 1)
    return inputs.masked_image + latent[:, :1, None, None]

  chosen = variety.best_latent(
    generate,
    inputs,
    np.repeat(level[..., None], 3, axis=-1),
    shift=jnp.zeros(2, jnp.int32),
    settings=step_settings.read(tiny_config),
  )
  np.testing.assert_allclose(chosen, [[0.6] * 3, [-0.2] * 3])
