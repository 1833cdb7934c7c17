import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.networks import structure
from maskgan_jax.training import parallel
from maskgan_jax.training.step import step_inputs


@pytest.fixture
def inputs() -> step_inputs.Inputs:
  """Four faces of grey 0 to 3 under four masks of 1 to 4 rows, drawn as -1."""
  grey = jnp.arange(4.0)[:, None, None, None]
  rows = jnp.arange(8)[None, :, None, None]
  mask = jnp.broadcast_to(rows <= grey, (4, 8, 8, 1)).astype(jnp.float32)
  image = jnp.broadcast_to(grey, (4, 8, 8, 3))
  valid = jnp.ones_like(mask)
  masked_image = jnp.where(mask > 0, -1, image)
  landmarks = jnp.broadcast_to(10 * grey[..., 0], (4, 468, 3))
  return step_inputs.Inputs(
    image, masked_image, mask, valid, shown_mask=mask, landmarks=landmarks
  )


def borrow(inputs, share, mixed_share=0.0, distractor=(False,) * 4):
  return step_inputs.borrow_masks(
    inputs,
    jnp.array(distractor),
    jax.random.key(0),
    share=share,
    mixed_share=mixed_share,
    axis_name=None,
  )


def test_every_face_borrows_the_mask_before_it(inputs):
  changed = borrow(inputs, 1.0)
  shown = changed.shown_mask
  np.testing.assert_array_equal(shown, jnp.roll(inputs.mask, 1, axis=0))
  np.testing.assert_array_equal(changed.mask, shown)
  # The face is grey there, and bare elsewhere.
  np.testing.assert_array_equal(
    changed.masked_image, jnp.where(shown > 0, 0, inputs.image)
  )
  np.testing.assert_array_equal(changed.image, inputs.image)


def test_no_face_borrows(inputs):
  changed = borrow(inputs, 0.0)
  for name in inputs._fields:
    np.testing.assert_array_equal(
      getattr(changed, name), getattr(inputs, name), name
    )


def test_some_faces_borrow(inputs):
  """Each is all its own or all borrowed."""
  changed = borrow(inputs, 0.5)
  shown = changed.shown_mask
  borrowed = np.any(shown != inputs.mask, axis=(1, 2, 3))
  assert 0 < borrowed.sum() < 4
  np.testing.assert_array_equal(
    changed.masked_image[~borrowed], inputs.masked_image[~borrowed]
  )
  np.testing.assert_array_equal(
    changed.masked_image[borrowed],
    (inputs.image * (1 - shown))[borrowed],
  )


def test_bare_faces_always_borrow(inputs):
  """Unless there is a distractor."""
  own = inputs.mask
  mask = own.at[jnp.array([0, 2])].set(0.0)
  changed = borrow(
    inputs._replace(mask=mask, shown_mask=mask),
    1e-6,
    distractor=(True, False, False, False),
  )
  expected = mask.at[2].set(own[1])
  np.testing.assert_array_equal(changed.shown_mask, expected)
  np.testing.assert_array_equal(changed.mask, expected)


def test_mixed_faces_lie_between_both(inputs):
  inputs = inputs._replace(valid=inputs.valid.at[0, :2].set(0.0))
  changed = borrow(inputs, 1.0, mixed_share=1.0)
  shown = changed.shown_mask
  other = jnp.roll(inputs.image, 1, axis=0)
  ends = jnp.stack([inputs.image, other])
  assert (changed.image >= ends.min(axis=0) - 1e-6).all()
  assert (changed.image <= ends.max(axis=0) + 1e-6).all()
  assert not np.allclose(changed.image, inputs.image, atol=0.01)
  assert not np.allclose(changed.image, other, atol=0.01)
  np.testing.assert_array_equal(
    changed.masked_image, jnp.where(shown > 0, 0, changed.image)
  )
  # Landmarks lie between both as far as pixels do.
  np.testing.assert_allclose(
    changed.landmarks[..., 0],
    jnp.broadcast_to(10 * changed.image[:, 0, :1, 0], (4, 468)),
    rtol=1e-5,
  )
  # A pixel that one of both lacks is missing.
  assert not changed.valid[:2, :2].any()
  assert changed.valid[2:].all()


def test_landmarks_that_one_of_both_lacks_are_missing(inputs):
  unknown = inputs._replace(landmarks=inputs.landmarks.at[0].set(jnp.nan))
  mixed = borrow(unknown, 1.0, mixed_share=1.0).landmarks
  assert jnp.isnan(mixed[:2]).all() and jnp.isfinite(mixed[2:]).all()
  # Those of the face before are none of a face's that is not mixed.
  alone = borrow(
    unknown, 1.0, mixed_share=1.0, distractor=(False, True, False, False)
  ).landmarks
  np.testing.assert_array_equal(alone[1], inputs.landmarks[1])


