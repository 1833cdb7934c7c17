import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.training import losses


def _logits(*values):
  return jnp.array(values, jnp.float32).reshape(len(values), 1, 1, 1)


def test_bce_is_log_two_at_zero_logits():
  zero = _logits(0.0, 0.0)
  d_loss, g_loss = losses.adversarial_losses("bce")
  np.testing.assert_allclose(d_loss(zero, zero), 2 * np.log(2), rtol=1e-6)
  np.testing.assert_allclose(g_loss(zero), np.log(2), rtol=1e-6)


def test_bce_is_the_softplus_of_the_wrong_sign():
  real, fake = _logits(3.0, -50.0), _logits(-2.0, 60.0)
  d_loss, g_loss = losses.adversarial_losses("bce")
  np.testing.assert_allclose(g_loss(fake).ravel(), [2.126928, 0.0], atol=1e-6)
  np.testing.assert_allclose(
    d_loss(real, fake).ravel(), [0.048587 + 0.126928, 110.0], rtol=1e-5
  )


def test_hinge_is_zero_past_the_margin():
  d_loss, g_loss = losses.adversarial_losses("hinge")
  real, fake = _logits(1.5, 0.0), _logits(-2.0, 0.5)
  np.testing.assert_allclose(d_loss(real, fake).ravel(), [0.0, 2.5])
  np.testing.assert_allclose(g_loss(fake).ravel(), [2.0, -0.5])


def test_adversarial_losses_names_what_it_knows():
  with pytest.raises(errors.UserError, match=r'"wgan".*\[\'bce\', \'hinge\'\]'):
    losses.adversarial_losses("wgan")


@pytest.mark.parametrize("kind", ["bce", "hinge"])
def test_d_loss_does_not_broadcast(kind):
  d_loss, _ = losses.adversarial_losses(kind)
  with pytest.raises(ValueError, match="does not broadcast"):
    d_loss(jnp.zeros((2, 1, 1, 1)), jnp.zeros((2, 2, 2, 1)))


def test_r1_penalty_is_half_the_squared_norm():
  gradient = jnp.zeros((2, 2, 2, 3)).at[0, 0, 0].set(2.0)
  np.testing.assert_allclose(losses.r1_penalty(gradient), [6.0, 0.0])


def test_feature_matching_loss_counts_levels_alike():
  real = [jnp.zeros((2, 4, 4, 1)), jnp.zeros((2, 2, 2, 8))]
  fake = [real[0].at[0].set(-1.0), real[1].at[:, 0].set(2.0)]
  got = losses.feature_matching_loss(fake, real)
  np.testing.assert_allclose(got, [1.0, 0.5])


def test_feature_matching_loss_does_not_broadcast():
  with pytest.raises(ValueError, match="does not broadcast"):
    losses.feature_matching_loss(
      [jnp.zeros((2, 4, 4, 3))], [jnp.zeros((1, 4, 4, 3))]
    )


def test_patches_count_as_far_as_they_were_hidden():
  values = jnp.arange(32.0).reshape(2, 4, 4, 1)
  plain = losses.mean_of_patches(values, None)
  np.testing.assert_allclose(plain, [7.5, 23.5])
  # Of 16 pixels for 4 patches: all alike, none, or those on the left.
  alike = jnp.full((2, 16, 16, 1), 0.5).at[1].set(0.0)
  found = losses.mean_of_patches(values, alike)
  np.testing.assert_allclose(found, [7.5, 0.0], rtol=1e-6)
  left = jnp.zeros((2, 16, 16, 1)).at[:, :, :4].set(1.0)
  found = losses.mean_of_patches(values, left)
  right = losses.mean_of_patches(values.at[:, :, 2:].set(99.0), left)
  np.testing.assert_allclose(found, right)
  # A patch beside them sees a little of them.
  assert (plain - 1.5 < found).all() and (found < plain - 1.0).all()


def test_weighted_l1_counts_pixels_by_weight():
  image = jnp.zeros((1, 1, 2, 3))
  predicted = image.at[0, 0, 0].set(1.0).at[0, 0, 1].set(3.0)
  weight = jnp.array([3.0, 1.0]).reshape(1, 1, 2, 1)
  got = losses.weighted_l1(predicted, image, weight)
  np.testing.assert_allclose(got, [1.5])


def test_weighted_l1_ignores_pixels_without_weight():
  image = jnp.zeros((2, 4, 4, 3))
  predicted = image.at[:, :, 2:].set(9.0)
  weight = jnp.ones((2, 4, 4, 1)).at[:, :, 2:].set(0.0).at[1].set(0.0)
  np.testing.assert_allclose(
    losses.weighted_l1(predicted, image, weight), [0.0, 0.0]
  )


@pytest.mark.parametrize(
  "predicted,weight",
  [((1, 4, 4, 3), (2, 4, 4, 1)), ((2, 4, 4, 3), (2, 1, 1, 1))],
)
def test_weighted_l1_does_not_broadcast(predicted, weight):
  image = jnp.zeros((2, 4, 4, 3))
  with pytest.raises(ValueError, match="does not broadcast"):
    losses.weighted_l1(jnp.zeros(predicted), image, jnp.ones(weight))


