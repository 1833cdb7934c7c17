"""Pictures on the device: ranges, augmentation, masks, completion.

Everything has fixed shapes and compiles; randomness is per example.
"""

import dataclasses
import functools

import dm_pix as pix
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Key, UInt8

from maskgan_jax.common import errors
from maskgan_jax.networks import mask_postprocess
from maskgan_jax.training import batch

Array = batch.Array

# How far a jittered mask is off at most, of the picture's height: 4 px at 256.
JITTER_REACH = 4 / 256
# What of a mask is narrower than twice this and a pixel is a strap.
_STRAP_RADIUS = 4 / 256

Image = Float[Array, "B H W 3"]
Pixels = Float[Array, "B H W 1"]


@dataclasses.dataclass(frozen=True)
class Augmentation:
  """What varies in training.

  Attributes:
    scale: lowest and highest enlargement about the picture's centre, drawn for
      height and width apart.
    shift: how far a picture moves at most, of its side, each way.
    flip: mirror every second picture.
    brightness: largest change of brightness, of the range of values.
    contrast: largest relative change of contrast.
    saturation: largest relative change of saturation.
    bare_share: of examples that lose their mask: their true image is shown.
  """

  scale: tuple[float, float] = (1.0, 1.0)
  shift: float = 0.0
  flip: bool = True
  brightness: float = 0.0
  contrast: float = 0.0
  saturation: float = 0.0
  bare_share: float = 0.0


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


@functools.lru_cache
def _gaussian_matrix(size: int) -> np.ndarray:
  """[size - 10, size]: an 11-tap Gaussian, sigma 1.5, as a band matrix."""
  taps = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
  matrix = np.zeros((size - 10, size), np.float32)
  for i in range(size - 10):
    matrix[i, i : i + 11] = taps / taps.sum()
  return matrix


def gaussian_filter(
  image: Float[Array, "*B H W C"],
) -> Float[Array, "*B h w C"]:
  """The window of SSIM: Gaussian, 11x11, sigma 1.5, without a border.

  Equal to dm-pix's own filter, but as two matrix products: on a CPU many times
  faster, gradients included.

  Raises:
    errors.UserError: if a side is under 11 pixels.
  """
  height, width = image.shape[-3:-1]
  if min(height, width) < 11:
    raise errors.UserError(
      f"SSIM needs pictures of at least 11 x 11 pixels, got {height} x {width};"
      " enlarge them or leave SSIM out."
    )
  return jnp.einsum(
    "ih,...hwc,jw->...ijc",
    _gaussian_matrix(height),
    image,
    _gaussian_matrix(width),
    precision=jax.lax.Precision.HIGHEST,
  )


def augment(
  image: Image,
  masked_image: Image,
  mask: Pixels,
  valid: Pixels,
  keys: Key[Array, " B"],
  augmentation: Augmentation,
) -> tuple[Image, Image, Pixels, Pixels]:
  """Varies each example in its own way, all four arrays alike.

  Args:
    image: [B, H, W, 3] in [-1, 1].
    masked_image: same.
    mask: [B, H, W, 1] in {0, 1}.
    valid: same.
    keys: one key an example.
    augmentation: what varies.

  Returns:
    The same four arrays; mask and valid stay in {0, 1}, and a pixel that was
    mixed with an invalid one is invalid.
  """
  low, high = augmentation.scale
  if not 0.0 < low <= high:
    raise errors.UserError(
      f"augment.scale is {augmentation.scale}; it must be a lowest and a"
      " highest enlargement over 0, such as (0.95, 1.05)."
    )
  one = functools.partial(_augment_one, augmentation=augmentation)
  return jax.vmap(one)(image, masked_image, mask, valid, keys)


def _augment_one(image, masked_image, mask, valid, key, augmentation):
  keys = jax.random.split(key, 4)
  if augmentation.bare_share:
    bare = jax.random.bernoulli(keys[3], augmentation.bare_share)
    masked_image = jnp.where(bare, image, masked_image)
    mask = jnp.where(bare, 0.0, mask)
  # One array: all four must move alike.
  x = jnp.concatenate([image, masked_image, mask, valid], axis=-1)
  if augmentation.scale != (1.0, 1.0) or augmentation.shift:
    x = _scale_and_shift(x, keys[0], augmentation)
  if augmentation.flip:
    x = jnp.where(jax.random.bernoulli(keys[1]), x[:, ::-1], x)
  pictures, mask, valid = jnp.split(x, [6, 7], axis=-1)
  mask = (mask > 0.5).astype(mask.dtype)
  valid = (valid > 1.0 - 1e-3).astype(valid.dtype)
  pictures = _vary_colour(pictures, keys[2], augmentation)
  return pictures[..., :3], pictures[..., 3:], mask, valid


