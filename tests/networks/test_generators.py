import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.networks import generators


def _shapes(module, size, batch=1):
  x = jax.ShapeDtypeStruct((batch, size, size, 3), jnp.float32)
  mask = jax.ShapeDtypeStruct((batch, size, size, 1), jnp.float32)
  rngs = {"params": jax.random.key(0), "dropout": jax.random.key(1)}
  return jax.eval_shape(
    lambda x, mask: module.init_with_output(rngs, x, mask, train=True), x, mask
  )


def _count(variables):
  return sum(p.size for p in jax.tree.leaves(variables["params"]))


def _inputs(size=32):
  x = jax.random.uniform(jax.random.key(0), (2, size, size, 3)) * 2 - 1
  mask = jnp.zeros((2, size, size, 1)).at[:, size // 2 :].set(1.0)
  return x, mask


def _small_pix2pix(**changes):
  return generators.Pix2PixGenerator(base_features=4, num_levels=4, **changes)


def _small_completion(**changes):
  arguments = {
    "features": (4, 8, 16),
    "num_blocks": (0, 1, 1),
    "attention_level": 2,
  }
  return generators.CompletionGenerator(**(arguments | changes))


def test_pix2pix_is_the_papers():
  image, variables = _shapes(generators.Pix2PixGenerator(), 256)
  assert image.shape == (1, 256, 256, 3)
  assert image.dtype == jnp.float32
  assert _count(variables) == 54_414_979


def test_mask_channel_adds_one_input():
  _, variables = _shapes(generators.Pix2PixGenerator(mask_channel=True), 256)
  assert _count(variables) == 54_414_979 + 4 * 4 * 64


def test_pix2pix_draws_noise_in_train_mode_only():
  module, (x, _) = _small_pix2pix(), _inputs()
  init = functools.partial(module.init, train=False)
  variables = jax.jit(init)(jax.random.key(0), x)

  @functools.partial(jax.jit, static_argnums=0)
  def apply(train, seed):
    image, _ = module.apply(
      variables,
      x,
      train=train,
      rngs={"dropout": jax.random.key(seed)},
      mutable=["batch_stats"],
    )
    return image

  np.testing.assert_array_equal(apply(True, 1), apply(True, 1))
  assert jnp.any(apply(True, 1) != apply(True, 2))
  np.testing.assert_array_equal(apply(False, 1), apply(False, 2))


def test_completion_default_fits_its_budget():
  image, variables = _shapes(generators.CompletionGenerator(), 256)
  assert image.shape == (1, 256, 256, 3)
  assert image.dtype == jnp.float32
  assert set(variables) == {"params"}
  assert _count(variables) == 3_818_160


def test_completion_is_the_same_in_training_and_test():
  module, (x, mask) = _small_completion(), _inputs()
  params = jax.jit(module.init)(jax.random.key(0), x, mask)
  apply = jax.jit(module.apply, static_argnames="train")
  test = apply(params, x, mask, train=False)
  np.testing.assert_array_equal(apply(params, x, mask, train=True), test)
  assert jnp.abs(test).max() <= 1.0
  # No example knows of another.
  alone = apply(params, x[:1], mask[:1])
  np.testing.assert_allclose(alone, test[:1], atol=1e-5)


@pytest.mark.parametrize("build", [_small_completion, _small_pix2pix])
def test_landmarks_may_be_given_to_all(build):
  """One way of use serves every generator; without structure none is read."""
  module, (x, mask) = build(mask_channel=True), _inputs()
  init, apply = (
    jax.jit(functools.partial(one, train=False))
    for one in (module.init, module.apply)
  )
  variables = init(jax.random.key(0), x, mask)
  points = jax.random.uniform(jax.random.key(2), (len(x), 468, 3))
  np.testing.assert_array_equal(
    apply(variables, x, mask, points), apply(variables, x, mask)
  )


@pytest.mark.parametrize("build", [_small_completion, _small_pix2pix])
def test_what_the_mask_looks_like_does_not_matter(build):
  module, (x, mask) = build(mask_channel=True), _inputs()
  init = functools.partial(module.init, train=False)
  variables = jax.jit(init)(jax.random.key(0), x, mask)
  apply = jax.jit(functools.partial(module.apply, train=False))
  painted = jnp.where(mask > 0, 0.7, x)
  np.testing.assert_array_equal(
    apply(variables, x, mask), apply(variables, painted, mask)
  )


def test_mask_is_asked_for_and_checked():
  module, (x, mask) = _small_completion(), _inputs()
  with pytest.raises(ValueError, match="no mask was given"):
    module.init(jax.random.key(0), x)
  with pytest.raises(ValueError, match=r"must be \(2, 32, 32, 1\)"):
    module.init(jax.random.key(0), x, mask[:1])


@pytest.mark.parametrize(
  "build,divisor", [(_small_completion, 16), (_small_pix2pix, 16)]
)
def test_sides_must_divide(build, divisor):
  x, mask = _inputs(36)
  with pytest.raises(errors.UserError, match=f"multiples of {divisor}"):
    build().init(jax.random.key(0), x, mask, train=False)


def test_levels_must_agree():
  x, mask = _inputs()
  module = _small_completion(num_blocks=(1, 1))
  with pytest.raises(errors.UserError, match="3 levels but num_blocks has 2"):
    module.init(jax.random.key(0), x, mask)


def test_scale_works_on_a_smaller_picture():
  """A result of half the size, enlarged: linear between its pixels."""
  settings = {"features": (8, 8), "num_blocks": (0, 0), "attention_level": None}
  model = generators.CompletionGenerator(scale=2, **settings)
  small = generators.CompletionGenerator(**settings)
  image = jax.random.uniform(jax.random.key(0), (1, 32, 32, 3))
  image = jnp.repeat(jnp.repeat(image, 2, axis=1), 2, axis=2)
  mask = jnp.zeros((1, 64, 64, 1))
  variables = model.init(jax.random.key(1), image, mask)
  predicted = model.apply(variables, image, mask)
  expected = small.apply(variables, image[:, ::2, ::2], mask[:, ::2, ::2])
  assert predicted.shape == image.shape
  np.testing.assert_allclose(
    predicted,
    jax.image.resize(expected, predicted.shape, "linear"),
    atol=1e-5,
  )


def _landmarks(*ways):
  """One face for each way, moved so many pixels down."""
  points = jax.random.uniform(jax.random.key(2), (468, 3))
  return jnp.stack([(32 * points).at[:, 1].add(y) for y in ways])


def _drawing(weight):
  """Draws faces along landmarks; each line counts so much."""
  module, (x, mask) = _small_completion(structure=True), _inputs()
  variables = jax.jit(module.init)(jax.random.key(0), x, mask)
  lines = variables["params"]["lines"]
  assert not lines["kernel"].any()
  lines["kernel"] += weight
  apply = jax.jit(module.apply)
  return lambda *landmarks: np.asarray(apply(variables, x, mask, *landmarks))


def test_at_first_lines_say_nothing():
  """A run without them can be continued."""
  draw = _drawing(0.0)
  np.testing.assert_array_equal(draw(), draw(_landmarks(0, 4)))


def test_the_picture_is_drawn_along_the_landmarks():
  draw = _drawing(1.0)
  drawn, moved = draw(_landmarks(0, 4)), draw(_landmarks(0, 8))
  np.testing.assert_allclose(drawn[0], moved[0], atol=1e-6)
  assert np.abs(drawn[1] - moved[1]).max() > 1e-3
  # Of a face that is not known nothing is drawn, of the one beside it all.
  lacking = draw(_landmarks(0, 4).at[0, 3, 1].set(jnp.nan))
  np.testing.assert_allclose(lacking[0], draw()[0], atol=1e-6)
  np.testing.assert_allclose(lacking[1], drawn[1], atol=1e-6)
  assert np.abs(drawn[0] - lacking[0]).max() > 1e-3


def test_without_structure_landmarks_change_nothing():
  module, (x, mask) = _small_completion(), _inputs()
  variables = jax.jit(module.init)(jax.random.key(0), x, mask)
  assert "lines" not in variables["params"]
  apply = jax.jit(module.apply)
  np.testing.assert_array_equal(
    apply(variables, x, mask), apply(variables, x, mask, _landmarks(0, 4))
  )


def test_lines_are_drawn_at_scale_one():
  x, mask = _inputs()
  module = _small_completion(
    structure=True, scale=2, features=(4, 8), num_blocks=(0, 1)
  )
  with pytest.raises(errors.UserError, match="scale 1 on square .*scale 2 on"):
    module.init(jax.random.key(0), x, mask)
