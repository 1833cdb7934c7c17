"""From the model's config to networks, and to the forward pass."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from maskgan_jax.common import errors
from maskgan_jax.networks import config as config_lib
from maskgan_jax.networks import (
  generators,
  images,
  landmarker,
  predict,
  segmenter,
)

# The networks that photos are unmasked with.
INFERENCE = ("landmarker", "segmenter", "generator")
_DTYPES = {"float32": None, "bfloat16": jnp.bfloat16}


def modules(
  model: config_lib.ModelConfig,
  *,
  dtype: str = "float32",
  axis_name: str | None = None,
) -> dict[str, nn.Module]:
  """Returns segmenter and, where they are, generator and landmarker by name.

  Args:
    model: the model's config.
    dtype: of computation, "float32" or "bfloat16"; parameters are float32.
    axis_name: the device axis of batch statistics.

  Raises:
    errors.UserError: an unknown dtype.
  """
  compute = compute_dtype(dtype)
  built: dict[str, nn.Module] = {
    "segmenter": segmenter.Segmenter(**model.segmenter, dtype=compute)
  }
  if model.generator is not None:
    own = {k: x for k, x in model.generator.items() if k != "name"}
    if model.generator["name"] == "pix2pix":
      built["generator"] = generators.Pix2PixGenerator(
        **own, axis_name=axis_name, dtype=compute
      )
    else:
      built["generator"] = generators.CompletionGenerator(**own, dtype=compute)
  if model.landmarker is not None:
    own = {k: x for k, x in model.landmarker.items() if k != "image_size"}
    built["landmarker"] = landmarker.Landmarker(**own, dtype=compute)
  return built


def compute_dtype(name: str) -> jnp.dtype | None:
  """Returns what flax modules take as their dtype.

  Raises:
    errors.UserError: neither "float32" nor "bfloat16".
  """
  if name not in _DTYPES:
    raise errors.UserError(
      f'config.dtype is "{name}". Choose one of {sorted(_DTYPES)}.'
    )
  return _DTYPES[name]


def example_inputs(image_size: int) -> dict[str, tuple[jax.Array, ...]]:
  """Returns what each network is initialised with, one example.

  Those of aligned faces alone: the landmarker sees crops of another size.
  """
  image = jnp.zeros((1, image_size, image_size, 3))
  mask = jnp.zeros((1, image_size, image_size, 1))
  return {
    "segmenter": (image,),
    "generator": (image, mask),
    "discriminator": (image, image, mask),
  }


def variable_shapes(model: config_lib.ModelConfig) -> dict[str, Any]:
  """Returns the networks' variables as shapes, without computing anything."""
  inputs = example_inputs(model.image_size)
  if size := model.landmark_size:
    inputs["landmarker"] = (jnp.zeros((1, size, size, 3)),)

  def variables(key):
    made = {}
    for name, module in modules(model).items():
      rngs = {"params": key, "dropout": key}
      found = module.init(rngs, *inputs[name], train=False)
      made[name] = {"batch_stats": {}, **found}
    return made

  return jax.eval_shape(variables, jax.random.key(0))


def predict_step(
  model: config_lib.ModelConfig, *, dtype: str = "float32"
) -> Callable[..., predict.Prediction]:
  """Returns the compiled forward pass of segmenter and generator.

  Args:
    model: the model's config.
    dtype: of computation, see `modules`.
  """
  return jax.jit(
    predict.make_predict_step(
      modules=modules(model, dtype=dtype),
      train_mode=model.train_mode_at_test,
      mirrored=model.mirrored_at_test,
      hidden_reach=model.hidden_reach,
      landmark_size=model.landmark_size if model.structure else 0,
    )
  )


def landmark_step(
  model: config_lib.ModelConfig,
) -> Callable[[Mapping[str, Any], jax.Array], tuple[jax.Array, jax.Array]]:
  """Returns the landmarker's forward pass; the model must have one.

  It takes the networks' variables by name and rough crops, uint8 [B, size,
  size, 3], and returns points, float32 [B, 468, 3] in pixels of the crop, and
  the confidence that there is a face, float32 [B] in [0, 1].
  """
  module = modules(model)["landmarker"]

  def find(variables, crops):
    found = module.apply(variables["landmarker"], images.to_float(crops))
    return model.landmark_size * found.points, jax.nn.sigmoid(found.logit)

  return find


def describe_shapes(variables: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
  """Returns the shape of each array by its path, "segmenter/params/..."."""
  leaves = jax.tree_util.tree_leaves_with_path(variables)
  return {
    "/".join(str(part.key) for part in path): x.shape for path, x in leaves
  }
