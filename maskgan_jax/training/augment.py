"""What varies in training: pictures, light, and the mask that is shown.

Everything has fixed shapes and compiles; randomness is per example.
"""

import dataclasses
import functools

import dm_pix as pix
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key

from maskgan_jax.common import errors
from maskgan_jax.networks import images, mask_postprocess, structure

# How far a jittered mask is off at most, of the picture's height: 4 px at 256.
JITTER_REACH = 4 / 256

# How far landmarks are off, in shares of the picture's side, and in size, as
# standard deviations. What is visible tells where a jaw must be; lips may be
# wherever the landmarker puts them, but then have to be there.
_JITTER = (
  (np.unique(structure.LIPS), 0.002, 0.01),
  (np.unique(structure.NOSE), 0.004, 0.02),
  (np.unique(structure.JAW), 0.01, 0.04),
)

Image = images.Image
Pixels = images.Pixels
Landmarks = Float[Array, "B 468 3"]


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


def augment(
  image: Image,
  masked_image: Image,
  mask: Pixels,
  valid: Pixels,
  landmarks: Landmarks,
  keys: Key[Array, " B"],
  augmentation: Augmentation,
) -> tuple[Image, Image, Pixels, Pixels, Landmarks]:
  """Varies each example in its own way, all its arrays alike.

  Args:
    image: [B, H, W, 3] in [-1, 1].
    masked_image: same.
    mask: [B, H, W, 1] in {0, 1}.
    valid: same.
    landmarks: in pixels; a mirrored face's keep their numbers, though its
      right is then its left.
    keys: one key an example.
    augmentation: what varies.

  Returns:
    The same five arrays; mask and valid stay in {0, 1}, and a pixel that was
    mixed with an invalid one is invalid.
  """
  low, high = augmentation.scale
  if not 0.0 < low <= high:
    raise errors.UserError(
      f"augment.scale is {augmentation.scale}; it must be a lowest and a"
      " highest enlargement over 0, such as (0.95, 1.05)."
    )
  one = functools.partial(_augment_one, augmentation=augmentation)
  return jax.vmap(one)(image, masked_image, mask, valid, landmarks, keys)


def _augment_one(
  image, masked_image, mask, valid, landmarks, key, augmentation
):
  place_key, flip_key, colour_key, bare_key = jax.random.split(key, 4)
  if augmentation.bare_share:
    bare = jax.random.bernoulli(bare_key, augmentation.bare_share)
    masked_image = jnp.where(bare, image, masked_image)
    mask = jnp.where(bare, 0.0, mask)
  # One array: all four must move alike.
  x = jnp.concatenate([image, masked_image, mask, valid], axis=-1)
  if augmentation.scale != (1.0, 1.0) or augmentation.shift:
    x, landmarks = _scale_and_shift(x, landmarks, place_key, augmentation)
  if augmentation.flip:
    flipped = jax.random.bernoulli(flip_key)
    x = jnp.where(flipped, x[:, ::-1], x)
    across = jnp.where(
      flipped, x.shape[1] - 1 - landmarks[:, 0], landmarks[:, 0]
    )
    landmarks = landmarks.at[:, 0].set(across)
  pictures, mask, valid = jnp.split(x, [6, 7], axis=-1)
  mask = (mask > 0.5).astype(mask.dtype)
  valid = (valid > 1.0 - 1e-3).astype(valid.dtype)
  pictures = _vary_colour(pictures, colour_key, augmentation)
  return pictures[..., :3], pictures[..., 3:], mask, valid, landmarks