def test_ssim_loss_is_zero_for_equal_pictures_with_finite_gradients():
  flat = jnp.full((2, 16, 16, 3), 0.25)
  np.testing.assert_allclose(losses.ssim_loss(flat, flat), 0.0, atol=1e-6)
  grad = jax.jit(jax.grad(lambda x: losses.ssim_loss(x, flat).sum()))(flat)
  assert np.isfinite(grad).all()
  noise = jax.random.uniform(jax.random.key(0), flat.shape) * 2 - 1
  assert (losses.ssim_loss(noise, flat) > 0.5).all()


def test_ssim_loss_does_not_broadcast():
  with pytest.raises(ValueError, match="does not broadcast"):
    losses.ssim_loss(jnp.zeros((1, 16, 16, 3)), jnp.zeros((2, 16, 16, 3)))


def test_segmentation_loss_of_undecided_logits():
  mask = jnp.zeros((1, 4, 4, 1)).at[:, :2].set(1.0)
  got = losses.segmentation_loss(
    jnp.zeros_like(mask), mask, jnp.ones_like(mask)
  )
  # Half of 16 pixels: overlap 4, sums 8 and 8, each side plus one.
  np.testing.assert_allclose(got, np.log(2) + 1 - 9 / 17, rtol=1e-6)


def test_segmentation_loss_of_a_half_masked_pixel():
  """By hand: a pixel of logit 1 and mask 0.5, a bare one of logit -2."""
  logits = jnp.array([1.0, -2.0]).reshape(1, 1, 2, 1)
  mask = jnp.array([0.5, 0.0]).reshape(1, 1, 2, 1)
  got = losses.segmentation_loss(logits, mask, jnp.ones_like(mask))
  p = 1 / (1 + np.exp([-1.0, 2.0]))
  entropy = [-0.5 * np.log(p[0] * (1 - p[0])), -np.log(1 - p[1])]
  # So small a mask is all strap.
  weight = np.array([1 + 7 * 0.5, 1.0])
  dice = 1 - (2 * 0.5 * p[0] + 1) / (p.sum() + 0.5 + 1)
  expected = (weight * entropy).sum() / weight.sum() + dice
  np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_segmentation_loss_has_no_gradient_where_invalid():
  mask = jnp.zeros((1, 4, 4, 1)).at[:, :2].set(1.0)
  valid = jnp.ones_like(mask).at[:, :, 3].set(0.0)
  grad = jax.grad(lambda x: losses.segmentation_loss(x, mask, valid).sum())(
    0.5 * mask
  )
  assert np.isfinite(grad).all()
  np.testing.assert_array_equal(np.asarray(grad != 0), np.asarray(valid > 0))


def test_segmentation_loss_counts_straps_more():
  # A body of 20 x 20 and a strap of 2 x 20 of 64 x 64 pixels.
  body = jnp.zeros((1, 64, 64, 1)).at[:, 10:30, 10:30].set(1.0)
  strap = jnp.zeros_like(body).at[:, 40:42, 10:30].set(1.0)
  right = 40.0 * (2.0 * (body + strap) - 1.0)
  valid = jnp.ones_like(body)

  def entropy(missed):
    """The loss where some of the mask is missed, without its Dice part."""
    logits = jnp.where(missed > 0, -40.0, right)
    count = float(missed.sum())
    found = 440 - count
    dice = 1 - (2 * found + 1) / (found + 440 + 1)
    return (
      float(losses.segmentation_loss(logits, body + strap, valid)[0]) - dice
    )

  some_body = jnp.zeros_like(body).at[:, 18:20, 10:30].set(1.0)
  assert entropy(strap) == pytest.approx(8 * entropy(some_body), rel=1e-3)


def test_segmentation_loss_vanishes_on_right_answers_and_bare_faces():
  mask = jnp.zeros((2, 4, 4, 1)).at[0, :2].set(1.0)
  logits = 40.0 * (2.0 * mask - 1.0)
  got = losses.segmentation_loss(logits, mask, jnp.ones_like(mask))
  np.testing.assert_allclose(got, 0.0, atol=1e-6)


def test_segmentation_loss_ignores_invalid_pixels():
  mask = jnp.zeros((1, 4, 4, 1)).at[:, :2].set(1.0)
  valid = jnp.ones_like(mask).at[:, :, 3].set(0.0)
  logits = jnp.where(valid > 0, 40.0 * (2.0 * mask - 1.0), 7.0)
  got = losses.segmentation_loss(logits, mask, valid)
  np.testing.assert_allclose(got, 0.0, atol=1e-6)


def test_segmentation_loss_does_not_broadcast():
  mask = jnp.zeros((1, 4, 4, 1))
  with pytest.raises(ValueError, match="does not broadcast"):
    losses.segmentation_loss(mask, mask, jnp.ones((1, 1, 1, 1)))
