"""What a training step weighs and shows."""

import dataclasses

from maskgan_jax import images


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
    reconstruction_weight: of the L1 distance to the true image.
    ssim_weight: of 1 - SSIM to the true image, 0 to leave it out.
    perceptual_weight: of the perceptual distance between the judged image and
      the true one, 0 to leave it out.
    perceptual_scale: compares pictures this many times smaller.
    visible_weight: of visible pixels in the reconstruction, those under the
      mask weigh 1.
    composite: the discriminator judges the completed image, where only the
      masked region is generated, rather than the whole predicted one.
    predicted_mask_share: of examples whose generator sees the predicted mask.
    jittered_mask_share: of examples whose generator sees the true mask moved,
      grown or shrunk a little.
    borrowed_mask_share: of examples whose generator completes the face under
      the mask of another one.
    true_masks_until_step: before it, every example shows its true mask.
    freeze_segmenter: the segmenter stays what the run started from.
    ema_decay: of the running average of the parameters.
    augmentation: what `images.augment` varies.
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
  composite: bool
  predicted_mask_share: float
  jittered_mask_share: float
  borrowed_mask_share: float
  true_masks_until_step: int
  freeze_segmenter: bool
  ema_decay: float
  augmentation: images.Augmentation
