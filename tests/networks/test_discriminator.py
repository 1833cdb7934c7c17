import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.networks import discriminator, perceptual


def _variables(module, size):
  x = jax.ShapeDtypeStruct((1, size, size, 3), jnp.float32)
  return jax.eval_shape(
    lambda x: module.init(jax.random.key(0), x, x, train=False), x
  )


def _initialise(module, x):
  init = functools.partial(module.init, train=False)
  return jax.jit(init)(jax.random.key(0), x, x)


def _small():
  return discriminator.PatchDiscriminator(base_features=4, num_levels=2)


def test_defaults_are_the_papers():
  module = discriminator.PatchDiscriminator()
  variables = _variables(module, 256)
  sizes = [p.size for p in jax.tree.leaves(variables["params"])]
  assert sum(sizes) == 2_768_641
  x = jax.ShapeDtypeStruct((2, 256, 256, 3), jnp.float32)
  logits = jax.eval_shape(
    lambda v, x: module.apply(v, x, x, train=False), variables, x
  )
  assert logits.shape == (2, 30, 30, 1)


def test_statistics_move_in_training_alone():
  module = _small()
  x = jax.random.normal(jax.random.key(1), (2, 32, 32, 3))
  variables = _initialise(module, x)
  apply = functools.partial(module.apply, train=True, mutable=["batch_stats"])
  _, changed = jax.jit(apply)(variables, x, x)
  moved = jax.tree.map(
    lambda a, b: bool(jnp.any(a != b)),
    changed["batch_stats"],
    variables["batch_stats"],
  )
  assert all(jax.tree.leaves(moved))


def test_statistics_on_several_devices_are_the_whole_batchs():
  x = jax.random.normal(jax.random.key(1), (4, 16, 16, 3))
  variables = _initialise(_small(), x)
  one = functools.partial(_small().apply, train=True, mutable=["batch_stats"])
  want, stats = jax.jit(one)(variables, x, -x)
  parallel = discriminator.PatchDiscriminator(
    base_features=4, num_levels=2, axis_name="devices"
  )
  got, found = jax.pmap(
    lambda v, x: parallel.apply(v, x, -x, train=True, mutable=["batch_stats"]),
    axis_name="devices",
    in_axes=(None, 0),
  )(variables, x.reshape(2, 2, *x.shape[1:]))
  np.testing.assert_allclose(got.reshape(want.shape), want, atol=1e-5)
  for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(stats), strict=True):
    np.testing.assert_allclose(a[1], b, atol=1e-6)


def test_pictures_must_have_one_shape():
  x = jnp.zeros((1, 32, 32, 3))
  with pytest.raises(ValueError, match="give two pictures of one shape"):
    _small().init(jax.random.key(0), x, x[:, :16], train=False)


def test_sides_must_divide():
  x = jnp.zeros((1, 30, 32, 3))
  with pytest.raises(errors.UserError, match="30 x 32 .* multiples of 4"):
    _small().init(jax.random.key(0), x, x, train=False)


def test_spectral_norm_bounds_every_kernel():
  module = discriminator.PatchDiscriminator(
    base_features=4, num_levels=2, norm="spectral"
  )
  x = jax.random.normal(jax.random.key(1), (1, 16, 16, 3))
  variables = _initialise(module, x)
  # Kernels as large as one likes leave the logits as they are.
  grown = dict(variables) | {
    "params": jax.tree.map(
      lambda p: 50.0 * p if p.ndim > 1 else p, variables["params"]
    )
  }
  apply = jax.jit(
    functools.partial(module.apply, train=True, mutable=["batch_stats"])
  )
  want, _ = apply(variables, x, x)
  got, changed = apply(grown, x, x)
  np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)
  # Power iterations find each kernel's largest singular value.
  for _ in range(60):
    _, changed = apply(grown | changed, x, x)
  kernel = grown["params"]["Conv_1"]["kernel"]
  found = changed["batch_stats"]["SpectralNorm_1"]["Conv_1/kernel/sigma"]
  expected = np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), 2)
  np.testing.assert_allclose(found, expected, rtol=1e-2)


