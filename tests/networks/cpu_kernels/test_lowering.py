"""Tests for maskgan_jax.models.lowering."""

import functools

import jax
import jax.numpy as jnp

from maskgan_jax.networks.cpu_kernels import geometry, lowering

_SUMS = ("forward", "input_gradient", "kernel_gradient")


def _chosen(size, kernel_shape, stride, batch_size=1):
  shapes = geometry.Geometry(
    (batch_size, size, size, kernel_shape[2]),
    kernel_shape,
    (stride, stride),
    ((1, 1), (1, 1)),
  )
  return [lowering._prefers_windows(what, shapes) for what in _SUMS]


def test_windows_are_for_small_pictures_and_uneven_strides():
  assert _chosen(16, (4, 4, 64, 128), 2) == [True, True, True]
  assert _chosen(64, (1, 1, 64, 64), 1) == [True, True, True]
  assert _chosen(64, (3, 3, 64, 64), 2) == [True, True, True]
  assert _chosen(128, (4, 4, 64, 128), 2) == [False, False, False]
  assert _chosen(64, (3, 3, 64, 64), 1) == [False, False, False]


def test_windows_depend_on_channels():
  assert _chosen(32, (4, 4, 256, 512), 2, 8) == [True, True, False]
  assert _chosen(32, (4, 4, 256, 512), 1, 8) == [False, True, False]
  assert _chosen(256, (4, 4, 3, 64), 2) == [False, True, False]
  assert _chosen(31, (4, 4, 512, 1), 1) == [False, False, True]


def test_plain_convolutions_are_traced_as_such():
  shapes = geometry.Geometry((1, 8, 8, 3), (4, 4, 3, 5), (2, 2), ((1, 1),) * 2)
  x, kernel = jnp.zeros(shapes.x_shape), jnp.zeros(shapes.kernel_shape)

  def traced():
    forward = functools.partial(lowering.forward, shapes=shapes)
    return str(jax.make_jaxpr(forward)(x, kernel))

  assert "platform_index" in traced()
  with lowering.plain():
    found = traced()
  assert "platform_index" not in found
  assert "conv_general_dilated" in found
