import jax
import jax.numpy as jnp
import pytest

from maskgan_jax.lab.benchmarks import cost
from maskgan_jax.networks.cpu_kernels import lowering


def test_cost_is_that_of_segmenter_and_generator(tiny_config):
  tiny_config.networks = ("segmenter",)
  segmenter = cost.inference(tiny_config)
  # On 16 x 16 positions: 48 to 8 features, a residual block of 8, its place,
  # and 8 to 16 logits.
  kernels = 9 * (48 * 8 + 2 * 8 * 8 + 8 * 16)
  biases = 3 * 8 + 16
  assert segmenter.parameters == kernels + biases + 16 * 16 * 8
  assert segmenter.multiply_adds == pytest.approx(16**2 * kernels, rel=0.15)
  tiny_config.networks = ("segmenter", "generator", "discriminator")
  both = cost.inference(tiny_config)
  assert both.parameters > segmenter.parameters
  tiny_config.mirrored_at_test = True
  mirrored = cost.inference(tiny_config)
  assert mirrored.parameters == both.parameters
  # Twice the segmenter; the rest as before.
  more = mirrored.multiply_adds - both.multiply_adds
  assert more == pytest.approx(segmenter.multiply_adds, rel=0.3)


def test_cost_does_not_depend_on_the_form_of_convolutions(
  tiny_config, monkeypatch
):
  want = cost.inference(tiny_config)
  monkeypatch.setattr(lowering, "_prefers_windows", lambda *arguments: True)
  assert cost.inference(tiny_config) == want


def test_operations_are_counted_for_the_host():
  # As on a GPU: arrays and default device are not the host's first.
  device = jax.local_devices()[-1]
  matrix = jax.device_put(jnp.ones((8, 16)), device)
  with jax.default_device(device):
    count = cost.flops(lambda x: x @ x.T, matrix)
  assert count == pytest.approx(2 * 8 * 8 * 16, rel=0.1)
