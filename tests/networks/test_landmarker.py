import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.faces import anatomy
from maskgan_jax.networks import landmarker


def test_default_is_small():
  module = landmarker.Landmarker()
  x = jax.ShapeDtypeStruct((2, 128, 128, 3), jnp.float32)
  found, variables = jax.eval_shape(
    lambda x: module.init_with_output(jax.random.key(0), x), x
  )
  assert found.points.shape == (2, 468, 3) and found.logit.shape == (2,)
  assert found.points.dtype == found.logit.dtype == jnp.float32
  assert sum(p.size for p in jax.tree.leaves(variables)) == 1_482_429


def test_points_start_around_the_middle():
  module = landmarker.Landmarker(features=(8, 8), num_blocks=(1, 0), hidden=8)
  x = jax.random.normal(jax.random.key(0), (2, 32, 32, 3))
  found, _ = jax.jit(module.init_with_output)(jax.random.key(1), x)
  middle = np.asarray(found.points).mean(axis=(0, 1))
  np.testing.assert_allclose(middle, [0.5, 0.5, 0], atol=0.05)


def test_it_knows_as_many_landmarks_as_a_face_has():
  assert landmarker.NUM_LANDMARKS == anatomy.NUM_LANDMARKS


def test_sides_must_divide():
  with pytest.raises(errors.UserError, match="Landmarker .* multiples of 32"):
    landmarker.Landmarker().init(jax.random.key(0), jnp.zeros((1, 48, 48, 3)))
