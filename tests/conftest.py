"""Test session set-up: CPU, four virtual devices, strict numerics."""

import os

# Before jax is imported anywhere.
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"

import jaxtyping  # noqa: E402

# Shapes in the annotations of the pure modules are checked at every call.
jaxtyping.install_import_hook(
  [
    "maskgan_jax.images",
    "maskgan_jax.losses",
    "maskgan_jax.metrics",
  ],
  "beartype.beartype",
)

import jax  # noqa: E402

jax.config.update("jax_numpy_rank_promotion", "raise")