def test_unknown_norm_is_refused():
  x = jnp.zeros((1, 16, 16, 3))
  module = discriminator.PatchDiscriminator(norm="layer")
  with pytest.raises(errors.UserError, match='norm is "layer". Choose one of'):
    module.init(jax.random.key(0), x, x, train=False)


def test_mask_channel_sees_the_mask():
  module = discriminator.PatchDiscriminator(
    base_features=4, num_levels=1, mask_channel=True
  )
  x = jax.random.normal(jax.random.key(1), (1, 16, 16, 3))
  mask = jnp.zeros((1, 16, 16, 1)).at[:, 8:].set(1.0)
  init = jax.jit(functools.partial(module.init, train=False))
  variables = init(jax.random.key(0), x, x, mask)
  logits = [
    module.apply(variables, x, x, shown, train=False)
    for shown in (mask, 1 - mask)
  ]
  assert not np.allclose(*logits)
  with pytest.raises(ValueError, match="mask_channel is on but no mask"):
    module.apply(variables, x, x, train=False)


def test_features_of_every_level_are_sown():
  x = jnp.zeros((1, 32, 32, 3))
  variables = _variables(_small(), 32)
  _, sown = jax.eval_shape(
    lambda v: _small().apply(v, x, x, train=False, mutable=["intermediates"]),
    variables,
  )
  found = sown["intermediates"]["features"]
  assert [f.shape[1:] for f in found] == [(16, 16, 4), (8, 8, 8), (7, 7, 16)]


@pytest.fixture(scope="module")
def judged():
  """A small judge of features, its variables, a picture and its mask."""
  module = discriminator.FeatureDiscriminator(base_features=4)
  x = 0.5 * jax.random.normal(jax.random.key(1), (2, 64, 64, 3))
  mask = jnp.zeros((2, 64, 64, 1)).at[:, 32:].set(1.0)
  init = jax.jit(functools.partial(module.init, train=False))
  return module, init(jax.random.key(0), x, x, mask), x, mask


def test_features_are_judged_on_four_levels():
  module = discriminator.FeatureDiscriminator()
  x = jax.ShapeDtypeStruct((2, 256, 256, 3), jnp.float32)
  mask = jax.ShapeDtypeStruct((2, 256, 256, 1), jnp.float32)
  logits, _ = jax.eval_shape(
    lambda x, m: module.init_with_output(
      jax.random.key(0), x, x, m, train=False
    ),
    x,
    mask,
  )
  assert [y.shape for y in logits] == [
    *((2, 32, 32, 1), (2, 31, 31, 1)),
    *((2, 15, 15, 1), (2, 15, 15, 1)),
  ]
  assert {y.dtype for y in logits} == {jnp.dtype("float32")}


def test_features_that_are_known_are_not_found_again(judged):
  module, variables, x, mask = judged
  want = module.apply(variables, x, x, mask, train=False)
  found = perceptual.features(x)
  got = module.apply(variables, x, 0 * x, mask, found, train=False)
  for a, b in zip(got, want, strict=True):
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_features_tell_the_picture_where_to_change(judged):
  """Each level's gradient reaches the image; the masked one is not read."""
  module, variables, x, mask = judged

  def level(x, other, i):
    return module.apply(variables, other, x, mask, train=False)[i].sum()

  for i in range(4):
    grad = jax.grad(level)(x, x, i)
    assert np.isfinite(grad).all() and np.abs(grad).max() > 0
    assert not jax.grad(level, argnums=1)(x, x, i).any()


def test_features_are_judged_under_a_mask(judged):
  module, variables, x, mask = judged
  logits = [
    module.apply(variables, x, x, shown, train=False)
    for shown in (mask, 1 - mask)
  ]
  for a, b in zip(*logits, strict=True):
    assert not np.allclose(a, b)


def test_norms_of_a_judge_of_features_move_in_training_alone(judged):
  module, variables, x, mask = judged
  for train in (False, True):
    _, changed = module.apply(
      variables, x, x, mask, train=train, mutable=["batch_stats"]
    )
    moved = jax.tree.map(
      lambda a, b: bool(np.any(a != b)),
      changed["batch_stats"],
      variables["batch_stats"],
    )
    assert any(jax.tree.leaves(moved)) == train
