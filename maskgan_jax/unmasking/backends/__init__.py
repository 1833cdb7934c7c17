"""What computes the networks: JAX or onnxruntime."""

from maskgan_jax.unmasking.backends.interface import (
  BACKENDS,
  Answer,
  Networks,
  load,
)

__all__ = ["BACKENDS", "Answer", "Networks", "load"]