def test_only_borrowers_are_mixed(inputs):
  changed = borrow(inputs, 0.0, mixed_share=1.0)
  np.testing.assert_array_equal(changed.image, inputs.image)


def test_faces_with_a_distractor_neither_borrow_nor_are_mixed_in(inputs):
  changed = borrow(
    inputs, 1.0, mixed_share=1.0, distractor=(False, True, False, False)
  )
  shown = changed.shown_mask
  np.testing.assert_array_equal(shown[1], inputs.mask[1])
  np.testing.assert_array_equal(changed.masked_image[1], inputs.masked_image[1])
  for i in (1, 2):
    np.testing.assert_array_equal(changed.image[i], inputs.image[i])
  for i in (0, 3):
    assert not np.allclose(changed.image[i], inputs.image[i], atol=0.01)
  np.testing.assert_array_equal(shown[2], inputs.mask[1])


def test_nothing_is_hidden_of_a_face_with_a_distractor(inputs):
  changed = step_inputs.uncover(inputs, jnp.arange(4) == 2)
  assert not changed.shown_mask[2].any() and not changed.region[2].any()
  np.testing.assert_array_equal(changed.masked_image[2], inputs.image[2])
  for i in (0, 1, 3):
    for name in inputs._fields:
      np.testing.assert_array_equal(
        getattr(changed, name)[i], getattr(inputs, name)[i], name
      )


@pytest.mark.parametrize("count", [2, 4])
def test_the_one_before_is_that_of_the_global_batch(count):
  x = jnp.arange(8.0)
  spread = jax.pmap(
    lambda x: parallel.from_previous_example(x, "a"), axis_name="a"
  )(x.reshape(count, -1))
  np.testing.assert_array_equal(spread.reshape(-1), jnp.roll(x, 1))


def show(inputs, predicted_share, jittered_share):
  predicted = jnp.flip(inputs.mask, axis=1)
  return step_inputs.show_wrong_masks(
    inputs,
    0.9 * predicted,
    jax.random.key(0),
    predicted_share=predicted_share,
    jittered_share=jittered_share,
    axis_name=None,
  )


@pytest.fixture
def many(inputs) -> step_inputs.Inputs:
  return jax.tree.map(lambda x: jnp.concatenate([x] * 32), inputs)


def test_true_masks_are_shown(many):
  np.testing.assert_array_equal(show(many, 0.0, 0.0).shown_mask, many.mask)


def test_predicted_masks_are_shown(many):
  changed = show(many, 1.0, 0.0)
  expected = jnp.flip(many.mask, axis=1)
  np.testing.assert_array_equal(changed.shown_mask, expected)
  np.testing.assert_array_equal(changed.mask, many.mask)
  np.testing.assert_array_equal(
    changed.region, jnp.maximum(expected, many.mask)
  )


def test_masks_are_shown_in_their_shares(many):
  """A jittered mask may be the true one: not all of it moves."""
  shown = show(many, 0.25, 0.25).shown_mask
  predicted = (shown == jnp.flip(many.mask, axis=1)).all(axis=(1, 2, 3))
  true = (shown == many.mask).all(axis=(1, 2, 3))
  assert 0.1 < predicted.mean() < 0.4
  # Of three kinds of jitter and nine shifts, some change nothing.
  assert 0.45 < true.mean() < 0.75
  assert 0.05 < 1 - (predicted | true).mean() < 0.35


def hide(inputs, reach):
  return step_inputs.hide_more(
    inputs, jax.random.key(0), reach=reach, axis_name=None
  )


def test_the_rim_of_a_mask_is_hidden_too(inputs):
  """By two of eight rows; the true mask stays."""
  changed = hide(inputs, (0.25,))
  rows = jnp.arange(8)[None, :, None, None]
  grey = jnp.arange(4)[:, None, None, None]
  expected = jnp.broadcast_to(rows <= grey + 2, inputs.mask.shape)
  np.testing.assert_array_equal(changed.shown_mask, expected)
  np.testing.assert_array_equal(changed.mask, inputs.mask)
  np.testing.assert_array_equal(changed.region, expected)


def test_no_reach_hides_no_more(inputs):
  assert hide(inputs, ()) is inputs


def test_landmarks_shown_are_a_little_wrong(inputs):
  inputs = inputs._replace(landmarks=inputs.landmarks.at[0].set(jnp.nan))
  shown = step_inputs.jittered_landmarks(inputs, jax.random.key(0), None)
  assert jnp.isnan(shown[0, :, :2]).all()
  lips = np.unique(structure.LIPS)
  assert (shown[1:, lips, :2] != inputs.landmarks[1:, lips, :2]).all()
  # By about 1 % of eight pixels.
  np.testing.assert_allclose(shown[1:], inputs.landmarks[1:], atol=1.0)