def _scale_and_shift(x, key, augmentation):
  """Enlarges [H, W, C] about its centre and moves it; 0 comes in."""
  keys = jax.random.split(key)
  low, high = augmentation.scale
  scale = jax.random.uniform(keys[0], (2,), minval=low, maxval=high)
  reach = augmentation.shift
  shift = jax.random.uniform(keys[1], (2,), minval=-reach, maxval=reach)
  size = jnp.array(x.shape[:2], jnp.float32)
  return jax.image.scale_and_translate(
    x,
    x.shape,
    (0, 1),
    scale,
    size * (0.5 - 0.5 * scale + shift),
    "linear",
    antialias=False,
  )


def _vary_colour(pictures, key, augmentation):
  """Changes both pictures of [H, W, 6] alike, as one light would."""
  keys = jax.random.split(key, 3)
  # One above the other, so that dm-pix tosses one coin for both.
  both = jnp.concatenate([pictures[..., :3], pictures[..., 3:]], axis=0)
  both = 0.5 * both + 0.5
  if augmentation.brightness:
    both = pix.random_brightness(keys[0], both, augmentation.brightness)
  if augmentation.contrast:
    c = augmentation.contrast
    # Around mid-grey: the mean of the masked picture depends on its mask.
    factor = jax.random.uniform(keys[1], minval=1.0 - c, maxval=1.0 + c)
    both = (both - 0.5) * factor + 0.5
  if augmentation.saturation:
    s = augmentation.saturation
    both = pix.random_saturation(keys[2], both, 1.0 - s, 1.0 + s)
  both = 2.0 * jnp.clip(both, 0.0, 1.0) - 1.0
  return jnp.concatenate(jnp.split(both, 2, axis=0), axis=-1)


def _dilate(mask: Array, radius: int) -> jax.Array:
  """The largest value of [B, H, W, 1] within `radius`, in a square."""
  window = 2 * radius + 1
  # Without the channel: onnxruntime knows windows of three axes at most.
  x = mask[..., 0]
  # A square is separable; two thin windows are cheaper than a wide one.
  for shape in ((1, window, 1), (1, 1, window)):
    x = jax.lax.reduce_window(
      x, -jnp.inf, jax.lax.max, shape, (1, 1, 1), "SAME"
    )
  return x[..., None]


def thin_parts(mask: Pixels) -> jax.Array:
  """Returns what of a mask is narrower than 9 px at 256: its straps.

  The mask less its opening, which takes its corners too.

  Args:
    mask: [B, H, W, 1] in [0, 1].
  """
  radius = mask_postprocess.pixels(_STRAP_RADIUS, mask.shape[1])
  opened = _dilate(-_dilate(-mask, radius), radius)
  return jnp.maximum(mask - opened, 0.0)


def blend_mask(mask: Pixels) -> Pixels:
  """Grows a mask by 3 px at 256 and feathers its outer edge as far again.

  Args:
    mask: [B, H, W, 1] in [0, 1].

  Returns:
    [B, H, W, 1]: 1 on the mask and next to it, falling to 0 outside.
  """
  height, width = mask.shape[1:3]
  reach = mask_postprocess.pixels(mask_postprocess.BLEND_REACH, height)
  soft = _dilate(mask, 2 * reach)
  return jnp.maximum(
    jnp.einsum(
      "ih,bhwc,jw->bijc",
      mask_postprocess.box_matrix(height, reach),
      soft,
      mask_postprocess.box_matrix(width, reach),
    ),
    mask,
  )


def complete(
  predicted_image: Image, masked_image: Image, mask: Pixels
) -> Image:
  """Puts the prediction under the mask into the masked image."""
  blend = blend_mask(mask)
  return blend * predicted_image + (1.0 - blend) * masked_image


def jitter_mask(mask: Pixels, keys: Key[Array, " B"]) -> Pixels:
  """Moves each mask, and grows or shrinks it: a segmenter's error.

  Both by at most 4 px at 256. An empty mask stays empty.

  Args:
    mask: [B, H, W, 1] in {0, 1}.
    keys: one key an example.
  """
  reach = mask_postprocess.pixels(JITTER_REACH, mask.shape[1])

  def one(mask, key):
    key_shape, key_shift = jax.random.split(key)
    grown = _dilate(mask[None], reach)[0]
    shrunk = 1.0 - _dilate(1.0 - mask[None], reach)[0]
    kind = jax.random.randint(key_shape, (), 0, 3)
    mask = jnp.stack([mask, grown, shrunk])[kind]
    padded = jnp.pad(mask, ((reach, reach), (reach, reach), (0, 0)))
    top, left = jax.random.randint(key_shift, (2,), 0, 2 * reach + 1)
    return jax.lax.dynamic_slice(padded, (top, left, 0), mask.shape)

  return jax.vmap(one)(mask, keys)
