"""What a training step weighs and shows."""

import dataclasses

import ml_collections

from maskgan_jax.common import errors
from maskgan_jax.training import augment


@dataclasses.dataclass(frozen=True)
class StepSettings:
  """What the losses weigh and what the networks see.

  Attributes:
    adversarial_loss: "bce" or "hinge".
    adversarial_weight: of the generator's adversarial loss.
    r1_gamma: weighs the discriminator's gradient penalty at real images, 0 to
      leave it out.
    feature_matching_weight: of the distance between what the discriminator
      finds in the judged image and in the true one, 0 to leave it out.
    reconstruction_weight: of the distance to the true image.
    ssim_weight: of 1 - SSIM to the true image, 0 to leave it out.
    perceptual_weight: of the perceptual distance between the judged image and
      the true one, 0 to leave it out.
    perceptual_scale: compares pictures this many times smaller.
    visible_weight: of visible pixels in the reconstruction, those under the
      mask weigh 1.
    judge_features: the discriminator judges AlexNet's features.
    judge_hidden: patches count, for the discriminator and for what it tells the
      generator, as far as they were hidden and lie within the face; else all
      count alike.
    mouth_weight: of the mouth, in the reconstruction and among the patches that
      count; other parts weigh 1.
    composite: the discriminator judges the completed image, where only the
      masked region is generated, rather than the whole predicted one.
    predicted_mask_share: of examples whose generator sees the predicted mask.
    jittered_mask_share: of examples whose generator sees the true mask moved,
      grown or shrunk a little.
    borrowed_mask_share: of examples whose generator completes the face under
      the mask of another one.
    mixed_share: of those, the share of faces mixed with another one.
    hidden_reach: how far beyond its mask the generator is shown nothing, one of
      these shares of the picture's height an example; none for the mask alone.
    structure: the generator is given landmarks.
    true_masks_until_step: before it, every example shows its true mask.
    freeze_segmenter: the segmenter stays what the run started from.
    ema_decay: of the running average of the parameters.
    augmentation: what `augment.augment` varies.
  """

  adversarial_loss: str
  adversarial_weight: float
  r1_gamma: float
  feature_matching_weight: float
  reconstruction_weight: float
  ssim_weight: float
  perceptual_weight: float
  perceptual_scale: int
  visible_weight: float
  judge_features: bool
  judge_hidden: bool
  mouth_weight: float
  composite: bool
  predicted_mask_share: float
  jittered_mask_share: float
  borrowed_mask_share: float
  mixed_share: float
  hidden_reach: tuple[float, ...]
  structure: bool
  true_masks_until_step: int
  freeze_segmenter: bool
  ema_decay: float
  augmentation: augment.Augmentation


def read(config: ml_collections.ConfigDict) -> StepSettings:
  """Returns what a config says of a step.

  Raises:
    errors.UserError: settings that contradict each other, by name.
  """
  loss, mask = config.loss, config.shown_mask
  if mask.borrowed_share and not config.generator.mask_channel:
    raise errors.UserError(
      f"config.shown_mask.borrowed_share is {mask.borrowed_share}, but without"
      " config.generator.mask_channel the generator knows of no mask that is"
      " not in the picture. Set one of them differently."
    )
  if config.segmenter.frozen and not config.init_from:
    raise errors.UserError(
      "config.segmenter.frozen keeps the segmenter that the run starts from:"
      " set config.init_from."
    )
  if config.discriminator.name == "features":
    for name in ("r1_gamma", "feature_matching_weight"):
      if loss[name]:
        raise errors.UserError(
          f"config.loss.{name} is {loss[name]}, but it needs a discriminator of"
          ' pixels: set it to 0, or config.discriminator.name="patches".'
        )
  return StepSettings(
    adversarial_loss=loss.adversarial,
    adversarial_weight=loss.adversarial_weight,
    r1_gamma=loss.r1_gamma,
    feature_matching_weight=loss.feature_matching_weight,
    reconstruction_weight=loss.reconstruction_weight,
    ssim_weight=loss.ssim_weight,
    perceptual_weight=loss.perceptual_weight,
    perceptual_scale=loss.perceptual_scale,
    visible_weight=loss.visible_weight,
    judge_features=config.discriminator.name == "features",
    judge_hidden=loss.judge_hidden,
    mouth_weight=loss.mouth_weight,
    composite=loss.composite,
    predicted_mask_share=mask.predicted_share,
    jittered_mask_share=mask.jittered_share,
    borrowed_mask_share=mask.borrowed_share,
    mixed_share=mask.mixed_share,
    hidden_reach=tuple(mask.hidden_reach),
    structure=config.generator.name == "completion"
    and config.completion.structure,
    true_masks_until_step=mask.true_until_step,
    freeze_segmenter=config.segmenter.frozen,
    ema_decay=config.ema_decay,
    augmentation=augment.Augmentation(
      **{**config.augment, "scale": tuple(config.augment.scale)}
    ),
  )