def _scale_and_shift(x, landmarks, key, augmentation):
  """Enlarges [H, W, C] about its centre and moves it; 0 comes in."""
  scale_key, shift_key = jax.random.split(key)
  low, high = augmentation.scale
  scale = jax.random.uniform(scale_key, (2,), minval=low, maxval=high)
  reach = augmentation.shift
  shift = jax.random.uniform(shift_key, (2,), minval=-reach, maxval=reach)
  size = jnp.array(x.shape[:2], jnp.float32)
  offset = size * (0.5 - 0.5 * scale + shift)
  x = jax.image.scale_and_translate(
    x, x.shape, (0, 1), scale, offset, "linear", antialias=False
  )
  # Height comes first there, x here; pixel centres are whole.
  scale, offset = scale[None, ::-1], offset[None, ::-1]
  places = scale * (landmarks[:, :2] + 0.5) + offset - 0.5
  return x, landmarks.at[:, :2].set(places)


def _vary_colour(pictures, key, augmentation):
  """Changes both pictures of [H, W, 6] alike, as one light would."""
  brightness_key, contrast_key, saturation_key = jax.random.split(key, 3)
  # One above the other, so that dm-pix tosses one coin for both.
  both = jnp.concatenate([pictures[..., :3], pictures[..., 3:]], axis=0)
  both = 0.5 * both + 0.5
  if augmentation.brightness:
    both = pix.random_brightness(brightness_key, both, augmentation.brightness)
  if augmentation.contrast:
    c = augmentation.contrast
    # Around mid-grey: the mean of the masked picture depends on its mask.
    factor = jax.random.uniform(contrast_key, minval=1.0 - c, maxval=1.0 + c)
    both = (both - 0.5) * factor + 0.5
  if augmentation.saturation:
    s = augmentation.saturation
    both = pix.random_saturation(saturation_key, both, 1.0 - s, 1.0 + s)
  both = 2.0 * jnp.clip(both, 0.0, 1.0) - 1.0
  return jnp.concatenate(jnp.split(both, 2, axis=0), axis=-1)


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
    grown = mask_postprocess.dilate(mask[None], reach)[0]
    shrunk = 1.0 - mask_postprocess.dilate(1.0 - mask[None], reach)[0]
    kind = jax.random.randint(key_shape, (), 0, 3)
    mask = jnp.stack([mask, grown, shrunk])[kind]
    padded = jnp.pad(mask, ((reach, reach), (reach, reach), (0, 0)))
    top, left = jax.random.randint(key_shift, (2,), 0, 2 * reach + 1)
    return jax.lax.dynamic_slice(padded, (top, left, 0), mask.shape)

  return jax.vmap(one)(mask, keys)


def hide_more(
  mask: Pixels, keys: Key[Array, " B"], reach: tuple[float, ...]
) -> Pixels:
  """Grows each mask by one of several reaches, drawn at random.

  An empty mask stays empty.

  Args:
    mask: [B, H, W, 1] in {0, 1}.
    keys: one key an example.
    reach: in shares of the picture's height.
  """
  grown = jnp.stack([mask_postprocess.hidden_mask(mask, r) for r in reach])

  def one(grown, key):
    return grown[jax.random.randint(key, (), 0, len(reach))]

  return jax.vmap(one, in_axes=(1, 0))(grown, keys)


def jitter_landmarks(
  landmarks: Landmarks, keys: Key[Array, " B"], size: int
) -> Landmarks:
  """Moves and scales each face's lips, nose and jaw: a landmarker's errors.

  Args:
    landmarks: in pixels of the crop.
    keys: one key an example.
    size: side of the crop in pixels.
  """

  def one(points, key):
    part_keys = jax.random.split(key, len(_JITTER))
    for (part, shift, scale), part_key in zip(_JITTER, part_keys, strict=True):
      by, by_scale = jax.random.normal(part_key, (2, 1, 2))
      own = points[part,]
      middle = own.mean(axis=0, keepdims=True)
      own = middle + (1 + scale * by_scale) * (own - middle)
      points = points.at[part,].set(own + shift * size * by)
    return points

  moved = jax.vmap(one)(landmarks[..., :2], keys)
  return jnp.concatenate([moved, landmarks[..., 2:]], axis=-1)
