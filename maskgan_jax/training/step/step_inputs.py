"""What the networks are shown in a training step, drawn example by example."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from maskgan_jax.networks import images, mask_postprocess
from maskgan_jax.training import augment, parallel
from maskgan_jax.training import batch as batch_lib


class Inputs(NamedTuple):
  """A batch as the networks see it."""

  image: jax.Array  # [B, H, W, 3], float32 in [-1, 1]
  masked_image: jax.Array  # [B, H, W, 3], float32 in [-1, 1]
  mask: jax.Array  # [B, H, W, 1], float32 in {0, 1}
  valid: jax.Array  # [B, H, W, 1], float32 in {0, 1}
  # What the generator is told to complete, [B, H, W, 1], float32 in {0, 1}
  shown_mask: jax.Array
  # Of the true face, [B, 468, 3] in pixels; NaN where not known.
  landmarks: jax.Array

  @property
  def region(self) -> jax.Array:
    """Where the prediction is taken: the mask shown and the true one."""
    return jnp.maximum(self.shown_mask, self.mask)


def prepare(
  batch: batch_lib.Batch,
  key: jax.Array,
  augmentation: augment.Augmentation,
  axis_name: str | None,
) -> Inputs:
  """Turns a uint8 batch into augmented network inputs that show true masks."""
  keys = parallel.example_keys(key, len(batch.image), axis_name)
  image, masked_image, mask, valid, landmarks = augment.augment(
    images.to_float(batch.image),
    images.to_float(batch.masked_image),
    batch.mask.astype(jnp.float32),
    batch.valid.astype(jnp.float32),
    batch.landmarks,
    keys,
    augmentation,
  )
  return Inputs(image, masked_image, mask, valid, mask, landmarks)


def show_wrong_masks(
  inputs: Inputs,
  probability: jax.Array,
  key: jax.Array,
  *,
  predicted_share: jax.Array | float,
  jittered_share: jax.Array | float,
  axis_name: str | None,
) -> Inputs:
  """Shows the generator of some examples a mask like those it meets in use.

  Args:
    inputs: of the batch.
    probability: the segmenter's, [B, H, W, 1] in [0, 1].
    key: a PRNG key.
    predicted_share: probability of the segmenter's own mask.
    jittered_share: probability of the true mask moved, grown or shrunk.
    axis_name: the device axis, None on one device.
  """
  jitter_keys, draw_keys = (
    parallel.example_keys(k, len(probability), axis_name)
    for k in jax.random.split(key)
  )
  jittered = augment.jitter_mask(inputs.mask, jitter_keys)
  predicted = mask_postprocess.completed_mask(probability)
  draw = jax.vmap(jax.random.uniform)(draw_keys)[:, None, None, None]
  shown = jnp.where(
    draw < predicted_share + jittered_share, jittered, inputs.shown_mask
  )
  return inputs._replace(
    shown_mask=jnp.where(draw < predicted_share, predicted, shown)
  )


def uncover(inputs: Inputs, distractor: jax.Array) -> Inputs:
  """Hides nothing of faces with a distractor: no generator is to draw it.

  Args:
    inputs: of the batch.
    distractor: whose faces have one, bool [B].
  """
  chosen = distractor[:, None, None, None]
  return inputs._replace(
    masked_image=jnp.where(chosen, inputs.image, inputs.masked_image),
    mask=jnp.where(chosen, 0.0, inputs.mask),
    shown_mask=jnp.where(chosen, 0.0, inputs.shown_mask),
  )


def hide_more(
  inputs: Inputs,
  key: jax.Array,
  *,
  reach: tuple[float, ...],
  axis_name: str | None,
) -> Inputs:
  """Hides the rim of each mask too.

  What a mask leaves beside it in a photo, its rim, fringe and shadow, is then
  nothing that the generator could paint again.

  Args:
    inputs: of the batch.
    key: a PRNG key.
    reach: see `augment.hide_more`; none hides no more.
    axis_name: the device axis, None on one device.
  """
  if not reach:
    return inputs
  size = len(inputs.shown_mask)
  keys = parallel.example_keys(key, size, axis_name)
  return inputs._replace(
    shown_mask=augment.hide_more(inputs.shown_mask, keys, reach)
  )


def jittered_landmarks(
  inputs: Inputs, key: jax.Array, axis_name: str | None
) -> jax.Array:
  """Returns landmarks as wrong as those in use, for the generator alone."""
  keys = parallel.example_keys(key, len(inputs.landmarks), axis_name)
  size = inputs.image.shape[1]
  return augment.jitter_landmarks(inputs.landmarks, keys, size)


def borrow_masks(
  inputs: Inputs,
  distractor: jax.Array,
  key: jax.Array,
  *,
  share: float,
  mixed_share: float,
  axis_name: str | None,
) -> Inputs:
  """Lets the generator complete some faces under the mask of another one.

  No mask is drawn on them, they are grey there: this is for a generator that
  sees nothing of the image under the mask it is shown. Faces with a distractor
  neither borrow nor are mixed in. Where any borrow, those without a mask always
  do, else they would teach the generator nothing.

  Args:
    inputs: of the batch.
    distractor: whose faces have one, bool [B].
    key: a PRNG key.
    share: probability of another face's mask.
    mixed_share: of those, the probability of a mean of both faces, weighted at
      random (mixup: Zhang et al., 2018): aligned faces make another face.
    axis_name: the device axis, None on one device.
  """
  if not share:  # Moving images between devices takes time.
    return inputs
  keys = parallel.example_keys(key, len(distractor), axis_name)

  def draw(key, distractor, bare, other_distractor):
    borrow_key, mix_key, weight_key = jax.random.split(key, 3)
    borrows = jax.random.bernoulli(borrow_key, share)
    borrowed = ~distractor & (borrows | bare)
    mixes = jax.random.bernoulli(mix_key, mixed_share)
    mixed = borrowed & ~other_distractor & mixes
    return borrowed, jnp.where(mixed, jax.random.uniform(weight_key), 0.0)

  other_distractor = parallel.from_previous_example(distractor, axis_name)
  bare = ~inputs.mask.any(axis=(1, 2, 3))
  drawn = jax.vmap(draw)(keys, distractor, bare, other_distractor)
  borrowed, other_share = (x[:, None, None, None] for x in drawn)
  if mixed_share:
    inputs = _mixed(inputs, other_share, axis_name)
  mask = parallel.from_previous_example(inputs.mask, axis_name)
  return inputs._replace(
    masked_image=jnp.where(
      borrowed, inputs.image * (1.0 - mask), inputs.masked_image
    ),
    mask=jnp.where(borrowed, mask, inputs.mask),
    shown_mask=jnp.where(borrowed, mask, inputs.shown_mask),
  )


def _mixed(inputs, other_share, axis_name) -> Inputs:
  """Mixes each true image with `other_share` [B, 1, 1, 1] of the one before."""
  other, other_valid, other_landmarks = (
    parallel.from_previous_example(x, axis_name)
    for x in (inputs.image, inputs.valid, inputs.landmarks)
  )
  share = other_share[..., 0]
  return inputs._replace(
    image=(1.0 - other_share) * inputs.image + other_share * other,
    landmarks=jnp.where(
      share > 0,
      (1.0 - share) * inputs.landmarks + share * other_landmarks,
      inputs.landmarks,
    ),
    valid=jnp.where(other_share > 0, other_valid, 1.0) * inputs.valid,
  )
