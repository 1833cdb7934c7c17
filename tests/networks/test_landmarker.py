import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.faces import anatomy
from maskgan_jax.networks import landmarker

_SMALL = {"features": (8, 8), "num_blocks": (1, 1)}


def test_default_is_small():
  module = landmarker.Landmarker()
  x = jax.ShapeDtypeStruct((2, 192, 192, 3), jnp.float32)
  found, variables = jax.eval_shape(
    lambda x: module.init_with_output(jax.random.key(0), x), x
  )
  assert found.points.shape == (2, 468, 3) and found.logit.shape == (2,)
  assert found.points.dtype == found.logit.dtype == jnp.float32
  assert sum(p.size for p in jax.tree.leaves(variables)) == 724_557


def test_points_start_around_the_middle():
  module = landmarker.Landmarker(**_SMALL)
  x = jax.random.normal(jax.random.key(0), (2, 32, 32, 3))
  found, _ = jax.jit(module.init_with_output)(jax.random.key(1), x)
  middle = np.asarray(found.points).mean(axis=(0, 1))
  np.testing.assert_allclose(middle, [0.5, 0.5, 0], atol=0.05)


@pytest.mark.parametrize("levels", [1, 2])
def test_frozen_levels_get_no_gradients(levels):
  x = jax.random.normal(jax.random.key(0), (2, 16, 16, 3))
  params = landmarker.Landmarker(**_SMALL).init(jax.random.key(1), x)

  @jax.jit
  def gradients(params):
    module = landmarker.Landmarker(**_SMALL, frozen_levels=levels)
    return jax.grad(lambda p: module.apply(p, x).points.sum())(params)

  moves = {
    name: any(np.any(g != 0) for g in jax.tree.leaves(gs))
    for name, gs in gradients(params)["params"].items()
  }
  frozen = {"stem", "stem_relu", *(f"level{k}_block0" for k in range(levels))}
  # The sum of points says nothing of a face.
  assert {name for name, moved in moves.items() if not moved} == {
    *frozen,
    "face",
  }


def test_it_knows_as_many_landmarks_as_a_face_has():
  assert landmarker.NUM_LANDMARKS == anatomy.NUM_LANDMARKS


def test_sides_must_divide():
  with pytest.raises(errors.UserError, match="Landmarker .* multiples of 64"):
    landmarker.Landmarker().init(jax.random.key(0), jnp.zeros((1, 48, 48, 3)))
