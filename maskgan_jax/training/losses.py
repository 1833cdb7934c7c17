"""Losses: one value per example, so that devices may average as they like."""

from collections.abc import Callable, Sequence

import dm_pix as pix
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from maskgan_jax.common import errors
from maskgan_jax.metrics import ssim
from maskgan_jax.networks import mask_postprocess

# Shapes are compared by `_check_shapes`, with a message of its own.
PerExample = Float[Array, " _"]
Pixels = Float[Array, "_ _ _ 1"]
Image = Float[Array, "_ _ _ 3"]
Features = Float[Array, "_ _ _ _"]

# How many times a strap's pixel counts for the segmenter.
_STRAP_WEIGHT = 8.0


def _check_shapes(**arrays: jax.Array) -> None:
  shapes = {name: array.shape for name, array in arrays.items()}
  if len(set(shapes.values())) > 1:
    listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    raise ValueError(
      f"Shapes differ: {listed}. A loss does not broadcast; give arrays of one"
      " shape."
    )


def _mean(x: jax.Array) -> jax.Array:
  return x.mean(axis=(1, 2, 3))


def bce_d_loss(real_logits: Pixels, fake_logits: Pixels) -> Pixels:
  """The sum of both cross-entropies (Isola et al., 2017, eq. 1)."""
  _check_shapes(real_logits=real_logits, fake_logits=fake_logits)
  return bce_g_adversarial_loss(
    real_logits
  ) + optax.losses.sigmoid_binary_cross_entropy(
    fake_logits, jnp.zeros_like(fake_logits)
  )


def bce_g_adversarial_loss(fake_logits: Pixels) -> Pixels:
  """-log D(fake), the non-saturating loss (Goodfellow et al., 2014)."""
  return optax.losses.sigmoid_binary_cross_entropy(
    fake_logits, jnp.ones_like(fake_logits)
  )


def hinge_d_loss(real_logits: Pixels, fake_logits: Pixels) -> Pixels:
  """The hinge loss (Lim and Ye, 2017; Miyato et al., 2018, eq. 16)."""
  _check_shapes(real_logits=real_logits, fake_logits=fake_logits)
  return jax.nn.relu(1.0 - real_logits) + jax.nn.relu(1.0 + fake_logits)


def hinge_g_adversarial_loss(fake_logits: Pixels) -> Pixels:
  """-D(fake) (Miyato et al., 2018, eq. 17)."""
  return -fake_logits


_ADVERSARIAL = {
  "bce": (bce_d_loss, bce_g_adversarial_loss),
  "hinge": (hinge_d_loss, hinge_g_adversarial_loss),
}


def adversarial_losses(kind: str) -> tuple[Callable, Callable]:
  """Returns d_loss(real_logits, fake_logits), g_loss(fake_logits), a patch."""
  if kind not in _ADVERSARIAL:
    raise errors.UserError(
      f'The adversarial loss is "{kind}". Choose one of {sorted(_ADVERSARIAL)}.'
    )
  return _ADVERSARIAL[kind]


def r1_penalty(gradient: Image) -> PerExample:
  """Half the squared norm of D's gradient at a real image.

  R1 of Mescheder et al., 2018, eq. 9, without its weight gamma. Of a
  discriminator of patches, D is the sum of N logits divided by the root of N,
  so that gamma means to N separate patches what it means to one picture.

  Args:
    gradient: with respect to the image, [B, H, W, 3].
  """
  return 0.5 * jnp.square(gradient).sum(axis=(1, 2, 3))


def feature_matching_loss(
  fake_features: Sequence[Features], real_features: Sequence[Features]
) -> PerExample:
  """Mean absolute difference of D's features, averaged over its levels.

  Wang et al., 2018 (pix2pixHD), eq. 4.

  Args:
    fake_features: of the generated image, [B, h, w, C] a level.
    real_features: of the true one, same shapes.
  """
  total = jnp.zeros(len(fake_features[0]))
  for fake, real in zip(fake_features, real_features, strict=True):
    _check_shapes(fake=fake, real=real)
    total += _mean(jnp.abs(fake - real).astype(jnp.float32))
  return total / len(fake_features)


def mean_of_patches(values: Pixels, counted: Pixels | None) -> PerExample:
  """Mean over a discriminator's patches, each counted as far as it matters.

  Args:
    values: one a patch, [B, h, w, 1].
    counted: [B, H, W, 1], at least 0, of the picture: how much each place
      counts; None counts all patches alike. An example of which nothing counts
      costs nothing.
  """
  if counted is None:
    return _mean(values)
  shape = (*values.shape[:3], 1)
  return _weighted_mean(values, jax.image.resize(counted, shape, "linear"))


def weighted_l1(
  predicted_image: Image, image: Image, weight: Pixels
) -> PerExample:
  """Mean absolute difference, each pixel counted by its weight.

  An example whose weights are all zero costs nothing.

  Args:
    predicted_image: [B, H, W, 3].
    image: the ground truth, same shape.
    weight: [B, H, W, 1], at least 0.
  """
  _check_shapes(predicted_image=predicted_image, image=image)
  _check_shapes(weight=weight, pixels=image[..., :1])
  difference = jnp.abs(predicted_image - image).mean(axis=-1, keepdims=True)
  return _weighted_mean(difference, weight)


def ssim_loss(predicted_image: Image, image: Image) -> PerExample:
  """1 - SSIM of pictures in [-1, 1], at least 11 pixels high and wide."""
  _check_shapes(predicted_image=predicted_image, image=image)
  similarity = pix.ssim(
    0.5 * predicted_image + 0.5,
    0.5 * image + 0.5,
    filter_fn=ssim.gaussian_filter,
  )
  return 1.0 - similarity


def segmentation_loss(
  logits: Pixels, mask: Pixels, valid: Pixels
) -> PerExample:
  """Cross-entropy plus soft Dice loss over valid pixels.

  Straps, a fiftieth of a mask, count in the cross-entropy as if they were
  `_STRAP_WEIGHT` times as wide: else a network leaves out what is hard to find.

  Dice as in Milletari et al., 2016 (V-Net), with one pixel added above and
  below, which keeps a bare face's loss smooth.

  Args:
    logits: [B, H, W, 1].
    mask: the true mask, [B, H, W, 1] in [0, 1].
    valid: 1 where the pixel counts and 0 elsewhere, same shape.
  """
  _check_shapes(logits=logits, mask=mask, valid=valid)
  entropy = optax.losses.sigmoid_binary_cross_entropy(logits, mask)
  mask = mask * valid
  weight = valid * (
    1.0 + (_STRAP_WEIGHT - 1.0) * mask_postprocess.thin_parts(mask)
  )
  # Half a pixel in optax's form of the fraction is one pixel in V-Net's.
  dice = optax.losses.binary_dice_loss(
    jnp.where(valid > 0, logits, -jnp.inf), mask, smooth=0.5
  )
  return _weighted_mean(entropy, weight) + dice


def _weighted_mean(x: jax.Array, weight: jax.Array) -> jax.Array:
  pixels = (1, 2, 3)
  total = weight.sum(pixels)
  # Guards 0 / 0 only: weights are far larger.
  return (x * weight).sum(pixels) / jnp.maximum(total, 1e-6)
