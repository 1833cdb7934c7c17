import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from maskgan_jax.networks.cpu_kernels import depthwise, lowering


def _reference(x, kernel, stride):
  return lax.conv_general_dilated(
    x,
    kernel[:, :, None],
    (stride, stride),
    "SAME",
    dimension_numbers=("NHWC", "HWIO", "NHWC"),
    feature_group_count=x.shape[-1],
  )


@pytest.mark.parametrize(("size", "stride"), [((7, 10), 1), ((8, 6), 2)])
def test_it_is_a_grouped_convolution(size, stride):
  keys = jax.random.split(jax.random.key(0), 3)
  x = jax.random.normal(keys[0], (2, *size, 5))
  kernel = jax.random.normal(keys[1], (3, 3, 5))
  expected, back = jax.vjp(lambda *a: _reference(*a, stride), x, kernel)
  found, own_back = jax.vjp(
    lambda *a: depthwise.convolve(*a, stride), x, kernel
  )
  np.testing.assert_allclose(found, expected, atol=1e-5)
  g = jax.random.normal(keys[2], expected.shape)
  for a, b in zip(own_back(g), back(g), strict=True):
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_plain_ones_ask_for_no_platform():
  x, kernel = jnp.ones((1, 4, 4, 2)), jnp.ones((3, 3, 2))

  # Not one function: a trace is remembered.
  def chosen(x):
    return depthwise.convolve(x, kernel)

  def plain(x):
    with lowering.plain():
      return depthwise.convolve(x, kernel)

  assert "platform_index" in str(jax.make_jaxpr(chosen)(x))
  assert "platform_index" not in str(jax.make_jaxpr(plain)(x))
  np.testing.assert_allclose(chosen(x), plain(x), rtol=1e-6)


def test_module_has_a_kernel_a_channel():
  module = depthwise.DepthwiseConv(2)
  x = jax.random.normal(jax.random.key(0), (1, 4, 4, 6))
  y, variables = module.init_with_output(jax.random.key(1), x)
  kernel, bias = (variables["params"][name] for name in ("kernel", "bias"))
  assert kernel.shape == (3, 3, 6) and bias.shape == (6,)
  np.testing.assert_allclose(y, _reference(x, kernel, 2), atol=1e-5)
