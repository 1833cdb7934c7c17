"""Tests for maskgan_jax.models.convolution."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from maskgan_jax.networks.cpu_kernels import chunks, convolution

# (height, width), in, out, kernel, strides, padding
_SHAPES = [
  ((8, 8), 4, 8, (4, 4), (2, 2), "SAME"),
  ((13, 10), 3, 5, (4, 4), (2, 2), "SAME"),
  ((13, 11), 3, 5, (3, 3), (2, 2), "SAME"),
  ((9, 16), 3, 5, (4, 4), (4, 4), "SAME"),
  ((11, 12), 3, 4, (5, 3), (3, 2), "SAME"),
  ((7, 9), 4, 3, (3, 3), (1, 1), "SAME"),
  ((7, 9), 64, 3, (3, 3), (1, 1), "SAME"),
  ((7, 8), 5, 3, (4, 4), (1, 1), "VALID"),
  ((8, 8), 66, 1, (4, 4), (1, 1), ((1, 1), (1, 1))),
  ((7, 9), 4, 6, (1, 1), (1, 1), "SAME"),
  ((1, 1), 4, 6, (4, 4), (2, 2), "SAME"),
  # Positions enough for the native form of some pieces on a CPU.
  ((32, 30), 8, 9, (4, 4), (2, 2), "SAME"),
  ((16, 13), 5, 6, (3, 3), (1, 1), "SAME"),
  ((16, 13), 6, 1, (4, 4), (1, 1), ((1, 1), (1, 1))),
  ((16, 16), 3, 600, (4, 4), (2, 2), "SAME"),
  ((40, 40), 5, 6, (5, 4), (1, 2), "SAME"),
]


def _reference(x, kernel, strides, padding):
  return lax.conv_general_dilated(
    x,
    kernel,
    strides,
    padding,
    dimension_numbers=("NHWC", "HWIO", "NHWC"),
  )


@functools.partial(jax.jit, static_argnums=(0,))
def _value_and_gradients(function, x, kernel):
  y, vjp = jax.vjp(function, x, kernel)
  # Any fixed cotangent that is not constant.
  g = jnp.cos(jnp.arange(y.size, dtype=jnp.float32)).reshape(y.shape)
  return y, *vjp(g.astype(y.dtype))


def _assert_close(got, want, tolerance):
  for a, b in zip(got, want, strict=True):
    assert a.dtype == b.dtype
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    np.testing.assert_allclose(a, b, atol=tolerance * np.abs(b).max())


@pytest.mark.parametrize("shape", _SHAPES)
def test_convolve_equals_lax_in_value_and_gradients(shape):
  size, features_in, features, kernel_size, strides, padding = shape
  x = jax.random.normal(jax.random.key(0), (2, *size, features_in))
  kernel_shape = (*kernel_size, features_in, features)
  kernel = jax.random.normal(jax.random.key(1), kernel_shape)
  got = _value_and_gradients(
    lambda x, k: convolution.convolve(x, k, strides, padding), x, kernel
  )
  want = _value_and_gradients(
    lambda x, k: _reference(x, k, strides, padding), x, kernel
  )
  _assert_close(got, want, 1e-5)


@pytest.mark.parametrize("batch_size", [7, 10])
@pytest.mark.parametrize("shape", _SHAPES[-5:])
def test_chunks_of_a_batch_change_nothing(shape, batch_size, monkeypatch):
  size, features_in, features, kernel_size, strides, padding = shape
  x = jax.random.normal(jax.random.key(0), (batch_size, *size, features_in))
  kernel_shape = (*kernel_size, features_in, features)
  kernel = jax.random.normal(jax.random.key(1), kernel_shape)

  def found():
    return _value_and_gradients(
      lambda x, k: convolution.convolve(x, k, strides, padding), x, kernel
    )

  whole = found()
  monkeypatch.setattr(chunks, "_CACHE_BYTES", 1)
  _assert_close(found(), whole, 1e-5)


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
@pytest.mark.parametrize("strides", [(1, 1), (2, 2)])
def test_convolve_keeps_narrow_dtypes(dtype, strides):
  x = jax.random.normal(jax.random.key(0), (2, 8, 8, 64), dtype)
  kernel = jax.random.normal(jax.random.key(1), (4, 4, 64, 8), dtype)
  got = _value_and_gradients(
    lambda x, k: convolution.convolve(x, k, strides), x, kernel
  )
  want = _value_and_gradients(
    lambda x, k: _reference(x, k, strides, "SAME"),
    x.astype(jnp.float32),
    kernel.astype(jnp.float32),
  )
  assert all(a.dtype == dtype for a in got)
  _assert_close([a.astype(jnp.float32) for a in got], want, 1e-2)


@pytest.mark.parametrize(
  "size,kernel_size,strides",
  [
    ((4, 4), (4, 4), (2, 2)),
    ((5, 3), (4, 4), (2, 2)),
    ((5, 3), (3, 3), (2, 2)),
    ((5, 3), (3, 3), (1, 1)),
    ((1, 1), (4, 4), (2, 2)),
  ],
)
def test_convolve_transposed_is_the_dilated_convolution(
  size, kernel_size, strides
):
  x = jax.random.normal(jax.random.key(0), (2, *size, 6))
  kernel = jax.random.normal(jax.random.key(1), (*kernel_size, 5, 6))

  def reference(x, kernel):
    return lax.conv_transpose(
      x,
      kernel,
      strides,
      "SAME",
      dimension_numbers=("NHWC", "HWIO", "NHWC"),
      transpose_kernel=True,
    )

  got = _value_and_gradients(
    lambda x, k: convolution.convolve_transposed(x, k, strides), x, kernel
  )
  assert got[0].shape[1:3] == (size[0] * strides[0], size[1] * strides[1])
  _assert_close(got, _value_and_gradients(reference, x, kernel), 1e-5)


@pytest.mark.parametrize("cache_bytes", [1, 2**20])
def test_gradients_can_be_differentiated_again(cache_bytes, monkeypatch):
  monkeypatch.setattr(chunks, "_CACHE_BYTES", cache_bytes)
  x = jax.random.normal(jax.random.key(0), (4, 6, 6, 3))
  kernel = jax.random.normal(jax.random.key(1), (4, 4, 3, 2))

  def penalty(function, kernel):
    def energy(x):
      return jnp.sum(jnp.square(function(x, kernel, (2, 2), "SAME")))

    return jnp.sum(jnp.square(jax.grad(energy)(x)))

  got = jax.jit(jax.grad(functools.partial(penalty, convolution.convolve)))
  want = jax.jit(jax.grad(functools.partial(penalty, _reference)))
  got, want = got(kernel), want(kernel)
  np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-3)


def test_modules_hold_ordinary_parameters():
  x = jnp.zeros((1, 8, 8, 3))
  conv = convolution.Conv(5, (4, 4), (2, 2))
  variables = jax.jit(conv.init)(jax.random.key(0), x)
  shapes = jax.tree.map(jnp.shape, variables["params"])
  assert shapes == {"kernel": (4, 4, 3, 5), "bias": (5,)}
  assert jax.eval_shape(conv.apply, variables, x).shape == (1, 4, 4, 5)

  transposed = convolution.ConvTranspose(5, use_bias=False)
  variables = jax.jit(transposed.init)(jax.random.key(0), x)
  shapes = jax.tree.map(jnp.shape, variables["params"])
  assert shapes == {"kernel": (4, 4, 5, 3)}
  out = jax.eval_shape(transposed.apply, variables, x)
  assert out.shape == (1, 16, 16, 5)


def test_compute_dtype_leaves_parameters_in_float32():
  x = jnp.zeros((1, 8, 8, 3))
  conv = convolution.Conv(5, dtype=jnp.bfloat16)
  variables = jax.jit(conv.init)(jax.random.key(0), x)
  assert variables["params"]["kernel"].dtype == jnp.float32
  assert jax.eval_shape(conv.apply, variables, x).dtype == jnp.bfloat16
