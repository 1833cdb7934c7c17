"""Pictures as networks see them: their range, and whole pixels moved."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, UInt8

Array = jax.Array | np.ndarray

Image = Float[Array, "B H W 3"]
Pixels = Float[Array, "B H W 1"]


def to_float(image: UInt8[Array, "*B H W C"]) -> Float[Array, "*B H W C"]:
  """Maps uint8 to float32 in [-1, 1]."""
  return image.astype(jnp.float32) / 127.5 - 1.0


def to_uint8(image: Float[Array, "*B H W C"]) -> UInt8[Array, "*B H W C"]:
  """Maps [-1, 1] to uint8, rounding to nearest and clipping."""
  scaled = jnp.round((image.astype(jnp.float32) + 1.0) * 127.5)
  return jnp.clip(scaled, 0.0, 255.0).astype(jnp.uint8)


def moved(
  image: Float[Array, "B H W C"], down: int | Array, right: int | Array
) -> Float[Array, "B H W C"]:
  """Moves pictures by whole pixels; what comes in repeats the edge."""
  # By indices, since the converter to ONNX takes edge padding for another one.
  rows, columns = (
    (np.arange(size) - shift).clip(0, size - 1)
    for size, shift in zip(image.shape[1:3], (down, right), strict=True)
  )
  return image[:, rows][:, :, columns]
