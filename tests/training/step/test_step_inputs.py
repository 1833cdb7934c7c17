import jax
import jax.numpy as jnp
import numpy as np
import pytest

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
  return step_inputs.Inputs(image, jnp.where(mask > 0, -1, image), mask, valid)


def borrow(inputs, share, mixed_share=0.0, bare=(False,) * 4):
  return step_inputs.borrow_masks(
    inputs,
    inputs.mask,
    jnp.array(bare),
    jax.random.key(0),
    share=share,
    mixed_share=mixed_share,
    axis_name=None,
  )


def test_every_face_borrows_the_mask_before_it(inputs):
  changed, shown = borrow(inputs, 1.0)
  np.testing.assert_array_equal(shown, jnp.roll(inputs.mask, 1, axis=0))
  np.testing.assert_array_equal(changed.mask, shown)
  # The face is grey there, and bare elsewhere.
  np.testing.assert_array_equal(
    changed.masked_image, jnp.where(shown > 0, 0, inputs.image)
  )
  np.testing.assert_array_equal(changed.image, inputs.image)


def test_no_face_borrows(inputs):
  changed, shown = borrow(inputs, 0.0)
  for name in inputs._fields:
    np.testing.assert_array_equal(
      getattr(changed, name), getattr(inputs, name), name
    )
  np.testing.assert_array_equal(shown, inputs.mask)


def test_some_faces_borrow(inputs):
  """Each is all its own or all borrowed."""
  changed, shown = borrow(inputs, 0.5)
  borrowed = np.any(shown != inputs.mask, axis=(1, 2, 3))
  assert 0 < borrowed.sum() < 4
  np.testing.assert_array_equal(
    changed.masked_image[~borrowed], inputs.masked_image[~borrowed]
  )
  np.testing.assert_array_equal(
    changed.masked_image[borrowed],
    (inputs.image * (1 - shown))[borrowed],
  )


def test_mixed_faces_lie_between_both(inputs):
  inputs = inputs._replace(valid=inputs.valid.at[0, :2].set(0.0))
  changed, shown = borrow(inputs, 1.0, mixed_share=1.0)
  other = jnp.roll(inputs.image, 1, axis=0)
  ends = jnp.stack([inputs.image, other])
  assert (changed.image >= ends.min(axis=0) - 1e-6).all()
  assert (changed.image <= ends.max(axis=0) + 1e-6).all()
  assert not np.allclose(changed.image, inputs.image, atol=0.01)
  assert not np.allclose(changed.image, other, atol=0.01)
  np.testing.assert_array_equal(
    changed.masked_image, jnp.where(shown > 0, 0, changed.image)
  )
  # A pixel that one of both lacks is missing.
  assert not changed.valid[:2, :2].any()
  assert changed.valid[2:].all()


def test_only_borrowers_are_mixed(inputs):
  changed, _ = borrow(inputs, 0.0, mixed_share=1.0)
  np.testing.assert_array_equal(changed.image, inputs.image)


def test_bare_faces_are_not_learned_from(inputs):
  """What is before their mouth is shown under no mask, in no mixture."""
  changed, shown = borrow(
    inputs, 1.0, mixed_share=1.0, bare=(False, True, False, False)
  )
  np.testing.assert_array_equal(shown[1], inputs.mask[1])
  np.testing.assert_array_equal(changed.masked_image[1], inputs.masked_image[1])
  for i in (1, 2):
    np.testing.assert_array_equal(changed.image[i], inputs.image[i])
  for i in (0, 3):
    assert not np.allclose(changed.image[i], inputs.image[i], atol=0.01)
  np.testing.assert_array_equal(shown[2], inputs.mask[1])


@pytest.mark.parametrize("count", [2, 4])
def test_the_one_before_is_that_of_the_global_batch(count):
  x = jnp.arange(8.0)
  spread = jax.pmap(
    lambda x: parallel.from_previous_example(x, "a"), axis_name="a"
  )(x.reshape(count, -1))
  np.testing.assert_array_equal(spread.reshape(-1), jnp.roll(x, 1))


def test_latents_are_normal_and_of_each_example():
  found = step_inputs.latents(jax.random.key(0), (64, 4, 8), None)
  assert found.shape == (64, 4, 8)
  assert abs(float(found.mean())) < 0.1 and abs(float(found.std()) - 1) < 0.05
  assert len(np.unique(found)) == found.size
