import jax.numpy as jnp
import numpy as np
import optax
import pytest

from maskgan_jax.common import errors
from maskgan_jax.training import optimizers


def _schedule(**changes):
  arguments = {
    "learning_rate": 0.5,
    "schedule": "cosine",
    "warmup_steps": 10,
    "num_train_steps": 110,
  }
  return optimizers.learning_rate_schedule(**(arguments | changes))


def _adam(**changes):
  arguments = {
    "learning_rate": 0.1,
    "b1": 0.5,
    "schedule": "constant",
    "warmup_steps": 0,
    "num_train_steps": 10,
    "clip_norm": 0.0,
  }
  return optimizers.adam(**(arguments | changes))


def test_cosine_rises_and_falls():
  got = [_schedule()(step) for step in (0, 5, 10, 60, 110)]
  np.testing.assert_allclose(got, [0.0, 0.25, 0.5, 0.25, 0.0], atol=1e-7)


def test_constant_stays():
  schedule = _schedule(schedule="constant", warmup_steps=0)
  np.testing.assert_allclose([schedule(0), schedule(109)], 0.5)


def test_unknown_schedule_is_named():
  with pytest.raises(
    errors.UserError, match='"linear".*"constant" or "cosine"'
  ):
    _schedule(schedule="linear")


@pytest.mark.parametrize("steps", [-1, 110])
def test_warmup_must_fit_the_run(steps):
  with pytest.raises(errors.UserError, match=f"warmup_steps is {steps}.*110"):
    _schedule(warmup_steps=steps)


def test_first_step_of_adam_is_the_learning_rate():
  params = {"w": jnp.array([1.0, -2.0])}
  tx = _adam()
  updates, _ = tx.update({"w": jnp.array([3.0, -4.0])}, tx.init(params))
  np.testing.assert_allclose(updates["w"], [-0.1, 0.1], rtol=1e-5)


def test_clipping_bounds_the_gradient():
  params = {"w": jnp.zeros(2)}
  tx = _adam(clip_norm=1.0)
  _, state = tx.update({"w": jnp.array([3.0, -4.0])}, tx.init(params))
  # The first moment is (1 - b1) times the clipped gradient.
  moment = optax.tree_utils.tree_get(state, "mu")["w"]
  np.testing.assert_allclose(moment, [0.3, -0.4], rtol=1e-5)
