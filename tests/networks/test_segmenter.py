import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from maskgan_jax.common import errors
from maskgan_jax.networks import segmenter


def test_default_is_small_and_keeps_the_size():
  module = segmenter.Segmenter()
  x = jax.ShapeDtypeStruct((2, 256, 256, 3), jnp.float32)
  logits, variables = jax.eval_shape(
    lambda x: module.init_with_output(jax.random.key(0), x), x
  )
  assert logits.shape == (2, 256, 256, 1)
  assert logits.dtype == jnp.float32
  assert set(variables) == {"params"}
  assert sum(p.size for p in jax.tree.leaves(variables)) == 562_144


def test_it_learns_where_a_rectangle_is():
  module = segmenter.Segmenter(features=(8, 16), num_blocks=1)
  noise = 0.3 * jax.random.normal(jax.random.key(0), (4, 16, 16, 3))
  mask = jnp.zeros((4, 16, 16, 1)).at[:2, 5:12, 3:13].set(1.0)
  mask = mask.at[2:, 2:7, 4:9].set(1.0)
  x = noise + mask
  params = jax.jit(module.init)(jax.random.key(1), x)
  tx = optax.adam(1e-2)

  def loss_fn(params):
    logits = module.apply(params, x, train=True)
    return optax.sigmoid_binary_cross_entropy(logits, mask).mean()

  @jax.jit
  def step(params, state):
    loss, grads = jax.value_and_grad(loss_fn)(params)
    updates, state = tx.update(grads, state)
    return optax.apply_updates(params, updates), state, loss

  state = tx.init(params)
  for _ in range(60):
    params, state, loss = step(params, state)
  assert np.isfinite(loss) and loss < 0.1


def test_sides_must_divide():
  with pytest.raises(errors.UserError, match="Segmenter .* multiples of 32"):
    segmenter.Segmenter().init(jax.random.key(0), jnp.zeros((1, 24, 24, 3)))
