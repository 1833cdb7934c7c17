import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from maskgan_jax.training import state as state_lib
from maskgan_jax.training.step import learner as learner_lib


class Scale(nn.Module):
  """x * w, and counts its calls in its statistics."""

  @nn.compact
  def __call__(self, x, train):
    calls = self.variable("batch_stats", "calls", lambda: jnp.zeros(()))
    calls.value += train
    self.sow("intermediates", "features", x)
    return x * self.param("w", nn.initializers.ones, ())


def _learner():
  return learner_lib.Learner(Scale(), optax.sgd(0.5), 0.9, None)


def test_applies_in_train_mode():
  params, stats = {"w": jnp.array(3.0)}, {"calls": jnp.array(4.0)}
  output, stats = _learner().apply(params, stats, jnp.array(2.0))
  assert (output, stats) == (6.0, {"calls": 5.0})
  _, changed = _learner().apply_with_features(params, stats, jnp.array(2.0))
  assert changed["intermediates"]["features"] == (2.0,)
  assert changed["batch_stats"] == {"calls": 6.0}


def test_updates_parameters_average_and_statistics():
  params, ema_params = {"w": jnp.array(3.0)}, {"w": jnp.array(1.0)}
  network = state_lib.NetworkState(
    params, {}, _learner().tx.init(params), ema_params
  )
  arguments = {
    "grads": {"w": jnp.array(-4.0)},
    "stats": {"calls": 1.0},
    "step": jnp.array(0),
  }
  new, norm = _learner().update(network, **arguments)
  assert new.params == {"w": 5.0} and norm == 4.0
  assert new.stats == {"calls": 1.0}
  # The first step's average keeps a tenth of what it was.
  np.testing.assert_allclose(new.ema_params["w"], 0.1 * 1 + 0.9 * 5)
  new, _ = _learner().update(network._replace(ema_params={}), **arguments)
  assert new.ema_params == {}
