"""Tests for maskgan_jax.models.discriminator."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax import errors
from maskgan_jax.models import discriminator


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
