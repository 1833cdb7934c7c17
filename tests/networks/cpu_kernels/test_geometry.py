"""Tests for maskgan_jax.models.geometry."""

from maskgan_jax.networks.cpu_kernels import geometry


def test_shape_of_the_output():
  shapes = geometry.Geometry(
    (2, 13, 10, 3), (4, 3, 3, 5), (2, 1), ((1, 2), (1, 1))
  )
  assert shapes.y_size == (7, 10)
  assert shapes.y_shape == (2, 7, 10, 5)
